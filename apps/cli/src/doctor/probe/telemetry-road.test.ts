import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import type { Machine } from '../machine.ts';
import { followTelemetry } from './telemetry-road.ts';

it.each([
  ['user', 'Bearer ttk_mine'],
  ['managed', 'Bearer ttk_mine'],
  ['project', undefined],
  ['local', undefined],
] as const)('where %s settings name the helper, the probe has %s, as the client has', async (level, expected) => {
  const heard: (string | undefined)[] = [];
  const receiver = createServer(({ headers }, response) => {
    heard.push(headers.authorization);
    response.writeHead(401).end();
  });
  await new Promise<void>((done) => receiver.listen(0, '127.0.0.1', done));
  onTestFinished(() => void receiver.close());
  const endpoint = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}`;
  const told = {
    CLAUDE_CODE_ENABLE_TELEMETRY: '1',
    OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf',
    OTEL_EXPORTER_OTLP_ENDPOINT: endpoint,
  };
  const machine = {
    telemetry: new Map(Object.entries(told).map(([name, value]) => [name, { value, place: 'settings' }])),
    settings: [
      { level, path: 'settings.json', settings: { otelHeadersHelper: 'sh ~/.telltale/hooks/otel-headers.sh' } },
    ],
    service: { token: 'ttk_mine' },
    answer: { status: {} },
  } as unknown as Machine;
  await followTelemetry(machine, 'probe', 1000);
  expect(heard).toEqual([expected, expected, expected]);
});

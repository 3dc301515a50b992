import { connect as connectHttp2 } from 'node:http2';
import { connect } from 'node:net';
import { expect, it } from 'vitest';
import { testService, until } from '../../fixtures/test-service.ts';

/** What a socket is answered to `text`. */
function answerTo(port: number | undefined, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let answer = '';
    const socket = connect(port ?? 0, '127.0.0.1', () => socket.write(text));
    socket.on('data', (chunk) => (answer += chunk.toString()));
    socket.on('close', () => resolve(answer)).on('error', reject);
  });
}

it('tells of a client that speaks gRPC, once', async () => {
  const { otlpPort, printed } = await testService({ otlpPort: 0 });
  for (const _ of [1, 2]) {
    const client = connectHttp2(`http://127.0.0.1:${otlpPort}`).on('error', () => {});
    client
      .request({ ':method': 'POST', ':path': '/opentelemetry.proto.collector.logs.v1.LogsService/Export' })
      .on('error', () => {});
    await new Promise((resolve) => client.on('close', resolve));
  }
  await until(() => expect(printed.filter((line) => line.includes('gRPC'))).toHaveLength(1));
  expect(printed.join('\n')).toContain('OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf');
});

it('tells of an endpoint that has a path already, once, and of nothing that is no telemetry', async () => {
  const { otlpPort, printed } = await testService({ otlpPort: 0 });
  const post = (path: string) => fetch(`http://127.0.0.1:${otlpPort}${path}`, { method: 'POST', body: '{}' });
  for (const path of ['/favicon.ico', '/', '/v1/profiles', '/v1/logs'])
    expect((await post(path)).status).toBe(path === '/v1/logs' ? 200 : 404);
  expect(printed.join('\n')).not.toContain('otlp');
  for (const path of ['/v1/metrics/v1/logs', '/otlp/v1/metrics', '/v1/metrics/v1/metrics'])
    expect((await post(path)).status).toBe(404);
  expect(printed.filter((line) => line.includes('OTEL_EXPORTER_OTLP_ENDPOINT'))).toHaveLength(1);
});

it('answers what is no HTTP as Node does', async () => {
  const { otlpPort, printed } = await testService({ otlpPort: 0 });
  expect(await answerTo(otlpPort, 'nonsense\r\n\r\n')).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n/);
  expect(await answerTo(otlpPort, `GET / HTTP/1.1\r\nhost: localhost\r\nx: ${'y'.repeat(20_000)}\r\n\r\n`)).toMatch(
    /^HTTP\/1\.1 431 /,
  );
  expect(printed.join('\n')).not.toContain('otlp');
});

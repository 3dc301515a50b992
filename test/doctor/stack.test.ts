import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildCommand } from '../../apps/cli/fixtures/telltale.ts';
import { requiresStack } from '../requires.ts';
import { createStack, type PartName, type Stack } from '../stack/stack.ts';
import { connected, doctor, type Ground } from './ground.ts';

buildCommand();

describe.skipIf(!(await requiresStack()))('the doctor and the stack', () => {
  let stack: Stack;
  beforeAll(async () => {
    stack = await createStack({ serviceEnv: { TELLTALE_OTLP_PORT: 'off' } });
  });
  afterAll(() => stack?.stop());

  /** There is no Grafana in the native stack. */
  const grafana = 'http://127.0.0.1:9';
  const noGrafana = { 'probe-grafana': 'warning' } as const;

  async function ground(endpoint = stack.otlp): Promise<Ground> {
    const one = await connected(stack.telltale, endpoint);
    one.env.OTLP_HTTP_PORT = new URL(stack.otlp).port;
    return one;
  }

  const look = (one: Ground, wait: string) =>
    doctor(one, '--prometheus', stack.prometheus, '--loki', stack.loki, '--grafana', grafana, '--wait', wait);

  it('follows a probe through the collector to Prometheus and Loki, and into no total', async () => {
    const { code, found, report, said } = await look(await ground(), '60');
    expect({ code, found }).toEqual({ code: 0, found: noGrafana });
    expect(said('probe-grafana')).toContain(`No Grafana at ${grafana}`);
    const states = Object.fromEntries(report.hops.map(({ name, state }) => [name, state]));
    expect(states).toMatchObject({ 'probe-metric': 'ok', 'probe-prometheus': 'ok', 'probe-loki': 'ok' });
    const asked = new URLSearchParams({ query: 'count({__name__=~"claude_code_.*"})' });
    const total = await (await fetch(`${stack.prometheus}/api/v1/query?${asked}`)).json();
    expect(total).toMatchObject({ data: { result: [] } });
    expect(await stack.service.sessions()).toEqual([]);
  });

  it('finds that telemetry goes past the collector', async () => {
    const { code, found, said } = await look(await ground(stack.telltale), '10');
    const missed = { 'probe-prometheus': 'failed', 'probe-loki': 'failed' };
    expect({ code, found }).toEqual({ code: 1, found: { 'telemetry-endpoint': 'warning', ...missed, ...noGrafana } });
    expect(said('telemetry-endpoint')).toMatch(/past the collector: all of it is in Telltale, nothing in Grafana/);
    expect(said('probe-loki')).toMatch(/never got it.*collector/);
  });

  it.each<[PartName, Record<string, 'warning' | 'failed'>, string, RegExp]>([
    ['loki', { 'probe-loki': 'failed' }, 'probe-loki', /does not answer \(ECONNREFUSED\).*docker compose up/],
    ['prometheus', { 'probe-prometheus': 'failed' }, 'probe-prometheus', /does not answer \(ECONNREFUSED\)/],
    [
      'collector',
      {
        ...{ ports: 'warning', 'probe-log': 'failed' },
        ...{ 'probe-metric': 'failed', 'probe-span': 'failed' },
      },
      'ports',
      /none answers on port \d+.*docker compose up -d otel-collector/,
    ],
  ])('finds that a part is down: %s', async (part, expected, name, says) => {
    await stack.parts[part].stop();
    try {
      const { code, found, said } = await look(await ground(), '60');
      expect({ code, found }).toEqual({ code: 1, found: { ...expected, ...noGrafana } });
      expect(said(name)).toMatch(says);
    } finally {
      await stack.parts[part].start();
    }
  });
});

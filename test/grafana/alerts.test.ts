import { isDeepStrictEqual } from 'node:util';
import { type ThresholdName, thresholds } from '@telltale/core/thresholds';
import { alertRules, type GrafanaAlertName } from '@telltale/observability/grafana/alerts/rules.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { requiresStack } from '../requires.ts';
import { type LogRecord, logsPayload, type Metric, metricsPayload, send, type Value } from '../stack/payloads.ts';
import { promql } from '../stack/queries.ts';
import { createStack, type Stack } from '../stack/stack.ts';
import { waitFor } from '../wait.ts';
import { firing } from './firing.ts';
import { sendHook } from './hook.ts';

/** How far each rule's worst series got in the data below, a little less, and who it is. */
interface Case {
  reached: number;
  below: number;
  worst: Record<string, string>;
}

const opus = { model: 'claude-opus-5-5' };
const cases: Record<Exclude<GrafanaAlertName, 'part_down' | 'queue_waiting'>, Case> = {
  budget_day: { reached: 3.75, below: 3.749999, worst: {} },
  budget_user_day: { reached: 2.5, below: 2.499999, worst: { user: 'ada@example.com' } },
  budget_session: { reached: 1.5, below: 1.499999, worst: { session_id: 'ada-1' } },
  api_errors: { reached: 3, below: 2, worst: opus },
  retries_exhausted: { reached: 3, below: 2, worst: opus },
  refusals: { reached: 3, below: 2, worst: opus },
  bypass_permissions: { reached: 3, below: 2, worst: { session_id: 'ada-1' } },
  mcp_failures: { reached: 3, below: 2, worst: { server_name: 'lab' } },
  exporter_failures: { reached: 3, below: 2, worst: { exporter: 'otlp_http/prometheus' } },
  reconciliation: { reached: 0.25, below: 0.249999, worst: {} },
  telemetry_without_hooks: { reached: 2, below: 1, worst: { user: 'ada@example.com' } },
  hooks_without_telemetry: { reached: 2, below: 1, worst: { user: 'dan' } },
};
// Those about the stack itself need parts that are down: see pipeline-alerts.test.ts.
const rules = alertRules.filter(({ labels }) => Object.hasOwn(cases, labels.threshold ?? ''));
const caseOf = ({ labels }: (typeof rules)[number]) => cases[labels.threshold as keyof typeof cases];
const at = Date.now() - 180_000;

describe.skipIf(!(await requiresStack()))('an alert', () => {
  let stack: Stack;
  const limits: Record<string, string> = {};

  beforeAll(async () => {
    stack = await createStack({
      serviceEnv: limits,
      // Not more often: a scrape may take as long as it is to the next.
      replace: { prometheus: { 'scrape_interval: 15s': 'scrape_interval: 3s' } },
    });
    for (const [user, session] of [
      ['dan', 'dan-1'],
      ['dan', 'dan-2'],
      ['eve', 'eve-1'],
    ] as const)
      await sendHook(stack, session, { project: 'cellar', user });
    const metrics = [sessionOf('ada', 1, 1.5), sessionOf('ada', 2, 1), sessionOf('bob', 1, 1.25)];
    for (const payload of [...metrics, [refused()]])
      expect(await send(stack.otlp, 'metrics', metricsPayload(payload))).toBe(200);
    expect(await send(stack.otlp, 'logs', logsPayload(events()))).toBe(200);
  }, 300_000);
  afterAll(() => stack?.stop());

  it('is off while its threshold is not set, whatever happens', async () => {
    // Everything has come: with a limit in its text each rule would fire.
    await waitFor(
      'what every rule compares',
      async () => {
        const found = [];
        for (const rule of rules) found.push(await firing(stack, limited(rule, caseOf(rule).below), Date.now()));
        const expected = rules.map((rule) => [caseOf(rule).worst]);
        if (isDeepStrictEqual(found, expected)) return true;
        throw new Error(`${JSON.stringify(found)} instead of ${JSON.stringify(expected)}`);
      },
      120_000,
    );
    for (const rule of rules) expect(await firing(stack, rule, Date.now()), rule.title).toEqual([]);
  });

  it('says nothing as long as its threshold is only reached', async () => {
    await setLimits('reached');
    for (const rule of rules) expect(await firing(stack, rule, Date.now()), rule.title).toEqual([]);
  });

  it('fires above its threshold, for those who are above it and for nobody else', async () => {
    await setLimits('below');
    for (const rule of rules) {
      expect(await firing(stack, rule, Date.now()), rule.title).toEqual([caseOf(rule).worst]);
    }
  });

  /** The service tells Prometheus its variables; they are read at its start. */
  async function setLimits(to: 'reached' | 'below'): Promise<void> {
    for (const [name, one] of Object.entries(cases)) {
      limits[thresholds[name as ThresholdName].variable] = String(one[to]);
    }
    await stack.parts.telltale.restart();
    await waitFor(
      'the limits in Prometheus',
      async () => {
        const known = await promql(stack.prometheus, 'max by (alert) (telltale_threshold)');
        const values = Object.fromEntries(known.map(({ labels, value }) => [labels.alert, value]));
        return Object.entries(cases).every(([name, one]) => values[name] === one[to]);
      },
      60_000,
    );
  }
});

/** The same rule with a number for its limit. */
function limited(rule: (typeof rules)[number], limit: number): (typeof rules)[number] {
  const data = rule.data.map((one) =>
    one.refId === 'limit' ? { ...one, model: { ...one.model, expr: `vector(${limit})` } } : one,
  );
  return { ...rule, data };
}

/** A session of somebody who sends no hooks. */
function sessionOf(user: string, number: number, costUsd: number): Metric[] {
  const attributes = {
    'session.id': `${user}-${number}`,
    'user.email': `${user}@example.com`,
    project: 'shop',
    ...opus,
  };
  const point = (value: number, more: Record<string, Value> = {}) => [
    { startedAt: at - 60_000, at, value, attributes: { ...attributes, ...more } },
  ];
  return [
    { name: 'claude_code.session.count', points: point(1) },
    { name: 'claude_code.cost.usage', unit: 'USD', points: point(costUsd) },
    { name: 'claude_code.token.usage', unit: 'tokens', points: point(100, { type: 'input' }) },
  ];
}

/** Three points that Prometheus refuses for good: they are of tomorrow. */
function refused(): Metric {
  const tomorrow = Date.now() + 86_400_000;
  const points = [1, 2, 3].map((value) => ({
    ...{ startedAt: at, at: tomorrow, value },
    attributes: { 'session.id': `tomorrow-${value}` },
  }));
  return { name: 'claude_code.commit.count', points };
}

/** Of each kind three for one and two for another, and some that do not count. */
function events(): LogRecord[] {
  const times = (count: number, name: string, attributes: Record<string, Value>) =>
    Array.from({ length: count }, () => [name, attributes] as const);
  const haiku = { model: 'claude-haiku-4-5' };
  const mode = (session: string, to_mode: string) => ({ 'session.id': session, from_mode: 'default', to_mode });
  const told = [
    // A quarter of a dollar less than the metrics tell.
    ...times(1, 'api_request', { ...opus, cost_usd: 2.5 }),
    ...times(1, 'api_request', { ...haiku, cost_usd: 1 }),
    ...['api_error', 'api_retries_exhausted', 'api_refusal'].flatMap((name) => [
      ...times(3, name, opus),
      ...times(2, name, haiku),
    ]),
    ...times(3, 'permission_mode_changed', mode('ada-1', 'bypassPermissions')),
    ...times(2, 'permission_mode_changed', mode('bob-1', 'bypassPermissions')),
    ...times(5, 'permission_mode_changed', mode('bob-1', 'plan')),
    ...times(3, 'mcp_server_connection', { server_name: 'lab', status: 'failed' }),
    ...times(2, 'mcp_server_connection', { server_name: 'docs', status: 'failed' }),
    ...times(5, 'mcp_server_connection', { server_name: 'docs', status: 'connected' }),
  ];
  return told.map(([name, attributes], sequence) => ({
    ...{ name, at },
    attributes: { 'session.id': 'ada-1', 'event.sequence': sequence, ...attributes },
  }));
}

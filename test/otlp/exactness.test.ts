import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { requiresStack } from '../requires.ts';
import { send } from '../stack/payloads.ts';
import { steadyPort } from '../stack/ports.ts';
import { collectorMetric, only, promql } from '../stack/queries.ts';
import { createStack, type Stack } from '../stack/stack.ts';
import { waitFor } from '../wait.ts';
import { expectExact, shownTotal } from './exactness.ts';
import { createLedger } from './ledger.ts';
import { createRandom } from './random.ts';
import { createSimulatedClient } from './simulated-client.ts';
import { createWorkload, type Delivery, type Workload } from './workload.ts';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;
const cost = 'claude_code_cost_usage_USD_total';

describe.skipIf(!(await requiresStack()))('totals of Claude Code’s counters', () => {
  let stack: Stack;
  const now = Date.now();
  /** The way of the peers' configurations, beside ours on the same data. */
  let naiveExporter: string;
  beforeAll(async () => {
    const naive = `127.0.0.1:${await steadyPort()}`;
    naiveExporter = `http://${naive}/metrics`;
    stack = await createStack({
      start: ['collector', 'prometheus'],
      collectorExtras: [naiveConfig(naive)],
    });
  });
  afterAll(() => stack?.stop());

  const ranges = (from: number, to: number) => ({ from, to });
  const passedOn = () => drained(stack);

  for (const clients of ['cumulative', 'delta', 'mixed'] as const) {
    it(`are exact for 500 sessions that exported once each, which increase() does not see (${clients}, T1)`, async () => {
      const name = `once-${clients}`;
      const work = createWorkload({
        ...{ name, seed: 1, sessions: 500, clients, exports: 1, from: now - hour, to: now - minute },
      });
      await deliverAll(stack, work.deliveries);
      await passedOn();
      await expectExact(stack.prometheus, name, work.ledger, work);
      const truth = work.ledger.totals({ metric: 'claude_code.cost.usage', by: [], ...work }).get('') ?? 0;
      const naive = only(await promql(stack.prometheus, `sum(increase(${cost}{experiment="${name}"}[2h]))`));
      expect(truth).toBeGreaterThan(100);
      expect(naive).toBeLessThan(truth / 100);
    });

    it(`are exact for busy, idle and resumed sessions, at any range (${clients}, T3, T4)`, async () => {
      const name = `lives-${clients}`;
      const work = createWorkload({
        ...{ name, seed: 2, sessions: 40, clients, exports: 12, from: now - 3 * hour, to: now - minute },
        ...{ resumes: true, inStep: true },
      });
      const failed = await sendFailures(stack);
      await deliverAll(stack, work.deliveries);
      await passedOn();
      expect(await sendFailures(stack)).toBe(failed);
      const anExport = work.deliveries[Math.floor(work.deliveries.length / 2)]?.at ?? 0;
      await expectExact(stack.prometheus, name, work.ledger, work);
      await expectExact(stack.prometheus, name, work.ledger, ranges(now - 2 * hour + 1_234, now - hour + 77));
      // Open on the left: what was told in that very millisecond belongs to the range before.
      await expectExact(stack.prometheus, name, work.ledger, ranges(anExport, now - minute));
      await expectExact(stack.prometheus, name, work.ledger, ranges(now - 3 * hour, anExport));
      const resets = `resets(${cost}{temporality="cumulative",experiment="${name}"}[4h]) > 0`;
      expect(await promql(stack.prometheus, resets)).toEqual([]);
    });
  }

  it('are exact over idle gaps, where a collector that adds deltas up itself shows 7 of 24 (T2)', async () => {
    const ledger = createLedger();
    const identity = { 'session.id': 'idle', experiment: 'idle', project: 'shop' };
    const client = createSimulatedClient({ ledger, temporality: 'delta', identity });
    const from = now - 20 * minute;
    for (const [turn, amount] of [1, 2, 0, 5, 0, 0, 9, 0, 3, 4].entries()) {
      const at = from + (turn + 1) * minute;
      if (amount > 0) client.count('claude_code.cost.usage', amount, at - 10_000, { model: 'claude-opus-5-5' });
      const payload = client.export(at);
      if (payload) expect(await send(stack.otlp, 'metrics', payload)).toBe(200);
    }
    await passedOn();
    expect(await shownTotal(stack.prometheus, { metric: 'cost', experiment: 'idle', range: { from, to: now } })).toBe(
      24,
    );
    const exposed = await (await fetch(naiveExporter)).text();
    const line = exposed.split('\n').find((line) => line.startsWith(`${cost}{`) && line.includes('experiment="idle"'));
    expect(line?.split(' ').at(-1)).toBe('7');
  });

  it('are exact when two processes of one session live at once and count the same (T4)', async () => {
    const ledger = createLedger();
    const identity = { 'session.id': 'twice', experiment: 'twice', 'user.email': 'ada@example.com', project: 'api' };
    const [first, second] = [1, 2].map(() => createSimulatedClient({ ledger, temporality: 'cumulative', identity }));
    const from = now - 30 * minute;
    const amounts = [
      { of: first, at: 1, costUsd: 0.75 },
      { of: second, at: 2, costUsd: 0.25 }, // below the other's value: a reset, were it one series
      { of: first, at: 3, costUsd: 0.125 },
      { of: second, at: 4, costUsd: 3 }, // above it
    ];
    for (const { of, at, costUsd } of amounts) {
      of?.request(from + at * minute, { model: 'claude-opus-5-5', costUsd, tokens: { input: at, output: 1 } });
      for (const client of [first, second]) {
        const payload = client?.export(from + at * minute + 5_000);
        if (payload) expect(await send(stack.otlp, 'metrics', payload)).toBe(200);
      }
    }
    await passedOn();
    await expectExact(stack.prometheus, 'twice', ledger, { from, to: now });
    expect(ledger.totals({ metric: 'claude_code.cost.usage', by: [], from, to: now }).get('')).toBe(4.125);
  });

  it('heal for cumulative clients whose exports were refused; a delta client loses those and no other (T6)', async () => {
    const from = now - 2 * hour;
    for (const clients of ['cumulative', 'delta'] as const) {
      const name = `refused-${clients}`;
      const work = createWorkload({ ...{ name, seed: 3, sessions: 20, clients, exports: 10, from, to: now - minute } });
      const random = createRandom(4);
      const last = lastOfEach(work.deliveries);
      // The last export of a process always gets through: nothing could heal that one.
      const arriving = work.deliveries.filter((delivery) => last.has(delivery) || random.next() > 0.3);
      expect(arriving.length).toBeLessThan(work.deliveries.length);
      await deliverAll(stack, arriving);
      await passedOn();
      const truth = work.ledger.totals({ metric: 'claude_code.cost.usage', by: [], ...work }).get('') ?? 0;
      const shown = await shownTotal(stack.prometheus, { metric: 'cost', experiment: name, range: work });
      const lost = work.deliveries
        .filter((delivery) => !arriving.includes(delivery))
        .reduce((sum, { payload }) => sum + costIn(payload), 0);
      if (clients === 'cumulative') expect(shown).toBeCloseTo(truth, 6);
      else expect(shown).toBeCloseTo(truth - lost, 6);
      expect(lost).toBeGreaterThan(1);
    }
  });

  it('are exact whatever comes late or twice, up to six days (T8, T9)', async () => {
    const from = now - 6 * day;
    const name = 'late';
    const work = createWorkload({
      ...{ name, seed: 5, sessions: 30, clients: 'mixed', exports: 12, from, to: now - minute, resumes: true },
    });
    const random = createRandom(6);
    const again = work.deliveries.filter(() => random.next() < 0.4);
    const arriving = random.shuffled([...work.deliveries, ...again, ...again.slice(0, 40)]);
    await deliverAll(stack, arriving);
    await passedOn();
    await expectExact(stack.prometheus, name, work.ledger, work);
    await expectExact(stack.prometheus, name, work.ledger, ranges(now - 4 * day, now - 2 * day));
  });

  it('control: without the window for late samples the same late data is not exact (T8)', async () => {
    const strict = await createStack({
      start: ['collector', 'prometheus'],
      replace: { prometheus: { 'out_of_order_time_window: 7d': 'out_of_order_time_window: 0s' } },
    });
    try {
      const work = createWorkload({
        ...{
          name: 'strict',
          seed: 5,
          sessions: 10,
          clients: 'mixed',
          exports: 6,
          from: now - 6 * day,
          to: now - minute,
        },
      });
      await deliverAll(strict, createRandom(6).shuffled(work.deliveries));
      await drained(strict);
      const truth = work.ledger.totals({ metric: 'claude_code.cost.usage', by: [], ...work }).get('') ?? 0;
      const shown = await shownTotal(strict.prometheus, { metric: 'cost', experiment: 'strict', range: work });
      expect(shown).toBeLessThan(truth * 0.9);
      expect(await sendFailures(strict)).toBeGreaterThan(0);
    } finally {
      await strict.stop();
    }
  });

  it('survive clocks that are minutes off (T15)', async () => {
    const ledger = createLedger();
    for (const [name, skew] of Object.entries({ behind: -5 * minute, ahead: 5 * minute })) {
      const identity = { 'session.id': name, experiment: 'skewed', project: 'docs', 'user.email': 'ada@example.com' };
      const client = createSimulatedClient({ ledger, temporality: 'cumulative', identity });
      for (const at of [now - 3 * minute + skew, now - minute + skew]) {
        client.request(at, { model: 'claude-haiku-5', costUsd: 0.5, tokens: { input: 3, output: 4 } });
        const payload = client.export(at + 1_000);
        if (payload) expect(await send(stack.otlp, 'metrics', payload)).toBe(200);
      }
    }
    await passedOn();
    await expectExact(stack.prometheus, 'skewed', ledger, { from: now - hour, to: now + 10 * minute });
  });
});

/** Everything the collector took is in Prometheus, or was refused by it. */
async function drained({ collectorMetrics: url }: Stack): Promise<void> {
  const exporter = 'exporter="otlp_http/prometheus"';
  await waitFor(
    'the queue to Prometheus to be empty',
    async () => {
      const [taken, sent, failed] = await Promise.all([
        collectorMetric(url, 'otelcol_receiver_accepted_metric_points'),
        collectorMetric(url, 'otelcol_exporter_sent_metric_points', exporter),
        collectorMetric(url, 'otelcol_exporter_send_failed_metric_points', exporter),
      ]);
      return taken > 0 && sent + failed >= taken;
    },
    120_000,
  );
}

function sendFailures({ collectorMetrics }: Stack): Promise<number> {
  return collectorMetric(collectorMetrics, 'otelcol_exporter_send_failed_metric_points');
}

async function deliverAll({ otlp }: Stack, deliveries: readonly Delivery[]): Promise<void> {
  for (let index = 0; index < deliveries.length; index += 8) {
    const some = deliveries.slice(index, index + 8);
    const answers = await Promise.all(some.map(({ payload }) => send(otlp, 'metrics', payload)));
    expect(new Set(answers)).toEqual(new Set([200]));
  }
}

interface ToldMetrics {
  resourceMetrics: {
    scopeMetrics: {
      metrics: { name: string; sum: { dataPoints: { asDouble: number; attributes: { value: object }[] }[] } }[];
    }[];
  }[];
}

function metricsIn(payload: object) {
  return (payload as ToldMetrics).resourceMetrics.flatMap(({ scopeMetrics }) =>
    scopeMetrics.flatMap(({ metrics }) => metrics),
  );
}

function costIn(payload: object): number {
  return metricsIn(payload)
    .filter(({ name }) => name === 'claude_code.cost.usage')
    .reduce((sum, { sum: { dataPoints } }) => dataPoints.reduce((all, point) => all + point.asDouble, sum), 0);
}

/** The last delivery of each session. */
function lastOfEach(deliveries: Workload['deliveries']): Set<Delivery> {
  const last = new Map<string, Delivery>();
  for (const delivery of deliveries) {
    const attributes = metricsIn(delivery.payload)[0]?.sum.dataPoints[0]?.attributes ?? [];
    last.set(JSON.stringify(attributes[0]), delivery);
  }
  return new Set(last.values());
}

/** The collector's own prometheus exporter, which the configurations of others scrape. */
const naiveConfig = (endpoint: string) => `
exporters:
  prometheus:
    endpoint: ${endpoint}
service:
  pipelines:
    metrics/naive: { receivers: [otlp], exporters: [prometheus] }
`;

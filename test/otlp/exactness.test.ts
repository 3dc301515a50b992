import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRandom } from '../../apps/cli/src/demo/random.ts';
import { freePort } from '../ports.ts';
import { requiresStack } from '../requires.ts';
import { send } from '../stack/payloads.ts';
import { only, promql } from '../stack/queries.ts';
import { createStack, type Stack } from '../stack/stack.ts';
import { deliverAll, drained, refusedPoints } from './delivering.ts';
import { expectExact, shownTotal, shownTotals } from './exactness.ts';
import { createLedger } from './ledger.ts';
import { sendSkewed, sendTwice, sendTwins } from './look-alikes.ts';
import { createSimulatedClient } from './simulated-client.ts';
import { createWorkload, type Delivery, type Workload } from './workload.ts';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;
const cost = 'claude_code_cost_usage_USD_total';

describe.skipIf(!(await requiresStack()))('totals of Claude Code’s counters', () => {
  let stack: Stack;
  const now = Date.now();
  /** The ways of other configurations, beside ours: the collector's own exporter, and counters without `start_ms`. */
  let naiveExporter: string;
  let withoutStart: string;
  beforeAll(async () => {
    const [exporter, receiver] = [`127.0.0.1:${await freePort()}`, `127.0.0.1:${await freePort()}`];
    naiveExporter = `http://${exporter}/metrics`;
    withoutStart = `http://${receiver}`;
    stack = await createStack({
      start: ['collector', 'prometheus'],
      collectorExtras: [naiveConfig(exporter, receiver)],
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
      await deliverAll(stack.otlp, work.deliveries);
      await passedOn();
      await expectExact(stack.prometheus, name, work.ledger, work);
      const truth = work.ledger.totals({ metric: 'claude_code.cost.usage', by: [], ...work }).get('') ?? 0;
      const naive = only(await promql(stack.prometheus, `sum(increase(${cost}{experiment="${name}"}[2h]))`));
      expect(truth).toBeGreaterThan(100);
      expect(naive).toBeLessThan(truth / 100);
    });

    it(`are exact for busy, idle and resumed sessions that export in step, at any range (${clients}, T3, T4)`, async () => {
      const name = `lives-${clients}`;
      const work = createWorkload({
        ...{ name, seed: 2, sessions: 40, clients, exports: 12, from: now - 3 * hour, to: now - minute },
        ...{ resumes: true, inStep: true },
      });
      const failed = await refusedPoints(stack);
      await deliverAll(stack.otlp, work.deliveries);
      await passedOn();
      expect(await refusedPoints(stack)).toBe(failed);
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

  for (const temporality of ['cumulative', 'delta'] as const) {
    it(`are exact for 20 sessions of one person that do everything in the same milliseconds (${temporality}, T3)`, async () => {
      const name = `twins-${temporality}`;
      const failed = await refusedPoints(stack);
      const { ledger, costUsd, ...range } = await sendTwins(stack.otlp, { name, temporality, tellsSession: true });
      await passedOn();
      expect(await refusedPoints(stack)).toBe(failed);
      await expectExact(stack.prometheus, name, ledger, range);

      // The control: without session.id, as OTEL_METRICS_INCLUDE_SESSION_ID=false has it, they are all one counter.
      await sendTwins(stack.otlp, { name: `${name}-nameless`, temporality, tellsSession: false });
      await passedOn();
      const shown = await shownTotal(stack.prometheus, { metric: 'cost', experiment: `${name}-nameless`, range });
      expect(shown).toBeLessThan(costUsd / 2);
    });
  }

  it('are exact when two processes of one session live at once and count the same (T4)', async () => {
    const range = { from: now - 30 * minute, to: now };
    const ledger = await sendTwice(stack.otlp, 'twice', range.from);
    await passedOn();
    await expectExact(stack.prometheus, 'twice', ledger, range);
    expect(ledger.totals({ metric: 'claude_code.cost.usage', by: [], ...range }).get('')).toBe(4.125);
  });

  it('control: without start_ms a second process takes the place of the first one, or looks like a reset (T4)', async () => {
    const range = { from: now - 30 * minute, to: now };
    await sendTwice(withoutStart, 'twice-plain', range.from);
    const work = createWorkload({
      ...{ name: 'lives-plain', seed: 2, sessions: 40, clients: 'cumulative', exports: 12 },
      ...{ from: now - 3 * hour, to: now - minute, resumes: true, inStep: true },
    });
    await deliverAll(withoutStart, work.deliveries);
    await passedOn();
    const ask = (experiment: string, range: { from: number; to: number }) =>
      shownTotal(stack.prometheus, { metric: 'cost', experiment, range });
    expect(await ask('twice-plain', range)).toBe(3.25); // what the second one counted
    const resets = `sum(resets(${cost}{experiment="twice-plain"}[1h]))`;
    expect(only(await promql(stack.prometheus, resets))).toBeGreaterThan(0);
    const truth = work.ledger.totals({ metric: 'claude_code.cost.usage', by: [], ...work }).get('') ?? 0;
    expect(await ask('lives-plain', work)).toBeLessThan(truth * 0.95);
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
      await deliverAll(stack.otlp, arriving);
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
    await deliverAll(stack.otlp, arriving);
    await passedOn();
    await expectExact(stack.prometheus, name, work.ledger, work);
    await expectExact(stack.prometheus, name, work.ledger, ranges(now - 4 * day, now - 2 * day));
  });

  it('survive clocks that are minutes off (T15)', async () => {
    const ledger = await sendSkewed(stack.otlp);
    await passedOn();
    await expectExact(stack.prometheus, 'skewed', ledger, { from: now - hour, to: now + 10 * minute });
  });

  describe('control: without the window for late samples', () => {
    let strict: Stack;
    beforeAll(async () => {
      strict = await createStack({
        start: ['collector', 'prometheus'],
        replace: { prometheus: { 'out_of_order_time_window: 7d': 'out_of_order_time_window: 0s' } },
      });
    });
    afterAll(() => strict?.stop());

    it('the same late data is not exact (T8)', async () => {
      const work = createWorkload({
        ...{ name: 'strict', seed: 5, sessions: 10, clients: 'mixed', exports: 6 },
        ...{ from: now - 6 * day, to: now - minute },
      });
      await deliverAll(strict.otlp, createRandom(6).shuffled(work.deliveries));
      await drained(strict);
      const truth = work.ledger.totals({ metric: 'claude_code.cost.usage', by: [], ...work }).get('') ?? 0;
      const shown = await shownTotal(strict.prometheus, { metric: 'cost', experiment: 'strict', range: work });
      expect(shown).toBeLessThan(truth * 0.9);
      expect(await refusedPoints(strict)).toBeGreaterThan(0);
    });

    it('a machine whose clock is ahead has the others refused (T15)', async () => {
      await sendSkewed(strict.otlp);
      await drained(strict);
      const range = { from: now - hour, to: now + 10 * minute };
      const shown = await shownTotals(strict.prometheus, {
        metric: 'cost',
        by: ['session_id'],
        experiment: 'skewed',
        range,
      });
      expect(Object.fromEntries(shown)).toEqual({ ahead: 1 });
    });
  });
});

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

/**
 * The collector's own prometheus exporter, which the configurations of others scrape; and a receiver whose counters go
 * to Prometheus without `start_ms`.
 */
const naiveConfig = (exporter: string, receiver: string) => `
receivers:
  otlp/plain: { protocols: { http: { endpoint: "${receiver}" } } }
processors:
  transform/plain:
    metric_statements:
      - set(datapoint.attributes["temporality"], "cumulative") where metric.aggregation_temporality == AGGREGATION_TEMPORALITY_CUMULATIVE
exporters:
  prometheus:
    endpoint: ${exporter}
service:
  pipelines:
    metrics/naive: { receivers: [otlp], exporters: [prometheus] }
    metrics/plain: { receivers: [otlp/plain], processors: [transform/plain], exporters: [otlp_http/prometheus] }
`;

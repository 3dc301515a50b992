import { countOf, sumOf } from '@telltale/observability/query/events.ts';
import { total } from '@telltale/observability/query/total.ts';
import { afterEach, describe, expect, it } from 'vitest';
import { requiresStack } from '../requires.ts';
import { waitFor } from '../wait.ts';
import { recordsIn } from './otlp.ts';
import { type LogRecord, logsPayload, type Metric, metricsPayload, type Point, send, type Value } from './payloads.ts';
import { collectorMetric, loglines, logql, only, promql } from './queries.ts';
import { createReceiver, type Receiver } from './receiver.ts';
import { createStack, type Stack } from './stack.ts';

let stack: Stack | undefined;
let receiver: Receiver | undefined;
afterEach(async () => {
  await stack?.stop();
  await receiver?.stop();
  stack = receiver = undefined;
});

const nowhere = 'http://127.0.0.1:9'; // the event service, where a test does not need it
const hasStack = await requiresStack();

describe.skipIf(!hasStack)('an event with 60 kB in each of 20 attributes', () => {
  const at = Date.now() - 5_000;
  const long = Object.fromEntries(Array.from({ length: 20 }, (_, n) => [`text_${n}`, 'long '.repeat(12_000)]));
  const record: LogRecord = {
    ...{ name: 'user_prompt', at, body: 'claude_code.user_prompt' },
    attributes: { 'session.id': 'long', 'event.sequence': 1, ...long },
  };
  const discarded = async (one: Stack) => {
    const text = await (await fetch(`${one.loki}/metrics`)).text();
    return text.split('\n').filter((line) => line.startsWith('loki_discarded_samples_total{'));
  };

  it('is whole in the event service and shortened in Loki, which drops nothing (T12)', async () => {
    receiver = await createReceiver();
    await receiver.start();
    const running = await createStack({ telltaleUrl: receiver.url, start: ['collector', 'loki'] });
    stack = running;
    expect(await send(running.otlp, 'logs', logsPayload([record]))).toBe(200);

    const lines = await waitFor(
      'the event in Loki',
      async () => {
        const found = await loglines(running.loki, '{service_name="claude-code"}', at - 1_000, Date.now());
        return found.length > 0 && found;
      },
      60_000,
    );
    expect(lines).toHaveLength(1);
    for (const name of Object.keys(long)) expect(lines[0]?.labels[name]).toBe(long[name]?.slice(0, 8_192));
    expect(await discarded(running)).toEqual([]);

    const request = await waitFor('the event at the service', () => receiver?.accepted[0]);
    expect(recordsIn(request.text)).toEqual([
      {
        name: record.name,
        body: record.body,
        attributes: { 'event.name': record.name, ...record.attributes },
        events: [],
      },
    ]);
  });

  it('control: with the limit that Loki comes with it is dropped', async () => {
    const running = await createStack({
      ...{ telltaleUrl: nowhere, start: ['collector', 'loki'] },
      replace: { loki: { 'max_structured_metadata_size: 512KB': 'max_structured_metadata_size: 64KB' } },
    });
    stack = running;
    expect(await send(running.otlp, 'logs', logsPayload([record]))).toBe(200);
    await waitFor('a discarded event', async () => (await discarded(running)).length > 0, 60_000);
    expect(await loglines(running.loki, '{service_name="claude-code"}', at - 1_000, Date.now())).toEqual([]);
  });
});

describe.skipIf(!hasStack)('a metric request that Prometheus can never take', () => {
  const at = Date.now() - 10_000;
  const good = (session: string): Metric => cost({ startedAt: at - 1_000, at, value: 1, attributes: { session } });
  const inAnHour = Date.now() + 3_600_000;
  const poison = cost({ startedAt: at - 1_000, at: inAnHour, value: 1, attributes: { session: 'future' } });
  const empty: Metric = { name: 'claude_code.empty', points: [] };
  const oddLabel = cost({ startedAt: at - 1_000, at, value: 1, attributes: { session: 'odd', effort: Number.NaN } });
  /** What no counter can have counted, in a delta, and in a counter that had counted two before. */
  const noCounts = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -1e300];
  const noNumbers: Metric[] = noCounts.flatMap((value) => [
    cost({ startedAt: at - 1_000, at, value, attributes: { session: `none ${value}` } }),
    ...[2, value].map((counted, index) => ({
      ...cost({ startedAt: at - 9_000, at: at + index, value: counted, attributes: { session: `then ${value}` } }),
      temporality: 'cumulative' as const,
    })),
  ]);

  it('takes no other with it, and is counted (T14)', async () => {
    const running = await createStack({ telltaleUrl: nowhere, start: ['collector'] });
    stack = running;
    for (const metrics of [
      [good('before')],
      [poison],
      [good('between')],
      [empty],
      [oddLabel],
      noNumbers,
      [good('after')],
    ])
      expect(await send(running.otlp, 'metrics', metricsPayload(metrics))).toBe(200);
    await running.parts.prometheus.start(); // all of them wait in the queue, where a batch would have been made of them
    await waitFor('the last good one', async () => (await sessions(running)).includes('after'), 60_000);
    const shown = await promql(running.prometheus, total({ metric: 'cost', by: ['session'], range: '1h' }));
    expect(Object.fromEntries(shown.map(({ labels, value }) => [labels.session, value]))).toEqual({
      ...{ before: 1, between: 1, odd: 1, after: 1 },
      ...Object.fromEntries(noCounts.map((value) => [`then ${value}`, 2])),
    });
    // The control: a total that asks for every point is no number any more.
    const usual = await promql(running.prometheus, 'sum(sum_over_time(claude_code_cost_usage_USD_total[1h]))');
    expect(usual[0]?.value).toBeNaN();
    expect(await collectorMetric(running.collectorMetrics, 'otelcol_exporter_send_failed_metric_points')).toBe(1);
    expect(await queued(running)).toBe(0);
  });

  it('control: in a batch it takes its neighbours along', async () => {
    const batch = 'batch: { sizer: items, flush_timeout: 500ms, min_size: 3, max_size: 100 }';
    const shipped = 'sizer: bytes, queue_size: 268435456 }';
    const running = await createStack({
      ...{ telltaleUrl: nowhere, start: ['collector'] },
      replace: { collector: { [shipped]: `${shipped.slice(0, -2)}, ${batch} }` } },
    });
    stack = running;
    for (const metrics of [[good('before')], [poison], [good('after')]])
      expect(await send(running.otlp, 'metrics', metricsPayload(metrics))).toBe(200);
    await running.parts.prometheus.start();
    const { collectorMetrics } = running;
    const failed = await waitFor(
      'points that were given up',
      async () => {
        return (await collectorMetric(collectorMetrics, 'otelcol_exporter_send_failed_metric_points')) || false;
      },
      60_000,
    );
    expect(failed).toBe(3);
    expect(await sessions(running)).toEqual([]);
  });
});

describe.skipIf(!hasStack)('an event whose cost is no amount', () => {
  it('takes no total of Loki along; the event stays', async () => {
    const at = Date.now() - 5_000;
    const told: Value[] = [0.25, '0.5', 0, Number.NaN, Number.NEGATIVE_INFINITY, 'NaN', '+Inf', '-1', 'much', ''];
    const records = told.map((usd, index) => ({
      ...{ name: 'api_request', at: at + index },
      attributes: { 'session.id': 'odd', 'event.sequence': index, cost_usd: usd, told_usd: usd },
    }));
    const running = await createStack({ telltaleUrl: nowhere, start: ['collector', 'loki'] });
    stack = running;
    expect(await send(running.otlp, 'logs', logsPayload(records))).toBe(200);
    await waitFor(
      'the events in Loki',
      async () => only(await logql(running.loki, countOf({ name: 'api_request', range: '1h' }))) === told.length,
      60_000,
    );
    const sum = (field: string) => logql(running.loki, sumOf({ name: 'api_request', field, range: '1h' }));
    expect(only(await sum('cost_usd'))).toBe(0.75);
    // The control: the same values under another name.
    expect(only(await sum('told_usd'))).toBeNaN();
  });
});

describe.skipIf(!hasStack)('a collector that can hold no more', () => {
  it('refuses with 503, says so in its metrics, and has everything once the client has sent again (T16)', async () => {
    const running = await createStack({
      ...{ telltaleUrl: nowhere, start: ['collector'] },
      replace: { collector: { 'queue_size: 268435456': 'queue_size: 4000' } },
    });
    stack = running;
    const refused: Metric[] = [];
    for (let number = 0; refused.length < 5; number++) {
      const at = Date.now();
      const metric = cost({ startedAt: at - 1_000, at, value: 1, attributes: { session: `full-${number}` } });
      const status = await send(running.otlp, 'metrics', metricsPayload([metric]));
      if (status !== 200) refused.push(metric);
      expect([200, 503]).toContain(status);
      expect(number).toBeLessThan(1_000);
    }
    const enqueueFailed = 'otelcol_exporter_enqueue_failed_metric_points';
    expect(await collectorMetric(running.collectorMetrics, enqueueFailed, 'prometheus')).toBe(5);
    const taken = await collectorMetric(running.collectorMetrics, 'otelcol_receiver_accepted_metric_points');

    await running.parts.prometheus.start();
    const counted = async () =>
      only(await promql(running.prometheus, 'sum(sum_over_time(claude_code_cost_usage_USD_total[1h]))'));
    await waitFor('an empty queue', async () => (await queued(running)) === 0 && (await counted()) >= taken, 60_000);
    expect(await counted()).toBe(taken); // the control: a client that does not send again lacks five
    for (const metric of refused)
      await waitFor(
        'the refused one to be taken',
        async () => (await send(running.otlp, 'metrics', metricsPayload([metric]))) === 200,
        60_000,
      );
    await waitFor('all of them', async () => (await sessions(running)).length >= taken + 5, 60_000);
    expect(await counted()).toBe(taken + 5);
  });

  it('refuses with 503 when its memory is used up (T16)', async () => {
    const running = await createStack({
      ...{ telltaleUrl: nowhere, start: ['collector'] },
      replace: {
        collector: { 'limit_percentage: 80': 'limit_mib: 20', 'spike_limit_percentage: 20': 'spike_limit_mib: 5' },
      },
    });
    stack = running;
    const metric = cost({ startedAt: Date.now() - 1_000, at: Date.now(), value: 1, attributes: { session: 'memory' } });
    await waitFor('a refusal', async () => (await send(running.otlp, 'metrics', metricsPayload([metric]))) === 503);
    expect(await collectorMetric(running.collectorMetrics, 'otelcol_receiver_refused_metric_points')).toBeGreaterThan(
      0,
    );
  });
});

function cost(point: Point): Metric {
  return { name: 'claude_code.cost.usage', unit: 'USD', temporality: 'delta', points: [point] };
}

/** What waits for Prometheus. */
function queued({ collectorMetrics }: Stack): Promise<number> {
  return collectorMetric(collectorMetrics, 'otelcol_exporter_queue_size', 'prometheus');
}

/** Whose points are in Prometheus. */
async function sessions({ prometheus }: Stack): Promise<string[]> {
  const query = 'sum by (session) (sum_over_time(claude_code_cost_usage_USD_total[1h]))';
  const samples = await promql(prometheus, query);
  return samples.map(({ labels }) => String(labels.session)).sort();
}

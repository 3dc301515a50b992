import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { requiresStack } from '../requires.ts';
import { waitFor } from '../wait.ts';
import { counted, drained, type Load, startLoad, wrong } from './load.ts';
import { logsPayload, send } from './payloads.ts';
import { collectorMetric, only, promql } from './queries.ts';
import { createReceiver, type Received, type Receiver } from './receiver.ts';
import { size } from './size.ts';
import { createStack, type Stack, type StackOptions } from './stack.ts';

const hasStack = await requiresStack();
// Scraping pushes Prometheus' newest time to now, which is what makes a queue's old samples late.
const scrapeOften = { 'scrape_interval: 15s': 'scrape_interval: 1s' };

// Each export is asked for by name.
const manySeries = { 'max_query_series: 5000': 'max_query_series: 500000' };
/** A long outage needs no more exports than a short one. */
const pauseFor = (outageMs: number) => Math.max(5, outageMs / 5_000);

describe.skipIf(!hasStack)('what the collector has acknowledged is counted once', () => {
  let stack: Stack;
  let receiver: Receiver;
  let load: Load | undefined;
  beforeAll(async () => {
    receiver = await createReceiver();
    await receiver.start();
    stack = await createStack({ telltaleUrl: receiver.url, replace: { prometheus: scrapeOften, loki: manySeries } });
  });
  afterEach(async () => {
    await load?.stop();
    await stack.parts.collector.start();
    await stack.parts.prometheus.start();
    await receiver.stop();
    receiver.answer = () => 200;
    await receiver.start();
  });
  afterAll(async () => {
    await stack?.stop();
    await receiver?.stop();
  });

  it(
    `when the collector is killed ${size.kills} times, and ended as often, while it has a queue (T5)`,
    async () => {
      await receiver.stop();
      load = startLoad(stack, { name: 'killed' });
      for (let kill = 0; kill < size.kills; kill++) {
        await load.more(30);
        await sleep(Math.random() * 200); // anywhere between a request and its answer
        await stack.parts.collector.kill();
        await stack.parts.collector.start();
        await load.more(30);
        await stack.parts.collector.restart();
      }
      await load.more(30);
      await load.stop();
      await receiver.start();
      expect(wrong(load, await drained(stack, load, receiver))).toEqual([]);
    },
    size.timeoutMs,
  );

  it(
    `when Prometheus is killed, and down for ${size.outageMs / 1000} s (T7)`,
    async () => {
      load = startLoad(stack, { name: 'prometheus', pauseMs: pauseFor(size.outageMs) });
      for (let kill = 0; kill < size.kills; kill++) {
        await load.more(30);
        await stack.parts.prometheus.kill();
        await load.more(30);
        await stack.parts.prometheus.start();
      }
      await stack.parts.prometheus.stop();
      await sleep(size.outageMs);
      await stack.parts.prometheus.start();
      await load.stop();
      expect(wrong(load, await drained(stack, load, receiver))).toEqual([]);
      expect(await refusedSamples(stack)).toBe(0);
    },
    size.timeoutMs,
  );

  it(
    'when what waited is hours old and Prometheus scrapes already (T7)',
    async () => {
      await sendLate(stack, (started) => {
        load = started;
      });
      if (!load) throw new Error('no load was started');
      expect(wrong(load, await drained(stack, load, receiver))).toEqual([]);
      expect(await refusedSamples(stack)).toBe(0);
    },
    size.timeoutMs,
  );

  it(
    `when the event service is away for ${size.longOutageMs / 1000} s, refuses, hangs and is there again, with poison in the queue (T13)`,
    async () => {
      const { collectorMetrics } = stack;
      const givenUpBefore = await givenUp(collectorMetrics);
      await receiver.stop();
      load = startLoad(stack, { name: 'service', pauseMs: pauseFor(size.longOutageMs) });
      await load.more(30);
      expect(await send(stack.otlp, 'logs', poison)).toBe(200);
      await load.more(30);
      await sleep(size.longOutageMs);
      receiver.answer = () => 503;
      await receiver.start();
      await waitFor('three refusals', () => receiver.refused.length >= 3, 60_000);

      // Nobody else waits meanwhile.
      const others = await waitFor('the other branches', async () => {
        if (!load) return;
        const { prometheus, loki } = await counted(stack, load);
        return prometheus.size > 30 && loki.size > 30 && { prometheus, loki };
      });
      expect(others.loki.size).toBeGreaterThan(30);

      receiver.answer = () => 'hang';
      const before = receiver.refused.length;
      await waitFor('a request that hangs', () => receiver.refused.length > before, 60_000);
      await receiver.stop();
      const poisoned = refusingPoison(receiver);
      await receiver.start();
      await load.stop();
      expect(wrong(load, await drained(stack, load, receiver))).toEqual([]);
      expect(poisoned).toHaveLength(1);
      expect((await givenUp(collectorMetrics)) - givenUpBefore).toBe(1);
    },
    size.timeoutMs,
  );

  it(
    'when one record among them is poison to the event service, which alone is given up (T13)',
    async () => {
      const givenUpBefore = await givenUp(stack.collectorMetrics);
      const poisoned = refusingPoison(receiver);
      load = startLoad(stack, { name: 'beside' });
      await load.more(30);
      expect(await send(stack.otlp, 'logs', poison)).toBe(200);
      await load.more(30);
      await load.stop();
      expect(wrong(load, await drained(stack, load, receiver))).toEqual([]);
      expect(poisoned).toHaveLength(1); // once, then never again
      expect((await givenUp(stack.collectorMetrics)) - givenUpBefore).toBe(1);
    },
    size.timeoutMs,
  );
});

describe.skipIf(!hasStack)('controls: it would be lost', () => {
  let stack: Stack | undefined;
  let receiver: Receiver | undefined;
  afterEach(async () => {
    await stack?.stop();
    await receiver?.stop();
    stack = undefined;
  });

  it('with a queue in memory, when the collector is killed (T5)', async () => {
    receiver = await createReceiver();
    stack = await createStack({
      ...{ telltaleUrl: receiver.url, start: ['collector'] },
      replace: { collector: { 'storage: file_storage/queue, ': '' } },
    });
    const load = startLoad(stack, { name: 'memory' });
    await load.more(30);
    await load.stop();
    await stack.parts.collector.kill();
    await stack.parts.collector.start();
    await receiver.start();
    const after = { name: 'after', at: Date.now(), attributes: { 'session.id': 'after' } };
    expect(await send(stack.otlp, 'logs', logsPayload([after]))).toBe(200);
    await waitFor('what came after', () => receiver?.accepted.some(({ text }) => text.includes('"after"')));
    expect((await counted(stack, load, receiver)).telltale.logs.size).toBe(0);
  });

  it('with retries that end, when the event service is away for longer (T13)', async () => {
    receiver = await createReceiver();
    stack = await createStack({
      ...{ telltaleUrl: receiver.url, start: ['collector'] },
      replace: { collector: { 'max_interval: 15s, max_elapsed_time: 0s': 'max_interval: 1s, max_elapsed_time: 2s' } },
    });
    const { collectorMetrics } = stack;
    const load = startLoad(stack, { name: 'impatient' });
    await load.more(30);
    await load.stop();
    await waitFor('records that were given up', async () => (await givenUp(collectorMetrics)) > 0, 60_000);
    await receiver.start();
    const found = await waitFor(
      'empty queues',
      async () => {
        const waiting = await collectorMetric(collectorMetrics, 'otelcol_exporter_queue_size', 'otlp_http/telltale');
        return stack && waiting === 0 && counted(stack, load, receiver);
      },
      60_000,
    );
    expect([...load.acknowledged.logs].filter((id) => !found.telltale.logs.has(id))).not.toEqual([]);
  });

  it('without the window for late samples, when the queue is older than the last scrape (T7)', async () => {
    const noWindow = { 'out_of_order_time_window: 7d': 'out_of_order_time_window: 0s' };
    const options: StackOptions = {
      ...{ telltaleUrl: 'http://127.0.0.1:9', start: ['collector', 'prometheus'] },
      replace: { prometheus: { ...scrapeOften, ...noWindow } },
    };
    stack = await createStack(options);
    let load: Load | undefined;
    await sendLate(stack, (started) => {
      load = started;
    });
    const url = stack.collectorMetrics;
    await waitFor(
      'points that were given up',
      async () => {
        return (await collectorMetric(url, 'otelcol_exporter_send_failed_metric_points')) > 0;
      },
      60_000,
    );
    if (!load) throw new Error('no load was started');
    const { prometheus } = await counted(stack, load);
    expect([...load.acknowledged.metrics].filter((id) => !prometheus.has(id))).not.toEqual([]);
  });
});

/** What the event service can never take. */
const poison = logsPayload([{ name: 'poison', at: Date.now(), attributes: { 'session.id': 'poison' } }]);

/** Answers poison with 400, all else with 200; gives what was answered so. */
function refusingPoison(receiver: Receiver): Received[] {
  const poisoned: Received[] = [];
  receiver.answer = (request) => {
    if (!request.text.includes('poison')) return 200;
    poisoned.push(request);
    return 400;
  };
  return poisoned;
}

function givenUp(url: string): Promise<number> {
  return collectorMetric(url, 'otelcol_exporter_send_failed_log_records');
}

/** Exports of three hours ago, which arrive when Prometheus has scraped something newer. */
async function sendLate(stack: Stack, started: (load: Load) => void): Promise<void> {
  await waitFor('a scrape', async () => only(await promql(stack.prometheus, 'count(up)')) > 0, 30_000);
  const load = startLoad(stack, { name: 'late', agoMs: 3 * 3_600_000 });
  started(load);
  await load.more(30);
  await load.stop();
}

function refusedSamples(stack: Stack): Promise<number> {
  return collectorMetric(stack.collectorMetrics, 'otelcol_exporter_send_failed_metric_points');
}

import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openConnection } from '../../apps/server/src/store/connection.ts';
import { requiresStack } from '../requires.ts';
import { waitFor } from '../wait.ts';
import { type Load, startLoad } from './load.ts';
import { metricsPayload, send } from './payloads.ts';
import { collectorMetric } from './queries.ts';
import { isSoak, size } from './size.ts';
import { createStack, type Stack } from './stack.ts';

describe.skipIf(!(await requiresStack()))('behind the collector, the event service', () => {
  let stack: Stack;
  let load: Load | undefined;
  beforeAll(async () => {
    stack = await createStack({ start: ['collector', 'telltale'] });
  });
  afterAll(async () => {
    await load?.stop();
    await stack?.stop();
  });

  it(
    `has each event once, though it was killed ${size.kills} times and down in between (T13)`,
    async () => {
      load = startLoad(stack, { name: 'events', pauseMs: Math.max(5, size.outageMs / 5_000) });
      for (let kill = 0; kill < size.kills; kill++) {
        await load.more(30);
        await sleep(Math.random() * 100);
        await stack.parts.telltale.kill();
        await load.more(30);
        await stack.parts.telltale.start();
      }
      await stack.parts.telltale.stop();
      await sleep(size.outageMs);
      await stack.parts.telltale.start();
      await load.stop();

      const { acknowledged, sent } = load;
      const stored = await waitFor(
        'every acknowledged event',
        async () => {
          await sleep(isSoak ? 5_000 : 200); // each look reads all events, which the service could store others in
          const ids = await exportsOf(stack, 'events');
          const known = new Set(ids);
          const lacking = [...acknowledged.logs].filter((id) => !known.has(id));
          if (lacking.length === 0) return ids;
          throw new Error(
            `${lacking.length} of ${acknowledged.logs.size} are lacking, ${await queued(stack)} bytes wait`,
          );
        },
        isSoak ? 600_000 : 120_000,
      );
      expect(stored).toHaveLength(new Set(stored).size);
      expect(stored.filter((id) => !sent.logs.has(id))).toEqual([]);
      await waitFor('empty queues', async () => (await queued(stack)) === 0, 60_000);
    },
    size.timeoutMs,
  );

  it('keeps what it cannot read and lets the next one through (T13)', async () => {
    const strange = {
      resourceLogs: [{ scopeLogs: [{ logRecords: [{ body: { stringValue: 'no name, no time, no session' } }] }] }],
    };
    expect(await send(stack.otlp, 'logs', strange)).toBe(200);
    const at = Date.now();
    const noNumber = { startedAt: at, at, value: Number.NaN, attributes: { 'session.id': 'no-number' } };
    const poison = metricsPayload([{ name: 'claude_code.cost.usage', points: [noNumber] }]);
    expect(await send(stack.otlp, 'metrics', poison)).toBe(200);
    const after = startLoad(stack, { name: 'after' });
    await after.more(4);
    await after.stop();
    await waitFor(
      'what came after',
      async () => {
        const known = new Set(await exportsOf(stack, 'after'));
        return [...after.acknowledged.logs].every((id) => known.has(id));
      },
      60_000,
    );
    await waitFor('empty queues', async () => (await queued(stack)) === 0, 60_000);
    for (const what of ['log_records', 'metric_points']) {
      const failed = `otelcol_exporter_send_failed_${what}`;
      expect(await collectorMetric(stack.collectorMetrics, failed, 'telltale')).toBe(0);
    }
    // A record can say next to nothing and is an event; a point that tells no number is none.
    expect(deadLettersOf(stack)).toEqual([expect.stringContaining('no-number')]);
  });
});

function deadLettersOf({ service }: Stack): string[] {
  const database = openConnection(join(service.home, 'telltale.db'), { readonly: true });
  const letters = database.prepare<[], string>('SELECT text FROM dead_letters').pluck().all();
  database.close();
  return letters;
}

async function exportsOf({ service }: Stack, session: string): Promise<string[]> {
  const events = await service.events(`session=${session}`);
  return events.map(({ payload }) => /"(\w+-\d+)"/.exec(JSON.stringify(payload))?.[1] ?? JSON.stringify(payload));
}

/** What waits for the event service: Loki and Prometheus are not there. */
function queued(stack: Stack): Promise<number> {
  return collectorMetric(stack.collectorMetrics, 'otelcol_exporter_queue_size', 'otlp_http/telltale');
}

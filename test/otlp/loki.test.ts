import { countOf, sumOf } from '@telltale/observability/query/events.ts';
import { describe, expect, it } from 'vitest';
import { createRandom } from '../../apps/cli/src/demo/random.ts';
import { requiresStack } from '../requires.ts';
import { type LogRecord, logsPayload, send } from '../stack/payloads.ts';
import { collectorMetric, logql } from '../stack/queries.ts';
import { createStack, type Stack, type StackOptions } from '../stack/stack.ts';
import { waitFor } from '../wait.ts';

const requests = 5_000;
const sessions = 10;

describe.skipIf(!(await requiresStack()))(
  '5,000 requests of ten sessions, fifty in a millisecond, in Loki (T11)',
  () => {
    it('add up exactly, over cut chunks, a stop and a kill', async () => {
      const { shown, truth } = await sentThrough({ replace: { loki: tinyChunks } }, { restarts: true });
      expect(shown).toEqual(truth);
    });

    it('add up without a line of their own too, in this version of Loki', async () => {
      const asSent = { collector: unchangedLines, loki: tinyChunks };
      const { shown, truth } = await sentThrough({ replace: asSent });
      expect(shown).toEqual(truth);
    });

    // After a crash or an unheard answer a queue sends one request again. Within a block Loki knows it; a block that was cut
    // in between is not looked into, so the second opinion can be a little high. The pipeline dashboard shows by how much.
    it('count most, not all, of what is sent twice once', async () => {
      const { shown, truth } = await sentThrough({}, { twice: true });
      expect(shown.count).toBeGreaterThanOrEqual(truth.count);
      expect(shown.count).toBeLessThan(truth.count * 1.5);
    });
  },
);

// A block and a chunk of a few records each: equal lines of one millisecond come to lie in different chunks.
const tinyChunks = {
  'chunk_idle_period: 1h': 'chunk_idle_period: 1h\n  chunk_block_size: 4096\n  chunk_target_size: 16384',
};

/** Takes the statements that make time and line unique out of the shipped configuration. */
const unchangedLines = {
  '- set(log.time_unix_nano, log.time_unix_nano + Int(log.attributes["event.sequence"]))':
    '- set(log.time_unix_nano, log.time_unix_nano)',
  '- set(log.body, Concat([log.body, log.attributes["session.id"], log.attributes["event.sequence"]], " "))':
    '- set(log.body, log.body)',
  '- set(log.body, Concat([log.body, log.attributes["request_id"]], " "))': '- set(log.body, log.body)',
};

interface Sums {
  count: number;
  costMicros: number;
}

async function sentThrough(
  options: StackOptions,
  { twice = false, restarts = false } = {},
): Promise<{ shown: Sums; truth: Sums }> {
  const stack = await createStack({ start: ['collector', 'loki'], ...options });
  try {
    const records = requestsAt(Date.now() - 60_000);
    for (let index = 0; index < records.length; index += 250) {
      const payload = logsPayload(records.slice(index, index + 250));
      expect(await send(stack.otlp, 'logs', payload)).toBe(200);
      if (twice) expect(await send(stack.otlp, 'logs', payload)).toBe(200);
      if (restarts && index === 1_500) {
        await drained(stack);
        await stack.parts.loki.restart();
      }
      if (restarts && index === 3_000) {
        await drained(stack);
        await stack.parts.loki.kill();
        await stack.parts.loki.start();
      }
    }
    await drained(stack);
    const ask = async (query: string) => (await logql(stack.loki, query))[0]?.value ?? 0;
    const shown = {
      count: await ask(countOf({ name: 'api_request', range: '1h' })),
      costMicros: Math.round((await ask(sumOf({ name: 'api_request', field: 'cost_usd', range: '1h' }))) * 1e6),
    };
    const costMicros = records.reduce((sum, { attributes }) => sum + Number(attributes.cost_usd) * 1e6, 0);
    return { shown, truth: { count: records.length, costMicros: Math.round(costMicros) } };
  } finally {
    await stack.stop();
  }
}

function requestsAt(start: number): LogRecord[] {
  const random = createRandom(11);
  return Array.from({ length: requests }, (_, index) => ({
    name: 'api_request',
    at: start + Math.floor(index / 50),
    attributes: {
      'session.id': `${String(index % sessions).padStart(8, '0')}-0000-4000-8000-000000000000`,
      'event.sequence': Math.floor(index / sessions),
      model: 'claude-opus-5-5',
      request_id: `req_${index}`,
      cost_usd: random.between(1, 90_000) / 1e6,
    },
  }));
}

async function drained({ collectorMetrics: url }: Stack): Promise<void> {
  await waitFor(
    'the queue to Loki to be empty',
    async () => {
      const [taken, sent] = await Promise.all([
        collectorMetric(url, 'otelcol_receiver_accepted_log_records'),
        collectorMetric(url, 'otelcol_exporter_sent_log_records', 'exporter="otlp_http/loki"'),
      ]);
      return taken > 0 && sent >= taken;
    },
    120_000,
  );
}

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { requiresStack } from '../requires.ts';
import { type LogRecord, logsPayload, send } from './payloads.ts';
import { collectorMetric } from './queries.ts';
import { createStack, type Stack } from './stack.ts';

const at = Date.now();
/** One as the client sends it after each answer: nothing in it is like a secret. */
const apiRequest = (number: number): LogRecord => ({
  ...{ name: 'api_request', at: at + number },
  attributes: {
    ...{ 'session.id': 'aaaaaaaa-0000-4000-8000-000000000001', 'prompt.id': 'cccccccc-0000-4000-8000-000000000001' },
    ...{ 'organization.id': 'bbbbbbbb-0000-4000-8000-000000000001', 'user.id': 'f'.repeat(64), project: 'shop' },
    ...{ 'user.email': 'ada@example.org', 'terminal.type': 'xterm', 'event.timestamp': new Date(at).toISOString() },
    ...{ 'event.sequence': number, model: 'claude-opus-4-8', query_source: 'sdk', effort: 'high', speed: 'normal' },
    ...{ input_tokens: 12, output_tokens: 345, cache_read_tokens: 4567, cache_creation_tokens: 12 },
    ...{ cost_usd: 0.0123, cost_usd_micros: 12300, duration_ms: 2345, request_id: 'req_011CSdGxyz123' },
  },
});
/** 8 kB of code that speaks of tokens and passwords: the expressions must be tried. */
const code = 'const token = await readToken(request.headers); // the password is checked elsewhere\n'.repeat(100);
const toolResult = (number: number): LogRecord => ({
  ...apiRequest(number),
  attributes: { ...apiRequest(number).attributes, tool_input: JSON.stringify({ content: code }) },
});

describe.skipIf(!(await requiresStack()))('the redaction, in processor time of the collector', () => {
  const off = 'processors: { transform/redaction: { log_statements: [], trace_statements: [] } }';
  let stacks: [Stack, Stack];
  beforeAll(async () => {
    const options = { start: ['collector'], telltaleUrl: 'http://127.0.0.1:9' } as const;
    stacks = [await createStack(options), await createStack({ ...options, collectorExtras: [off] })];
  });
  afterAll(() => Promise.all(stacks?.map((stack) => stack.stop()) ?? []));

  it('is read at a start in a few seconds, in which nobody is answered', async () => {
    const [on] = stacks;
    const seconds = await collectorMetric(on.collectorMetrics, 'otelcol_process_cpu_seconds');
    expect(seconds).toBeGreaterThan(0);
    expect(seconds).toBeLessThan(6); // 1.4 to 1.7 were measured
  });

  it('makes a record without secrets cost at most 8 times as much, queues on disk included', async () => {
    expect(await ratio(stacks, apiRequest, 512)).toBeLessThan(8); // 2.6 to 3.4 were measured
  });

  it('makes a record with much code cost at most 50 times as much', async () => {
    expect(await ratio(stacks, toolResult, 20)).toBeLessThan(50); // 10 to 16; 64 when every expression was tried
  });
});

/** With the redaction ÷ without, in turns. */
async function ratio([on, off]: [Stack, Stack], make: (number: number) => LogRecord, records: number): Promise<number> {
  const payload = logsPayload(Array.from({ length: records }, (_, number) => make(number)));
  const spent = { on: 0, off: 0 };
  for (let turn = 0; turn < 4; turn++) {
    spent.on += await processorSeconds(on, payload);
    spent.off += await processorSeconds(off, payload);
  }
  return spent.on / spent.off;
}

async function processorSeconds({ otlp, collectorMetrics }: Stack, payload: object): Promise<number> {
  const used = () => collectorMetric(collectorMetrics, 'otelcol_process_cpu_seconds');
  const before = await used();
  for (let request = 0; request < 8; request++) expect(await send(otlp, 'logs', payload)).toBe(200);
  return (await used()) - before;
}

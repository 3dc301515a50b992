import { type PricedUsage, priceOf } from '@telltale/core';
import { priceTable } from '@telltale/core/pricing/table';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Step, ToldUsage } from '../client/api/script.ts';
import { createStage, type Stage } from '../client/stage.ts';
import { requiresClaude } from '../requires.ts';

/** Today's client sends another model instead of these; the table has their published prices, for old transcripts. */
const gone = ['claude-opus-4-1', 'claude-opus-4', 'claude-3-opus', 'claude-3-5-sonnet'];
const models = priceTable.map(({ model }) => model).filter((model) => !gone.includes(model));

/** Of each kind a number of its own, so that no two of them can stand for each other. */
const plain: PricedUsage = {
  ...{ input: 1009, output: 211, cacheRead: 30_011, cacheCreation: 708, cacheCreation1h: 307, webSearches: 1 },
};
const usages: PricedUsage[] = [
  plain,
  { ...plain, speed: 'fast' },
  { ...plain, webSearches: 0, geo: 'us' },
  { ...plain, input: 70_000, cacheRead: 30_000 },
];

describe.runIf(await requiresClaude('new'))('the price table', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await createStage();
  });
  afterAll(() => stage?.close());

  // One after the other: a test of sums, on a machine where others are at work.
  it.each(models)('reckons as the client does, in every way: %s', async (model) => {
    const look = { calls: [{ name: 'Bash', input: { command: 'true', description: 'Nothing' } }] };
    const steps = usages.map(
      (usage, index): Step => ({
        ...(index < usages.length - 1 ? look : { say: 'Done.' }),
        usage: told(usage),
      }),
    );
    const { messages } = await stage.run(stage.prompt('Use it all.', steps), { args: ['--model', model] });
    const result = messages.find(({ type }) => type === 'result');
    const nanos = usages.map((usage) => priceOf(model, usage)?.nanos ?? Number.NaN);
    expect(Math.round(Number(result?.total_cost_usd) * 1e9)).toBe(nanos.reduce((sum, one) => sum + one, 0));
    expect(Object.keys(result?.modelUsage as object)).toEqual([expect.stringContaining(model)]);
  });
});

function told({
  input,
  output,
  cacheRead,
  cacheCreation,
  cacheCreation1h,
  webSearches = 0,
  speed,
  geo,
}: PricedUsage): ToldUsage {
  return {
    ...{ input_tokens: input, output_tokens: output, cache_read_input_tokens: cacheRead },
    cache_creation_input_tokens: cacheCreation,
    cache_creation: {
      ephemeral_5m_input_tokens: cacheCreation - cacheCreation1h,
      ephemeral_1h_input_tokens: cacheCreation1h,
    },
    server_tool_use: { web_search_requests: webSearches, web_fetch_requests: 3 },
    speed: speed === 'fast' ? 'fast' : 'standard',
    ...(geo && { inference_geo: geo }),
  };
}

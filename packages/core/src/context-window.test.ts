import { expect, it } from 'vitest';
import { contextWindowOf, namedWindow } from './context-window.ts';
import { parsePrices } from './pricing/override.ts';
import { createPrices } from './pricing.ts';

it('knows the windows of the models that the client lists, and says nothing of others', () => {
  const models = [
    ...['claude-haiku-4-5-20251001', 'claude-sonnet-4-5', 'claude-opus-4-6', 'claude-3-5-sonnet'],
    ...['claude-opus-4-7', 'claude-opus-5-5', 'claude-sonnet-5', 'claude-fable-5-2', 'gpt-9'],
  ];
  expect(models.map((model) => contextWindowOf(model))).toEqual([
    ...[200_000, 200_000, 200_000, 200_000],
    ...[1_000_000, 1_000_000, 1_000_000, 1_000_000, undefined],
  ]);
});

it('believes what was held: more than the small window is the large one, more than that is unknown', () => {
  expect([180_000, 210_000, 1_200_000].map((seen) => contextWindowOf('claude-sonnet-4-5[1m]', seen))).toEqual([
    200_000,
    1_000_000,
    undefined,
  ]);
});

it('takes a window that somebody named for a model, as any provider spells it, and no other model’s', () => {
  const price = { input: 1, output: 2, cacheRead: 0.1 };
  const rows = parsePrices(
    JSON.stringify({
      models: {
        'my-model': { ...price, window: 131_072 },
        'claude-sonnet-4-5': [price, { ...price, from: '2026-01-01', window: 500_000 }],
      },
    }),
  );
  if ('rejected' in rows) throw new Error(rows.rejected);
  const prices = createPrices(rows);
  expect([
    namedWindow('my-model', prices, 131_072),
    // More was held than was named: that is not its window.
    namedWindow('my-model', prices, 131_073),
    namedWindow('claude-sonnet-4-5-20250929', prices),
    namedWindow('claude-opus-5-5', prices),
    namedWindow('another', prices),
  ]).toEqual([131_072, undefined, 500_000, undefined, undefined]);
  expect(parsePrices('{"models":{"my-model":{"input":1,"output":2,"cacheRead":0.1,"window":"128k"}}}')).toEqual({
    rejected: 'models.my-model.window: expected number, received string, got "128k"',
  });
});

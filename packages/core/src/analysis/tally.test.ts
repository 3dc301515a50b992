import { expect, it } from 'vitest';
import { percentile } from './percentile.ts';
import { createTally, type Measure } from './tally.ts';

const measures: readonly Measure[] = [
  { key: 'costUsd', label: 'cost', unit: 'usd', as: 'sum' },
  { key: 'p50', label: 'median', unit: 'ms', as: 'p50', of: 'ms' },
  { key: 'share', label: 'share', unit: 'share', as: 'share', of: 'failed', per: 'calls' },
  { key: 'most', label: 'most', unit: 'count', as: 'max' },
];

it('adds up facts to rows, the greatest first, and says what it knows', () => {
  const tally = createTally({ measures, limit: 10 });
  tally.add({ key: 'a', session: 1, numbers: { costUsd: 1e9, failed: 1, calls: 4, most: 2 }, samples: { ms: 10 } });
  tally.add({ key: 'b', label: 'B', session: 1, numbers: { costUsd: 3e9 } });
  tally.add({ key: 'a', session: 2, numbers: { costUsd: 1, failed: 1, calls: 4, most: 5 }, samples: { ms: 30 } });
  expect(tally.result()).toEqual({
    rows: [
      { key: 'b', label: 'B', sessions: 1, values: { costUsd: 3 } },
      { key: 'a', label: 'a', sessions: 2, values: { costUsd: 1.000000001, p50: 10, share: 0.25, most: 5 } },
    ],
    total: { costUsd: 4.000000001, p50: 10, share: 0.25, most: 5 },
    sessions: 2,
    behind: [],
  });
});

it('puts what is over the limit into one row that still adds up', () => {
  const tally = createTally({ measures, buckets: [0, 1_000_000], limit: 1 });
  for (const [index, key] of ['a', 'b', 'c'].entries())
    tally.add({ key, session: index, at: index * 900_000, numbers: { costUsd: (3 - index) * 1e9 } });
  const { rows } = tally.result();
  expect(
    rows.map(({ label, isRest, series, sessions }) => ({ label, isRest, costs: series?.costUsd, sessions })),
  ).toEqual([
    { label: 'a', isRest: undefined, costs: [3, 0], sessions: 1 },
    { label: '2 others', isRest: true, costs: [2, 1], sessions: 2 },
  ]);
});

it('remembers sessions only of the row and bucket that were asked for', () => {
  const tally = createTally({ measures, buckets: [0, 900_000], limit: 9, behind: { row: 'a', bucket: 1 } });
  tally.add({ key: 'a', session: 1, at: 0 });
  tally.add({ key: 'a', session: 2, at: 900_000 });
  tally.add({ key: 'b', session: 3, at: 900_000 });
  expect(tally.result().behind).toEqual([2]);
});

it('takes the nearest rank as percentile', () => {
  const hundred = Array.from({ length: 100 }, (_, index) => 100 - index);
  expect([percentile(hundred, 0.5), percentile(hundred, 0.95), percentile([7], 0.95), percentile([], 0.5)]).toEqual([
    ...[50, 95, 7, undefined],
  ]);
});

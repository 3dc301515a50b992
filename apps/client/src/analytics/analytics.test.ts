import type { AnalysisRow } from '@telltale/core/analysis';
import { describe, expect, it } from 'vitest';
import { layersOf, restSeries, seriesOf, stacked } from './stack.ts';
import { timeRange } from './time-range.ts';
import { doubtsOf, measureWords, toldMeasures, valueWords } from './value-words.ts';

const row = (key: string, cost: number[]): AnalysisRow => ({
  ...{ key, label: key, values: { cost: cost.reduce((sum, one) => sum + one, 0) }, sessions: 1, series: { cost } },
});

describe('the layers of a chart', () => {
  const rows = ['h', 'g', 'f', 'e', 'd', 'c', 'b', 'a'].map((key, index) => row(key, [8 - index, 1]));
  const buckets = ['2026-11-20T00:00:00.000Z', '2026-11-21T00:00:00.000Z'];

  it('are six rows and what is left, and add up to all', () => {
    const layers = layersOf({ rows, buckets }, 'cost');
    expect(layers.map(({ label, values }) => [label, ...values])).toEqual([
      ...[
        ['h', 8, 1],
        ['g', 7, 1],
        ['f', 6, 1],
        ['e', 5, 1],
        ['d', 4, 1],
        ['c', 3, 1],
      ],
      ['others', 3, 2],
    ]);
    expect(stacked(layers).at(-1)).toEqual([36, 8]);
  });

  it('lack what was switched off, and the others keep their colours', () => {
    const before = layersOf({ rows, buckets }, 'cost');
    const layers = layersOf({ rows, buckets }, 'cost', new Set(['g', 'b']));
    expect(layers.map(({ label }) => label)).toEqual(['h', 'f', 'e', 'd', 'c', 'others']);
    expect(layers.at(-1)).toMatchObject({ values: [1, 1], series: restSeries });
    for (const { key, series } of layers) expect(before.find((one) => one.key === key)?.series).toBe(series);
  });

  it('have a colour by name, whatever their rank', () => {
    expect([...seriesOf([row('b', [1]), row('a', [2])])]).toEqual([
      ['a', 1],
      ['b', 2],
    ]);
  });
});

describe('the range of time', () => {
  const now = Date.parse('2026-10-26T10:00:00Z');
  const of = (asked: Parameters<typeof timeRange>[0], timeZone = 'Europe/Berlin') =>
    timeRange(asked, { now, timeZone });

  it('is whole days of the service, also when clocks were changed', () => {
    expect(of({ range: 'today' })).toEqual({ from: '2026-10-25T23:00:00.000Z' });
    expect(of({ range: '7d' })).toEqual({ from: '2026-10-19T22:00:00.000Z' });
    expect(of({ range: 'today' }, 'Asia/Kathmandu')).toEqual({ from: '2026-10-25T18:15:00.000Z' });
    expect(of({ range: 'all' })).toEqual({ from: '1970-01-01T00:00:00.000Z' });
  });

  it('from one day to another holds both', () => {
    expect(of({ range: 'custom', from: '2026-10-24', to: '2026-10-25' })).toEqual({
      ...{ from: '2026-10-23T22:00:00.000Z', to: '2026-10-25T23:00:00.000Z' },
    });
    expect(of({ range: 'custom', from: 'odd' })).toEqual({ from: '2026-10-19T22:00:00.000Z' });
  });
});

describe('numbers in words', () => {
  it('have their unit', () => {
    const words = (unit: Parameters<typeof valueWords>[0]['unit'], value?: number) => valueWords({ unit }, value);
    expect([words('usd', 4.1234), words('usd', 0), words('tokens', 1_234_567), words('count', 1234)]).toEqual([
      ...['$4.12', '$0', '1.2 M', '1,234'],
    ]);
    expect([words('ms', 65_000), words('share', 0.257), words('usd')]).toEqual(['1 m 5 s', '26 %', '–']);
  });

  it('leave out columns in which nothing stands, but for the first', () => {
    const measures = ['a', 'b', 'c'].map((key) => ({ key, label: key, unit: 'count' as const }));
    const rows = [{ key: '', label: '', values: { a: 0, b: 0, c: 2 }, sessions: 1 }];
    expect(toldMeasures(measures, rows).map(({ key }) => key)).toEqual(['a', 'c']);
  });

  it('marks a cost that is estimated, lacks requests without a price, or is not known', () => {
    const words = (values: Record<string, number>) => measureWords({ key: 'costUsd', unit: 'usd' }, values);
    expect(words({ costUsd: 4, requests: 2 })).toBe('$4.00');
    expect(words({ costUsd: 4, estimatedUsd: 1, requests: 2 })).toBe('~$4.00');
    expect(words({ costUsd: 4, unpriced: 1, requests: 2 })).toBe('≥ $4.00');
    expect(words({ costUsd: 0, unpriced: 1, requests: 1 })).toBe('–');
    expect(measureWords({ key: 'lostUsd', unit: 'usd' }, { lostUsd: 2 })).toBe('$2.00');
  });

  it('say what of them is not certain', () => {
    expect(doubtsOf({ costUsd: 4, estimatedUsd: 1, unattributedUsd: 0, unpriced: 1 })).toBe(
      '25 % is estimated from transcripts · 1 request has no price',
    );
    expect(doubtsOf({ costUsd: 4 })).toBe('');
  });
});

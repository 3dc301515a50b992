import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { namedWindow } from '../context-window.ts';
import { createPrices, type PricedUsage, priceOf } from '../pricing.ts';
import { parsePrices } from './override.ts';

const read = (name: string) => readFileSync(new URL(`../../../../docs/${name}`, import.meta.url), 'utf8');
const usage: PricedUsage = { input: 1000, output: 0, cacheRead: 0, cacheCreation: 0, cacheCreation1h: 0 };

/** The rows of docs/differences.md, as the table reckons them. */
const documented: readonly [row: string, more: Partial<PricedUsage>][] = [
  ['1,000 tokens written to the cache for an hour', { cacheCreation: 1000, cacheCreation1h: 1000 }],
  ['2 web searches', { webSearches: 2 }],
  ['`inference_geo: us`', { geo: 'us' }],
  ['two rows, of 1 and then of 400 output tokens', { output: 400 }],
];

it.each(documented)('docs/differences.md says what costs: %s', (row, more) => {
  const nanos = priceOf('claude-opus-4-5', { ...usage, ...more })?.nanos ?? Number.NaN;
  expect(read('differences.md')).toContain(`| ${row} | $${nanos / 1e9} |`);
});

it('the example of docs/prices.md can be used', () => {
  const [, json = ''] = /```json\n([\s\S]*?)```/.exec(read('prices.md')) ?? [];
  const rows = parsePrices(json);
  if ('rejected' in rows) throw new Error(rows.rejected);
  const prices = createPrices(rows);
  expect(priceOf('my-model', usage, { prices })?.nanos).toBe(3_000_000);
  expect(namedWindow('my-model', prices)).toBe(131_072);
  const opus = (at: string) => priceOf('claude-opus-5-5', usage, { prices, at })?.nanos;
  expect([opus('2026-12-31T23:59:59.999Z'), opus('2027-01-01T00:00:00.000Z')]).toEqual([4_000_000, 3_000_000]);
});

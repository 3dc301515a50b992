import { expect, it } from 'vitest';
import { type CachedRequest, coldReturns } from './cold-return.ts';

const minute = 60_000;
const model = 'claude-opus-5-5';
const request = (at: number, cacheRead: number, cacheCreation: number, more: Partial<CachedRequest> = {}) => ({
  ...{ at: at * minute, model, cacheRead, cacheCreation, cache1h: 0, ...more },
});
const tokensOf = (requests: CachedRequest[]) => coldReturns(requests).map(({ tokens }) => tokens);

it('counts what was written again after the cache had expired, and what that cost beyond reading', () => {
  // $5 for a million written, $0.20 read.
  expect(coldReturns([request(0, 0, 100_000), request(9, 0, 120_000)])).toEqual([
    { at: 9 * minute, model, idleMs: 9 * minute, tokens: 100_000, lostNanos: 480_000_000 },
  ]);
});

it('counts nothing while the cache lives: five minutes, or an hour where it was written for one', () => {
  expect(tokensOf([request(0, 0, 1000), request(4.9, 0, 1000)])).toEqual([]);
  expect(tokensOf([request(0, 0, 1000, { cache1h: 1000 }), request(59, 0, 1000)])).toEqual([]);
  expect(tokensOf([request(0, 0, 1000, { cache1h: 1000 }), request(61, 0, 1000)])).toEqual([1000]);
});

it('measures idling up to the start of a request', () => {
  expect(tokensOf([request(0, 0, 1000), request(6, 0, 1000, { durationMs: 2 * minute })])).toEqual([]);
});

it('counts no more than was held, than was lost and than was written', () => {
  expect(tokensOf([request(0, 0, 1000), request(9, 400, 5000)])).toEqual([600]);
  // A compaction in between: little was written again.
  expect(tokensOf([request(0, 90_000, 10_000), request(9, 0, 3000)])).toEqual([3000]);
  expect(tokensOf([request(0, 0, 1000), request(9, 1000, 5000)])).toEqual([]);
});

it('knows no loss where the table has no price, and none between models', () => {
  const unknown = { model: 'claude-unheard-of-9' };
  expect(coldReturns([request(0, 0, 1000, unknown), request(9, 0, 1000, unknown)])).toEqual([
    { at: 9 * minute, model: 'claude-unheard-of-9', idleMs: 9 * minute, tokens: 1000 },
  ]);
  expect(tokensOf([request(0, 0, 1000), request(9, 0, 1000, unknown)])).toEqual([]);
});

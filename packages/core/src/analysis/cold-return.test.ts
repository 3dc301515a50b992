import { describe, expect, it } from 'vitest';
import { type CachedRequest, coldReturns } from './cold-return.ts';

const minute = 60_000;
/** Reads what it can and writes the rest, at a minute. */
const request = (at: number, cacheRead: number, cacheCreation: number, more: Partial<CachedRequest> = {}) => ({
  ...{ at: at * minute, model: 'claude-opus-5-5', cacheRead, cacheCreation, cache1h: 0 },
  ...more,
});
const found = (...requests: CachedRequest[]) => coldReturns(requests).map(({ at, tokens }) => [at / minute, tokens]);

describe('a cold return', () => {
  it('is a request that wrote again what the cache had held for five minutes, and costs what writing costs more', () => {
    expect(coldReturns([request(0, 0, 10_000), request(6, 0, 12_000)])).toEqual([
      // 10,000 × (5 − 0.2) dollars a million.
      { at: 6 * minute, model: 'claude-opus-5-5', idleMs: 6 * minute, tokens: 10_000, lostNanos: 48_000_000 },
    ]);
  });

  it('is none within the life of the cache, nor where the cache held', () => {
    expect(found(request(0, 0, 10_000), request(4, 0, 12_000))).toEqual([]);
    expect(found(request(0, 0, 10_000), request(6, 10_000, 2000))).toEqual([]);
  });

  it('is reckoned from the end of one request to the beginning of the next', () => {
    expect(found(request(0, 0, 10_000), request(6, 0, 12_000, { durationMs: 2 * minute }))).toEqual([]);
  });

  it('comes after an hour where the cache was written for an hour, also after requests that only read it', () => {
    const long = { cache1h: 10_000 };
    expect(found(request(0, 0, 10_000, long), request(10, 0, 10_000, long))).toEqual([]);
    expect(found(request(0, 0, 10_000, long), request(1, 10_000, 0), request(31, 0, 10_000, long))).toEqual([]);
    expect(found(request(0, 0, 10_000, long), request(1, 10_000, 0), request(62, 0, 10_000, long))).toEqual([
      [62, 10_000],
    ]);
  });

  it('is none where another model begins, whose cache was empty', () => {
    expect(found(request(0, 0, 10_000), request(6, 0, 12_000, { model: 'claude-haiku-4-5' }))).toEqual([]);
  });

  it('has no price where the table has none', () => {
    const model = 'claude-next';
    const [cold] = coldReturns([request(0, 0, 10, { model }), request(6, 0, 10, { model })]);
    expect(cold).toEqual({ at: 6 * minute, model, idleMs: 6 * minute, tokens: 10 });
  });
});

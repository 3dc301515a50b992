import type { LastRequest } from '@telltale/core';
import { expect, it } from 'vitest';
import { cacheWords } from './cache-words.ts';

const last: LastRequest = {
  ...{ at: '2026-11-21T10:00:00.000Z', model: 'claude-opus-5-5', contextTokens: 200_000, cachedTokens: 180_000 },
  ...{ cacheExpiresAt: '2026-11-21T10:05:00.000Z', coldUsd: 0.84 },
};
const at = (time: string) => Date.parse(`2026-11-21T${time}Z`);

it('counts down to the end of the cache, then says what coming back costs', () => {
  expect(
    [at('10:01:50'), at('10:04:59.2'), at('10:05:00'), at('12:00:00')].map((now) => cacheWords(last, now)),
  ).toEqual([
    'cache warm 3:10 · then +$0.84 to continue',
    'cache warm 0:01 · then +$0.84 to continue',
    'cache cold · +$0.84 to continue',
    'cache cold · +$0.84 to continue',
  ]);
});

it('leaves out on a card what goes without saying', () => {
  expect(cacheWords(last, at('10:01:50'), { isBrief: true })).toBe('cache warm 3:10 · then +$0.84');
});

it('names no price of a model that has none, and nothing where nothing is cached', () => {
  const { coldUsd: _, ...unpriced } = last;
  const { cacheExpiresAt: _expires, ...uncached } = unpriced;
  expect([cacheWords(unpriced, at('10:01:50')), cacheWords(unpriced, at('11:00:00')), cacheWords(uncached, 0)]).toEqual(
    ['cache warm 3:10', 'cache cold', undefined],
  );
});

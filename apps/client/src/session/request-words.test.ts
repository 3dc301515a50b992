import type { RequestCost, Tokens } from '@telltale/core';
import { expect, it } from 'vitest';
import { cachedWords, requestHint, tokenWords } from './request-words.ts';

const request = (tokens: Partial<Tokens>): RequestCost => ({
  ...{ id: 'req_1', at: '2026-11-21T10:00:00.000Z', kind: 'request', model: 'claude-opus-5-5', costUsd: 0.01 },
  ...{ cacheCreation1h: 0, ttftMs: 361 },
  tokens: { input: 0, output: 0, cacheRead: 0, cacheCreation: 0, ...tokens },
});

it('says how much of what a request sent came from the cache, and nothing where nothing was sent', () => {
  expect(cachedWords(request({ input: 300, cacheRead: 9_500, cacheCreation: 200, output: 80 }))).toBe('95 % cached');
  expect(cachedWords(request({ input: 300, output: 80 }))).toBe('0 % cached');
  expect(cachedWords(request({ output: 80 }))).toBeUndefined();
});

it('tells all that is known of a request, a line each', () => {
  const asked = request({ input: 300, cacheRead: 9_500, cacheCreation: 200, output: 80 });
  expect(tokenWords(asked)).toBe('10 k in · 80 out');
  expect(requestHint(asked).split('\n')).toEqual([
    '$0.01 · 10,000 µ$',
    'claude-opus-5-5',
    '300 new · 9.5 k read from the cache · 200 written to it',
    'cache hits 95 %',
    '80 out',
    'first token after 361 ms',
    'req_1',
  ]);
});

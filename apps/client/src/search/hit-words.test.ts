import type { SearchHit } from '@telltale/core/search-view';
import { expect, it } from 'vitest';
import { placeOf, snippetParts } from './hit-words.ts';

const snippet: SearchHit['snippet'] = {
  text: 'fix the rate limiter',
  marks: [
    [8, 12],
    [13, 20],
  ],
};

it('cuts a snippet at its marks', () => {
  expect(snippetParts(snippet)).toEqual([
    { text: 'fix the ', isMarked: false },
    { text: 'rate', isMarked: true },
    { text: ' ', isMarked: false },
    { text: 'limiter', isMarked: true },
  ]);
  expect(snippetParts({ text: 'x', marks: [] })).toEqual([{ text: 'x', isMarked: false }]);
});

it('leads to the place, where the longest word is marked', () => {
  const hit: SearchHit = { kind: 'answer', at: '2026-11-21T09:00:00.000Z', seq: 7, entry: 12, snippet };
  expect(placeOf('s 1', hit)).toEqual({ path: '/sessions/s%201', query: { at: '7', entry: '12', find: 'limiter' } });
});

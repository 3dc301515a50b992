import type { Session } from '@telltale/core';
import { expect, it } from 'vitest';
import { columns } from './columns.ts';
import { sortedBy } from './session-groups.ts';

const session = (id: string, fields: Partial<Session>) => ({ id, ...fields }) as Session;

it('sorts by what is known, the most first, and says where older sessions are not in it', () => {
  const sessions = [session('a', { costUsd: 1 }), session('b', {}), session('c', { costUsd: 4 }), session('d', {})];
  const cost = columns.find(({ key }) => key === 'cost');
  const amountOf = (one: Session) => cost?.sortBy?.(one, 0);
  const [all] = sortedBy(sessions, { title: 'cost', amountOf, hasMore: false });
  expect(all).toMatchObject({ title: 'by cost, the most first' });
  expect(all?.sessions.map(({ id }) => id)).toEqual(['c', 'a', 'b', 'd']);
  expect(sortedBy(sessions, { title: 'cost', amountOf, hasMore: true })[0]?.title).toBe(
    'by cost, the most first, of those listed',
  );
});

it('names cost, tokens and the context’s share of its window, and nothing of what is unknown', () => {
  const known = session('a', {
    costUsd: 0.42,
    estimatedUsd: 0.42,
    tokens: { input: 1000, output: 500, cacheRead: 100_000, cacheCreation: 0 },
    lastRequest: { at: '', model: 'claude-haiku-4-5', contextTokens: 126_000, cachedTokens: 0 },
  });
  const words = (one: Session) =>
    ['context', 'tokens', 'cost'].map((key) => columns.find((column) => column.key === key)?.text(one, 0));
  expect(words(known)).toEqual(['63 %', '102 k', '~$0.42']);
  expect(words(session('b', {}))).toEqual(['', '', '–']);
});

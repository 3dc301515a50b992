import { parseFilter } from '@telltale/core';
import { expect, it } from 'vitest';
import { sessionInAnalytics } from './analytics.ts';

it('leads to the tools of this session alone, on the days in which it ran', () => {
  const session = {
    id: 'dc3e01cf-2680-4c11-a245-de3000007e11',
    startedAt: '2026-11-20T22:54:29Z',
    lastEventAt: '2026-11-21T23:58:35Z',
  };
  expect(sessionInAnalytics(session, 'Europe/Berlin')).toEqual({
    name: 'analytics',
    query: {
      show: 'work',
      range: 'custom',
      from: '2026-11-20',
      to: '2026-11-22',
      filter: `session:${session.id}`,
    },
  });
  expect(sessionInAnalytics(session, 'UTC')).toMatchObject({ query: { to: '2026-11-21' } });
});

it('names a session whatever its id is written with', () => {
  const at = '2026-11-21T10:00:00Z';
  const link = sessionInAnalytics({ id: 'a b,c*', startedAt: at, lastEventAt: at }, 'UTC');
  const { query } = link as { query: { filter: string } };
  const { filter, errors } = parseFilter(query.filter, { timeZone: 'UTC' });
  expect(errors).toEqual([]);
  expect(filter.terms).toMatchObject([{ key: 'session', negated: false }]);
});

import { type Session, toSessionSql } from '@telltale/core';
import type { Database } from 'better-sqlite3';
import type { Page, SessionQuery } from '../queries.ts';
import type { Projection } from './projection.ts';

/** What they are ordered by, the largest first; a cost that nobody knows comes last. */
const orders = {
  last: { value: 'sessions.last_event_at', from: 'sessions' },
  cost: {
    value: 'coalesce(totals.cost_nanos, -1)',
    from: "sessions LEFT JOIN session_totals AS totals ON totals.session = sessions.no AND cost_source <> 'none'",
  },
} as const;

/** A page of sessions, last event first, or the dearest; the cursor is what the last one is ordered by, and its number. */
export function readSessions(database: Database, projection: Projection, query: SessionQuery): Page<Session, string> {
  const conditions = ['sessions.last_event_at IS NOT NULL'];
  const params: (string | number)[] = [];
  const add = (condition: string, ...values: readonly (string | number)[]) => {
    conditions.push(condition);
    params.push(...values);
  };
  const { value, from } = orders[query.sort ?? 'last'];
  const cursor = /^(-?\d+)-(\d+)$/.exec(query.cursor ?? '');
  if (cursor) add(`(${value}, sessions.no) < (?, ?)`, Number(cursor[1]), Number(cursor[2]));
  if (query.app !== undefined) add('sessions.app = ?', query.app);
  if (query.since !== undefined) add('sessions.last_event_at >= ?', Date.parse(query.since));
  if (query.filter && query.filter.terms.length > 0) {
    const { where, params: values } = toSessionSql(query.filter, query.now);
    add(where, ...values);
  }
  const rows = database
    .prepare<unknown[], { id: string; no: number; place: number }>(
      `SELECT sessions.id, sessions.no, ${value} AS place FROM ${from}
       WHERE ${conditions.join(' AND ')} ORDER BY place DESC, sessions.no DESC LIMIT ?`,
    )
    .all(...params, query.limit + 1);
  const hasMore = rows.length > query.limit;
  if (hasMore) rows.length = query.limit;
  const last = rows.at(-1);
  return {
    items: rows.flatMap(({ id }) => {
      const session = projection.find(id);
      const told = session && projection.view(session, query.now);
      return told ? [told] : [];
    }),
    next: hasMore && last ? `${last.place}-${last.no}` : null,
  };
}

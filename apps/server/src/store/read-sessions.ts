import { type Session, toSessionSql } from '@telltale/core';
import type { Database } from 'better-sqlite3';
import type { Projection } from './projection.ts';
import type { Page, SessionQuery } from './store.ts';

/** A page of sessions, last event first; the cursor is the last one's time and number. */
export function readSessions(database: Database, projection: Projection, query: SessionQuery): Page<Session, string> {
  const conditions = ['sessions.last_event_at IS NOT NULL'];
  const params: (string | number)[] = [];
  const add = (condition: string, ...values: readonly (string | number)[]) => {
    conditions.push(condition);
    params.push(...values);
  };
  const cursor = /^(\d+)-(\d+)$/.exec(query.cursor ?? '');
  if (cursor) add('(sessions.last_event_at, sessions.no) < (?, ?)', Number(cursor[1]), Number(cursor[2]));
  if (query.app !== undefined) add('sessions.app = ?', query.app);
  if (query.since !== undefined) add('sessions.last_event_at >= ?', Date.parse(query.since));
  if (query.filter && query.filter.terms.length > 0) {
    const { where, params: values } = toSessionSql(query.filter, query.now);
    add(where, ...values);
  }
  const rows = database
    .prepare<unknown[], { id: string; no: number; at: number }>(
      `SELECT sessions.id, sessions.no, sessions.last_event_at AS at FROM sessions
       WHERE ${conditions.join(' AND ')} ORDER BY sessions.last_event_at DESC, sessions.no DESC LIMIT ?`,
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
    next: hasMore && last ? `${last.at}-${last.no}` : null,
  };
}

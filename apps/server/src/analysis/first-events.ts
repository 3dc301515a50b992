import type { Database } from 'better-sqlite3';

/** When the first event of each session was (ms). A session that is not here is told by its transcript alone. */
export type FirstEvents = () => ReadonlyMap<number, number>;

export function createFirstEvents(database: Database): FirstEvents {
  // As far as the background is, by session; what is newer by itself.
  const rows = database.prepare<[], { session: number; at: number }>(`
    SELECT session, first_at AS at FROM call_folds WHERE first_at IS NOT NULL
    UNION ALL SELECT session, min(at) FROM event_log
      WHERE seq > (SELECT value FROM call_state WHERE key = 'events') AND session IS NOT NULL GROUP BY session
    UNION ALL SELECT session, min(at) FROM fresh_events WHERE session IS NOT NULL GROUP BY session`);
  return () => {
    const firstOf = new Map<number, number>();
    for (const { session, at } of rows.iterate())
      firstOf.set(session, Math.min(at, firstOf.get(session) ?? Number.POSITIVE_INFINITY));
    return firstOf;
  };
}

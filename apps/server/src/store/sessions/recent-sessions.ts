import type { Database } from 'better-sqlite3';

/** Who and where a session is, as far as it was told. */
export interface SessionIdentity {
  id: string;
  app: string;
  user?: string;
  host?: string;
}

/** The sessions with an event since then, newest first, as of the last write. */
export function createRecentSessions(database: Database): (since: number, limit: number) => SessionIdentity[] {
  const find = database.prepare<
    [number, number],
    { id: string; app: string; user: string | null; host: string | null }
  >(`
    SELECT id, app, user, fold ->> 'host' AS host FROM sessions
    WHERE last_event_at >= ? AND app IS NOT NULL ORDER BY last_event_at DESC LIMIT ?`);
  return (since, limit) =>
    find.all(since, limit).map(({ id, app, user, host }) => ({
      ...{ id, app },
      ...(user !== null && { user }),
      ...(host !== null && { host }),
    }));
}

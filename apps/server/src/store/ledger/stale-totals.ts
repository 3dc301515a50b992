import type { Database } from 'better-sqlite3';

/** Sessions whose totals are to be made anew. Marked in the transaction of what changed them, so a crash forgets none. */
export interface StaleTotals {
  mark(sessionId: string): void;
  has(sessionId: string): boolean;
  /** In the order in which they were marked. */
  ids(): Iterable<string>;
  isEmpty(): boolean;
  count(): number;
  unmark(sessionId: string): void;
  /** After a rollback: what the database says holds. */
  forget(): void;
}

export function createStaleTotals(database: Database): StaleTotals {
  const all = database.prepare<[], string>('SELECT session_id FROM stale_totals').pluck();
  const insert = database.prepare('INSERT INTO stale_totals (session_id) VALUES (?) ON CONFLICT DO NOTHING');
  const drop = database.prepare('DELETE FROM stale_totals WHERE session_id = ?');
  const marked = new Set<string>();

  function forget(): void {
    marked.clear();
    for (const id of all.all()) marked.add(id);
  }

  forget();
  return {
    mark(sessionId) {
      if (marked.has(sessionId)) return;
      insert.run(sessionId);
      marked.add(sessionId);
    },
    has: (sessionId) => marked.has(sessionId),
    ids: () => marked,
    isEmpty: () => marked.size === 0,
    count: () => marked.size,
    unmark(sessionId) {
      drop.run(sessionId);
      marked.delete(sessionId);
    },
    forget,
  };
}

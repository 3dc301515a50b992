import type { StatusLine } from '@telltale/core';
import type { Database } from 'better-sqlite3';

/** What status lines told last, one for each session. */
export interface StatusLines {
  /** Inside a transaction; false where something newer, or the same, is there. */
  put(sessionId: string, told: StatusLine): boolean;
  of(sessionId: string): StatusLine | undefined;
  drop(sessionId: string): void;
  /** Forgets those without a session that are older than `before` (ms), inside a transaction. */
  prune(before: number): void;
  /** After a rollback: what the database says holds. */
  forget(): void;
}

const maxKnown = 2000;

export function createStatusLines(database: Database): StatusLines {
  // The newest wins; two of one moment are settled by their text, so that the order of arrival decides nothing.
  const put = database.prepare(`
    INSERT INTO status_lines (session_id, at, told) VALUES (?, ?, ?)
    ON CONFLICT (session_id) DO UPDATE SET at = excluded.at, told = excluded.told
    WHERE excluded.at > at OR (excluded.at = at AND excluded.told > told)`);
  const get = database.prepare<[string], string>('SELECT told FROM status_lines WHERE session_id = ?').pluck();
  const drop = database.prepare('DELETE FROM status_lines WHERE session_id = ?');
  const prune = database.prepare(
    'DELETE FROM status_lines WHERE at < ? AND session_id NOT IN (SELECT id FROM sessions WHERE id = session_id)',
  );
  /** Sessions are told again and again; most have none. */
  const known = new Map<string, StatusLine | undefined>();

  return {
    put(sessionId, told) {
      const { changes } = put.run(sessionId, Date.parse(told.at), JSON.stringify(told));
      if (changes > 0) known.delete(sessionId);
      return changes > 0;
    },
    of(sessionId) {
      if (known.has(sessionId)) return known.get(sessionId);
      const row = get.get(sessionId);
      const told = row === undefined ? undefined : (JSON.parse(row) as StatusLine);
      if (known.size >= maxKnown) known.clear();
      known.set(sessionId, told);
      return told;
    },
    drop(sessionId) {
      drop.run(sessionId);
      known.delete(sessionId);
    },
    prune: (before) => void prune.run(before),
    forget: () => known.clear(),
  };
}

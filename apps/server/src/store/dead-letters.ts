import type { Database } from 'better-sqlite3';
import type { DeadLetter, StoredDeadLetter } from './records.ts';

export interface DeadLetters {
  /** Keeps one, inside a transaction. */
  add(letter: DeadLetter, at: number): void;
  /** The newest first. */
  newest(limit: number): StoredDeadLetter[];
}

const maxKept = 10_000;

/** What can never become an event; the newest are kept. */
export function createDeadLetters(database: Database): DeadLetters {
  const insert = database.prepare('INSERT INTO dead_letters (at, road, reason, text) VALUES (?, ?, ?, ?)');
  const trim = database.prepare('DELETE FROM dead_letters WHERE no <= ?');
  const read = database.prepare<[number], { at: number; road: string; reason: string; text: string }>(
    'SELECT at, road, reason, text FROM dead_letters ORDER BY no DESC LIMIT ?',
  );

  return {
    add({ road, reason, text }, at) {
      const { lastInsertRowid } = insert.run(at, road, reason, text);
      trim.run(Number(lastInsertRowid) - maxKept);
    },
    newest: (limit) => read.all(limit).map((row) => ({ ...row, at: new Date(row.at).toISOString() })),
  };
}

import type { Database } from 'better-sqlite3';
import { isNoteSql } from './notes.ts';

/**
 * The `seq` from which on there are `rows` events that make a row of their own in a feed; looks back over
 * `maxEvents` events at most. Notes of the client are passed over without reading what they say.
 */
export type LookBack = (rows: number, maxEvents: number) => number;

export function createLookBack(database: Database, newestSeq: () => number): LookBack {
  const [fresh, settled] = ['fresh_events', 'event_log'].map((table) =>
    database.prepare<[number, number], { count: number; first: number | null }>(`
      SELECT count(*) AS count, min(seq) AS first FROM
        (SELECT seq FROM ${table} WHERE seq >= ? AND NOT ${isNoteSql} ORDER BY seq DESC LIMIT ?)`),
  );
  return (rows, maxEvents) => {
    const floor = Math.max(1, newestSeq() - maxEvents + 1);
    const newest = fresh?.get(floor, rows) ?? { count: 0, first: null };
    const older = settled?.get(floor, rows - newest.count) ?? { count: 0, first: null };
    return newest.count + older.count < rows ? floor : (older.first ?? newest.first ?? floor);
  };
}

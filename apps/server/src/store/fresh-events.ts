import type { Database } from 'better-sqlite3';

/** A session's newest events, which no index leads to: looked for in slices, with turns for others in between. */
export interface FreshEvents {
  /** The `seq` of those behind `after`; none where all of the session's events are settled. */
  of(session: { no: number; lastSeq: number }, after?: number): Promise<number[]>;
}

const sliceRows = 4000;

export function createFreshEvents(database: Database, rest: () => Promise<void>): FreshEvents {
  const first = database.prepare<[], number | null>('SELECT min(seq) FROM fresh_events').pluck();
  const inSlice = database
    .prepare<[number, number, number], number>(
      'SELECT seq FROM fresh_events WHERE seq > ? AND seq <= ? AND session = ? ORDER BY seq',
    )
    .pluck();
  return {
    async of({ no, lastSeq }, after = 0) {
      const found: number[] = [];
      const from = first.get();
      if (from === null || from === undefined) return found;
      for (let behind = Math.max(after, from - 1); behind < lastSeq; behind += sliceRows) {
        found.push(...inSlice.all(behind, Math.min(behind + sliceRows, lastSeq), no));
        if (behind + sliceRows < lastSeq) await rest();
      }
      return found;
    },
  };
}

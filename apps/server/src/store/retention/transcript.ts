import type { Database } from 'better-sqlite3';
import type { ProjectedSession } from '../sessions/projected-session.ts';
import type { RetentionTakesDeps } from './takes-deps.ts';

/** Deleted in one transaction: more would make those who append wait. */
const stepRows = 256;

/** Takes a session's transcript. */
export function createTranscriptTake(database: Database, deps: RetentionTakesDeps) {
  const { commits, pruned } = deps;
  const entryEnd = database.prepare<[number], { seq: number | null; to: number | null }>(
    'SELECT max(seq) AS seq, max(at) AS "to" FROM transcript_entries WHERE session = ?',
  );
  const entriesUpTo = database.prepare<[number, number, number], { seq: number; chunk: number }>(
    'SELECT seq, chunk FROM transcript_entries WHERE session = ? AND seq <= ? ORDER BY seq LIMIT ?',
  );
  const dropEntry = database.prepare('DELETE FROM transcript_entries WHERE seq = ?');
  const dropChunk = database.prepare('DELETE FROM transcript_chunks WHERE no = ?');
  const dropUnusedChunks = database.prepare(`
    DELETE FROM transcript_chunks WHERE session = @no
      AND no NOT IN (SELECT chunk FROM transcript_entries WHERE session = @no)`);

  async function take(session: ProjectedSession): Promise<void> {
    await commits.run(() => {
      const { seq, to } = entryEnd.get(session.no) ?? { seq: null, to: null };
      if (seq === null) return;
      deps.settle(session);
      const before = session.pruned?.entriesTo ?? Number.NEGATIVE_INFINITY;
      pruned.transcript(session.no, { seq, to: Math.max(before, to ?? 0) }, session.transcript);
      session.pruned = pruned.of(session.no);
    });
    await drop(session.no, session.pruned?.entriesSeq ?? 0);
  }

  async function drop(no: number, upTo: number): Promise<void> {
    for (let isMore = true; isMore; ) {
      isMore = await commits.run(() => {
        const rows = entriesUpTo.all(no, upTo, stepRows);
        const hasMore = rows.length === stepRows;
        // Lines of a chunk lie side by side: the last one may be cut by the limit, unless it is all there is.
        const last = rows.at(-1)?.chunk;
        const first = rows[0]?.chunk;
        const whole = hasMore && last !== first ? rows.filter(({ chunk }) => chunk !== last) : rows;
        for (const { seq } of whole) dropEntry.run(seq);
        for (const chunk of new Set(whole.map(({ chunk }) => chunk)))
          if (!hasMore || chunk !== last) dropChunk.run(chunk);
        if (!hasMore) dropUnusedChunks.run({ no });
        deps.forget();
        return hasMore;
      });
      await deps.rest();
    }
  }

  return { take, drop };
}

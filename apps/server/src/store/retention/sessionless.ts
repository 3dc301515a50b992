import type { NewEvent } from '@telltale/core';
import type { Database } from 'better-sqlite3';
import type { GroupCommit } from '../group-commit.ts';
import type { Meta } from '../meta.ts';
import { createCutoff } from './cutoff.ts';

/** Events of no session: alerts, a client's start-up. Each is as old as itself, and goes as sessions' events do. */
export interface SessionlessEvents {
  /** Takes those from before that time (ms), oldest first, while there is need for it. */
  take(before: number, isNeeded: () => boolean): Promise<void>;
  /** Gone before; sent again it stays so. */
  isForgotten(event: NewEvent): boolean;
}

export interface SessionlessDeps {
  commits: Pick<GroupCommit, 'run'>;
  meta: Meta;
  now(): number;
  onEventsGone(count: number, freshIds?: readonly string[]): void;
  alone<T>(work: () => Promise<T>): Promise<T>;
  rest(): Promise<void>;
}

interface Row {
  seq: number;
  at: number;
  batch: number | null;
}

/** Deleted in one transaction: more would make those who append wait. */
const stepRows = 256;
/** No index leads to the newest: where more wait to be settled, the next round finds them. */
const maxFresh = 10_000;

export function createSessionlessEvents(database: Database, deps: SessionlessDeps): SessionlessEvents {
  const { commits } = deps;
  const gone = createCutoff(deps.meta, 'sessionless_to', deps.now);
  const settled = database.prepare<[number, number], Row>(`
    SELECT seq, at, batch FROM event_log
    WHERE session IS NULL AND at < ? ORDER BY at LIMIT ?`);
  const fresh = database.prepare<[number, number], Row>(`
    SELECT seq, at, NULL AS batch FROM fresh_events WHERE session IS NULL AND at < ? ORDER BY at LIMIT ?`);
  const freshRange = database.prepare<[], number>('SELECT coalesce(max(seq) - min(seq), 0) FROM fresh_events').pluck();
  const dropSettled = database.prepare('DELETE FROM event_log WHERE seq = ?');
  const dropFresh = database.prepare<[number], string>('DELETE FROM fresh_events WHERE seq = ? RETURNING id').pluck();
  const isUsed = database
    .prepare<[number], number>('SELECT 1 FROM event_log WHERE session IS NULL AND batch = ? LIMIT 1')
    .pluck();
  const dropBatch = database.prepare('DELETE FROM batches WHERE no = ?');

  const oldest = (before: number, limit: number): Row[] => {
    const rows = settled.all(before, limit);
    return rows.length === 0 && (freshRange.get() ?? 0) <= maxFresh ? fresh.all(before, limit) : rows;
  };

  /** False when nothing was left to do. */
  function step(before: number): boolean {
    const rows = oldest(before, stepRows);
    const freshIds: string[] = [];
    for (const { seq, batch } of rows) {
      if (batch === null) freshIds.push(dropFresh.get(seq) ?? '');
      else dropSettled.run(seq);
    }
    for (const batch of new Set(rows.map((row) => row.batch))) {
      if (batch !== null && isUsed.get(batch) === undefined) dropBatch.run(batch);
    }
    const last = rows.at(-1);
    if (!last) return false;
    gone.move(last.at);
    deps.onEventsGone(rows.length, freshIds);
    return true;
  }

  return {
    async take(before, isNeeded) {
      if (!isNeeded() || oldest(before, 1).length === 0) return;
      await deps.alone(async () => {
        while (isNeeded() && (await commits.run(() => step(before)))) await deps.rest();
      });
    },
    isForgotten: ({ sessionId, at }) => sessionId === undefined && gone.ms() > 0 && Date.parse(at) <= gone.ms(),
  };
}

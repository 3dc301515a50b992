import type { Database } from 'better-sqlite3';
import type { ProjectedSession } from '../sessions/projected-session.ts';
import type { RetentionTakesDeps } from './takes-deps.ts';

interface EventPlace {
  seq: number;
  batch: number;
}

/** Deleted in one transaction: more would make those who append wait. */
const stepRows = 256;
/** Looked at in one go; events of one batch lie closer together than the overlap, see compress.ts. */
const lookRows = 20_000;
const overlapRows = 4096;

/** Takes a session's events; what it is known by is kept as the fold that it goes on from. */
export function createEventsTake(database: Database, deps: RetentionTakesDeps) {
  const { commits, pruned, fresh } = deps;
  const settledEnd = database.prepare<[number], { seq: number | null; to: number | null }>(
    'SELECT max(seq) AS seq, max(at) AS "to" FROM event_log WHERE session = ?',
  );
  const freshBehind = database
    .prepare<[number, number], number>('SELECT seq FROM fresh_events WHERE seq > ? AND session = ? ORDER BY seq')
    .pluck();
  const dropTwins = database.prepare('DELETE FROM twins WHERE seq IN (SELECT value FROM json_each(?))');
  const hasTwins = database.prepare<[], number>('SELECT EXISTS (SELECT 1 FROM twins)').pluck();
  const dropFresh = database.prepare<[number], { id: string; at: number }>(
    'DELETE FROM fresh_events WHERE seq = ? RETURNING id, at',
  );
  const eventsUpTo = database.prepare<[number, number, number], EventPlace>(
    'SELECT seq, batch FROM event_log WHERE session = ? AND seq <= ? ORDER BY seq LIMIT ?',
  );
  const dropEvent = database.prepare('DELETE FROM event_log WHERE seq = ?');
  const dropBatch = database.prepare('DELETE FROM batches WHERE no = ?');

  async function take(session: ProjectedSession): Promise<void> {
    const lookedUpTo = session.lastSeq;
    const found = await fresh.of(session);
    const upTo = await commits.run(() => {
      deps.settle(session);
      deps.onEventsGoing(session.no);
      const { seq: settledSeq, to: settledTo } = settledEnd.get(session.no) ?? { seq: null, to: null };
      // What came since they were looked for, too: the fold that is kept has taken it.
      const newest = [...found, ...freshBehind.all(lookedUpTo, session.no)];
      const seq = Math.max(settledSeq ?? 0, newest.at(-1) ?? 0);
      if (seq === 0) return 0;
      const gone = newest.flatMap((one) => dropFresh.get(one) ?? []);
      forgetTwins(newest);
      const times = [session.pruned?.eventsTo, settledTo, ...gone.map(({ at }) => at)];
      const to = Math.max(...times.map((at) => at ?? Number.NEGATIVE_INFINITY));
      const { lastAt: at, lastId: id } = session.fold;
      pruned.events(session.no, { seq, to }, { at, id, seq, json: JSON.stringify(session.fold) });
      session.pruned = pruned.of(session.no);
      session.snapshots = [];
      const ids = gone.map((one) => one.id);
      deps.onEventsGone(ids.length, ids);
      return seq;
    });
    await drop(session.no, upTo);
  }

  /** Whole batches with all their events: a number may be given to another batch as soon as it is free. */
  async function drop(no: number, upTo: number): Promise<void> {
    for (let isMore = upTo > 0; isMore; ) {
      const rows = eventsUpTo.all(no, upTo, lookRows);
      isMore = rows.length === lookRows;
      const open = new Set(isMore ? rows.slice(-overlapRows).map(({ batch }) => batch) : []);
      const byBatch = new Map<number, number[]>();
      for (const { seq, batch } of rows) {
        if (open.has(batch)) continue;
        const known = byBatch.get(batch);
        if (known) known.push(seq);
        else byBatch.set(batch, [seq]);
      }
      for (const step of stepsOf(byBatch)) {
        await commits.run(() => {
          const gone = step.flatMap(([batch, seqs]) => {
            dropBatch.run(batch);
            return seqs;
          });
          forgetTwins(gone);
          for (const seq of gone) dropEvent.run(seq);
          deps.onEventsGone(gone.length);
        });
        await deps.rest();
      }
    }
  }

  function forgetTwins(seqs: readonly number[]): void {
    if (seqs.length > 0 && hasTwins.get() === 1) dropTwins.run(JSON.stringify(seqs));
  }

  return { take, drop };
}

/** Batches that go together. */
function stepsOf(byBatch: ReadonlyMap<number, number[]>): [number, number[]][][] {
  const steps: [number, number[]][][] = [];
  let step: [number, number[]][] = [];
  let rows = 0;
  for (const [batch, seqs] of byBatch) {
    step.push([batch, seqs]);
    rows += seqs.length;
    if (rows < stepRows) continue;
    steps.push(step);
    [step, rows] = [[], 0];
  }
  if (step.length > 0) steps.push(step);
  return steps;
}

import {
  type Call,
  type CallFold,
  callEventNames,
  foldCalls,
  isLate,
  packCalls,
  quarterMs,
  unfolded,
  unpackCalls,
} from '@telltale/core/analysis';
import type { Database } from 'better-sqlite3';
import type { Payloads } from '../payloads.ts';
import { type CallRow, callEventsOf, callRowsIn, createCallRowReader } from './rows.ts';

/**
 * Keeps the calls of sessions as rows, so that analyses need not walk the events. Everything here runs inside a
 * transaction; each call does a few milliseconds of work.
 */
export interface CallRollup {
  /** Takes a session's next settled events, given in the order of their `seq`; what is taken already changes nothing. */
  take(session: number, rows: readonly CallRow[]): void;
  /** Puts together anew what a late event changes, some of it at a time; false when nothing is left to do. */
  mend(): boolean;
  /** Takes all that is left of a session's events, fresh ones too: they go. Its numbers stay, and its words go with them. */
  finish(session: number): void;
  /** Something was deleted, or a transaction is gone: what is kept in memory goes. */
  forget(): void;
  /** Empty, but for what no event is there of any more. */
  clear(): void;
}

interface FoldRow {
  seq: number;
  horizon: number | null;
  carried: string;
  is_late: number;
}

interface PageRow {
  no: number;
  calls: number;
  numbers: string;
  words: string | null;
}

/** A session whose calls are put together anew. */
interface Mending extends Omit<CallFold, 'carried'> {
  session: number;
  /** Read up to here. */
  seq: number;
  /** Waiting, the newest first once all are read. */
  rows: CallRow[];
  carried: CallRow[];
  calls: Call[];
}

const callEvents: ReadonlySet<string> = new Set(callEventNames);
/** Events of a session that are folded together. */
export const stepEvents = 256;
const readEvents = 2000;
/** Calls that share a row: the last one is written again as calls are added. */
const pageCalls = 128;

export function createCallRollup(database: Database, payloads: Pick<Payloads, 'settled'>): CallRollup {
  const foldOf = database.prepare<[number], FoldRow>(
    'SELECT seq, horizon, carried, is_late FROM call_folds WHERE session = ?',
  );
  const putFold = database.prepare(`
    INSERT INTO call_folds (session, seq, horizon, carried) VALUES (?, ?, ?, ?)
    ON CONFLICT (session) DO UPDATE SET seq = excluded.seq, horizon = excluded.horizon, carried = excluded.carried`);
  const noteFirst = database.prepare(
    'UPDATE call_folds SET first_at = min(coalesce(first_at, @at), @at) WHERE session = @session',
  );
  const noteLate = database.prepare(`UPDATE call_folds SET is_late = 1 WHERE session = ?`);
  const isMended = database.prepare('UPDATE call_folds SET is_late = 0 WHERE session = ?');
  const late = database.prepare<[], number>('SELECT session FROM call_folds WHERE is_late = 1 LIMIT 1').pluck();
  const stepEnd = database
    .prepare<[number, number, number, number], number | null>(`
      SELECT max(seq) FROM (SELECT seq FROM event_log WHERE session = ? AND seq > ? AND seq <= ? ORDER BY seq LIMIT ?)`)
    .pluck();
  const next = database.prepare<[number, number, number, number], CallRow>(
    `${callRowsIn.settled} WHERE session = ? AND seq > ? AND seq <= ? ORDER BY seq LIMIT ?`,
  );
  const rowsOf = createCallRowReader(database);
  const freshRows = database.prepare<[number, number], CallRow>(
    `${callRowsIn.fresh} WHERE session = ? AND seq > ? ORDER BY seq`,
  );
  const putSteps = database.prepare(`
    INSERT INTO step_counts (session, at, steps) VALUES (?, ?, ?)
    ON CONFLICT (session, at) DO UPDATE SET steps = steps + excluded.steps`);
  const lastPage = database.prepare<[number], PageRow>(`
    SELECT no, calls, numbers, words FROM call_pages WHERE session = ? AND kind = 'settled' ORDER BY no DESC LIMIT 1`);
  const putPage = database.prepare(
    'INSERT INTO call_pages (session, kind, min_at, max_at, calls, numbers, words) VALUES (?, ?, ?, ?, ?, ?, ?)',
  );
  const dropPage = database.prepare('DELETE FROM call_pages WHERE no = ?');
  const dropKind = database.prepare('DELETE FROM call_pages WHERE session = ? AND kind = ?');
  const finalise = database.prepare(
    `UPDATE call_pages SET kind = 'final', words = NULL WHERE session = ? AND kind <> 'final'`,
  );

  let mending: Mending | undefined;

  const rowOf = (session: number) => foldOf.get(session) ?? { seq: 0, horizon: null, carried: '[]', is_late: 0 };

  function asFold({ horizon, carried }: FoldRow): CallFold {
    return { horizon: horizon ?? unfolded.horizon, carried: JSON.parse(carried) as number[] };
  }

  /** `rows`: what comes next, up to `seq`. */
  function fold(session: number, before: CallFold, rows: readonly CallRow[], seq: number, isLast = false): void {
    const carried = rowsOf.carried(JSON.stringify(before.carried));
    const events = callEventsOf([...carried, ...rows], payloads);
    const folded = foldCalls(events, before, { isLast });
    addPages(session, folded.settled);
    dropKind.run(session, 'open');
    if (folded.open.length > 0) put(session, 'open', folded.open);
    putFold.run(session, seq, horizonOf(folded), JSON.stringify(folded.carried));
  }

  function addPages(session: number, calls: readonly Call[]): void {
    if (calls.length === 0) return;
    const last = lastPage.get(session);
    let all = [...calls];
    if (last && last.calls < pageCalls) {
      all = [...unpackCalls(last), ...all];
      dropPage.run(last.no);
    }
    for (let from = 0; from < all.length; from += pageCalls) put(session, 'settled', all.slice(from, from + pageCalls));
  }

  function put(session: number, kind: 'settled' | 'open', calls: readonly Call[]): void {
    const { from, to, numbers, words } = packCalls(calls);
    putPage.run(session, kind, from, to, calls.length, numbers, words ?? null);
  }

  /** What is counted of each event, beside its call. */
  function count(session: number, rows: readonly CallRow[]): void {
    const steps = new Map<number, number>();
    let first = Number.POSITIVE_INFINITY;
    for (const { at, source } of rows) {
      first = Math.min(first, at);
      if (source !== 'hook') continue;
      const quarter = Math.floor(at / quarterMs) * quarterMs;
      steps.set(quarter, (steps.get(quarter) ?? 0) + 1);
    }
    for (const [quarter, number] of steps) putSteps.run(session, quarter, number);
    if (rows.length > 0) noteFirst.run({ at: first, session });
  }

  function take(session: number, given: readonly CallRow[]): void {
    const row = rowOf(session);
    const rows = given.filter(({ seq }) => seq > row.seq);
    const end = rows.at(-1)?.seq;
    if (end === undefined) return;
    const before = asFold(row);
    const ofCalls = row.is_late ? [] : rows.filter(({ name }) => callEvents.has(name));
    const isBroken = isLate(ofCalls, before);
    if (row.is_late || isBroken) putFold.run(session, end, row.horizon, row.carried);
    else if (ofCalls.length === 0) putFold.run(session, end, row.horizon, row.carried);
    else fold(session, before, ofCalls, end);
    if (isBroken) noteLate.run(session);
    count(session, rows);
  }

  /** All that is settled, in the order of times: nothing is late then. */
  function mend(): boolean {
    const no = late.get();
    if (no === undefined) return false;
    const row = rowOf(no);
    if (mending?.session !== no || mending.seq > row.seq) mending = newMending(no);
    if (mending.seq < row.seq) {
      const end = stepEnd.get(no, mending.seq, row.seq, readEvents) ?? row.seq;
      mending.rows.push(...rowsOf.settled(no, mending.seq, end));
      mending.seq = end;
      if (end >= row.seq) mending.rows.sort((a, b) => b.at - a.at || (a.id < b.id ? 1 : -1));
      return true;
    }
    const rows = mending.rows.splice(-stepEvents).concat(mending.carried);
    const folded = foldCalls(callEventsOf(rows, payloads), mending);
    const carried = new Set(folded.carried);
    mending.carried = rows.filter(({ seq }) => carried.has(seq));
    mending.horizon = folded.horizon;
    mending.calls.push(...folded.settled);
    if (mending.rows.length > 0) return true;
    dropKind.run(no, 'settled');
    dropKind.run(no, 'open');
    addPages(no, mending.calls);
    if (folded.open.length > 0) put(no, 'open', folded.open);
    putFold.run(no, row.seq, horizonOf(folded), JSON.stringify(folded.carried));
    isMended.run(no);
    mending = undefined;
    return true;
  }

  return {
    take,

    mend,

    finish(session) {
      for (;;) {
        const rows = next.all(session, rowOf(session).seq, Number.MAX_SAFE_INTEGER, stepEvents);
        if (rows.length === 0) break;
        take(session, rows);
      }
      const row = rowOf(session);
      const rows = freshRows.all(session, row.seq);
      const ofCalls = rows.filter(({ name }) => callEvents.has(name));
      const before = asFold(row);
      const isAnew = row.is_late === 1 || isLate(ofCalls, before);
      if (isAnew) dropKind.run(session, 'settled');
      const all = isAnew ? [...rowsOf.settled(session, 0, row.seq), ...ofCalls] : ofCalls;
      fold(session, isAnew ? unfolded : before, all, rows.at(-1)?.seq ?? row.seq, true);
      count(session, rows);
      isMended.run(session);
      finalise.run(session);
    },

    forget() {
      mending = undefined;
    },

    clear() {
      database.exec(`
        DELETE FROM call_pages WHERE session NOT IN (SELECT session FROM pruned WHERE events_seq > 0);
        UPDATE call_folds SET is_late = 1 WHERE session IN (SELECT session FROM pruned WHERE events_seq > 0);
        DELETE FROM step_counts WHERE session NOT IN (SELECT session FROM pruned WHERE events_seq > 0);
        DELETE FROM call_folds WHERE session NOT IN (SELECT session FROM pruned WHERE events_seq > 0);
        DELETE FROM said_calls WHERE session NOT IN (SELECT session FROM pruned WHERE entries_seq > 0);
        DELETE FROM said_steps WHERE session NOT IN (SELECT session FROM pruned WHERE entries_seq > 0)`);
    },
  };
}

function newMending(session: number): Mending {
  return { session, seq: 0, horizon: unfolded.horizon, rows: [], carried: [], calls: [] };
}

function horizonOf({ horizon }: Pick<CallFold, 'horizon'>): number | null {
  return Number.isFinite(horizon) ? horizon : null;
}

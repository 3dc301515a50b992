import { type Call, callsOf, type Fact, isLate, unpackCalls } from '@telltale/core/analysis';
import type { Database } from 'better-sqlite3';
import { type CallRow, callEventsOf, callRowsIn, createCallRowReader, isCallRowSql } from '../store/calls/rows.ts';
import type { Payloads } from '../store/payloads.ts';
import type { CallSource, SessionCalls } from './call-source.ts';
import type { FirstEvents } from './first-events.ts';
import type { KnownSession } from './known-sessions.ts';
import { createSaidCalls } from './said-calls.ts';
import { sessionKey } from './session-key.ts';

interface FoldRow {
  session: number;
  seq: number;
  horizon: number | null;
  carried: string;
  is_late: number;
}

interface PageRow {
  session: number;
  kind: 'settled' | 'open' | 'final';
  min_at: number;
  max_at: number;
  numbers: string;
  words: string | null;
}

/**
 * Calls as the background has put them together (store/calls/rollup.ts), and what is newer from the events themselves: the
 * answer is the same however far the background is.
 */
export function createCallSource(
  database: Database,
  payloads: Pick<Payloads, 'settled'>,
  firstEvents: FirstEvents,
): CallSource {
  const newestSettled = database.prepare<[], number | null>('SELECT max(seq) FROM event_log').pluck();
  const takenTo = database.prepare<[], number>(`SELECT value FROM call_state WHERE key = 'events'`).pluck();
  // Where all has been taken but a little, its sessions are found by what is left; else by what each of them has.
  const behindTo = database
    .prepare<[number], number>('SELECT DISTINCT session FROM event_log WHERE seq > ? AND session IS NOT NULL')
    .pluck();
  const lateOnes = database.prepare<[], number>('SELECT session FROM call_folds WHERE is_late = 1').pluck();
  const foldOf = database.prepare<[number], FoldRow>(
    'SELECT session, seq, horizon, carried, is_late FROM call_folds WHERE session = ?',
  );
  const isInTime = database
    .prepare<[number, number, number], number>(
      'SELECT 1 FROM sessions WHERE no = ? AND last_event_at >= ? AND (started_at IS NULL OR started_at < ?)',
    )
    .pluck();
  const pages = database.prepare<[number, number], PageRow>(
    'SELECT session, kind, min_at, max_at, numbers, words FROM call_pages WHERE max_at >= ? AND min_at < ?',
  );
  const rowsOf = createCallRowReader(database);
  const fresh = database.prepare<[], CallRow & { no: number }>(
    `${callRowsIn.fresh} WHERE session IS NOT NULL AND ${isCallRowSql}`,
  );
  const saidCalls = createSaidCalls(database, firstEvents);

  function freshRows(): Map<number, CallRow[]> {
    const freshOf = new Map<number, CallRow[]>();
    for (const row of fresh.iterate()) {
      const rows = freshOf.get(row.no);
      if (rows) rows.push(row);
      else freshOf.set(row.no, [row]);
    }
    return freshOf;
  }

  /** Sessions with something that the background has not taken. */
  function unfinished(freshOf: ReadonlyMap<number, unknown>): Set<number> {
    const taken = takenTo.get() ?? 0;
    const behind = (newestSettled.get() ?? 0) > taken ? behindTo.all(taken) : [];
    return new Set([...lateOnes.all(), ...behind, ...freshOf.keys()]);
  }

  /** What the rows do not have yet. `isAnew`: the rows of the session are put together anew, too. */
  function liveCalls(session: number, freshOf: readonly CallRow[]): { calls: Call[]; isAnew: boolean } {
    const fold = foldOf.get(session);
    const next = [...rowsOf.settled(session, fold?.seq ?? 0), ...freshOf.filter(({ seq }) => seq > (fold?.seq ?? 0))];
    const horizon = fold?.horizon ?? Number.NEGATIVE_INFINITY;
    const isAnew = fold !== undefined && (fold.is_late === 1 || isLate(next, { horizon }));
    const rows = isAnew
      ? [...rowsOf.settled(session, 0), ...freshOf]
      : [...rowsOf.carried(fold?.carried ?? '[]'), ...next];
    return { calls: callsOf(callEventsOf(rows, payloads)).map(({ call }) => call), isAnew };
  }

  return function* calls(asked) {
    const { from, to, only } = asked;
    const within = (call: Call) => call.at >= from && call.at < to;
    const freshOf = freshRows();
    const live = unfinished(freshOf);
    const anew = new Set<number>();
    for (const session of live) {
      if (only && !only.has(session)) continue;
      if (isInTime.get(session, from, to) === undefined) continue;
      const { calls, isAnew } = liveCalls(session, freshOf.get(session) ?? []);
      if (isAnew) anew.add(session);
      yield { session, calls: calls.filter(within) };
    }
    for (const { session, kind, min_at, max_at, ...page } of pages.iterate(from, to)) {
      if (only && !only.has(session)) continue;
      if ((kind === 'open' && live.has(session)) || (kind !== 'final' && anew.has(session))) continue;
      const all = unpackCalls(page);
      yield { session, calls: min_at >= from && max_at < to ? all : all.filter(within) };
    }
    yield* saidCalls(asked);
  };
}

export function* eachCall(found: Iterable<SessionCalls>): Generator<{ session: number; call: Call }> {
  for (const { session, calls } of found) for (const call of calls) yield { session, call };
}

/** What calls are put under. */
export function callKey(by: string, call: Call, session: KnownSession): Pick<Fact, 'key' | 'label'> {
  if (by === 'agent') return { key: call.agent };
  return sessionKey(by, session) ?? { key: call.tool };
}

import type { TelltaleEvent, TranscriptEntry } from '@telltale/core';
import type { Database } from 'better-sqlite3';
import type { Step } from '../background-build.ts';
import type { ProjectedSession } from '../sessions/projected-session.ts';
import type { FilePrompts, Ledger } from './ledger.ts';

export interface LedgerBuildDeps {
  ledger: Ledger;
  find(sessionId: string): ProjectedSession | undefined;
  event(seq: number): TelltaleEvent | undefined;
  /** Entries of all transcripts behind a `seq`, in the order of arrival. */
  entriesBehind(seq: number, limit: number): TranscriptEntry[];
}

/** Read in one transaction: more would make those who append wait. */
const stepRows = 50;
const freshWindow = 2000;

/** The ledger of what was stored before there was one, or by another version of it. */
export function ledgerParts(database: Database, { ledger, find, event, entriesBehind }: LedgerBuildDeps): Step[] {
  const newestFresh = database.prepare<[], number | null>('SELECT max(seq) FROM fresh_events').pluck();
  const firstFresh = database.prepare<[], number | null>('SELECT min(seq) FROM fresh_events').pluck();
  const fresh = database
    .prepare<[number, number], number>(`
      SELECT seq FROM fresh_events
      WHERE seq > ? AND seq <= ? AND source = 'otel' AND name IN ('api_request', 'user_prompt')`)
    .pluck();
  const settled = database.prepare<[string, number, number, number], { seq: number; at: number }>(`
    SELECT seq, at FROM event_log INDEXED BY event_log_of_telemetry
    WHERE source = 'otel' AND name = ? AND (at, seq) > (?, ?) ORDER BY at, seq LIMIT ?`);
  const sessions = database.prepare<[number, number], { no: number; id: string }>(
    'SELECT no, id FROM sessions WHERE no > ? ORDER BY no LIMIT ?',
  );

  const prompts: FilePrompts = new Map();

  function add(seq: number): void {
    const told = event(seq);
    const session = told?.sessionId === undefined ? undefined : find(told.sessionId);
    if (told && session) ledger.addEvent(session, told);
  }

  function ofSettled(name: string): Step {
    return ({ at, seq }) => {
      const rows = settled.all(name, at, seq, stepRows);
      for (const row of rows) add(row.seq);
      return rows.at(-1);
    };
  }

  return [
    // First: an event that settles meanwhile may do so before the place where the next part is.
    ({ seq }) => {
      const from = Math.max(seq, (firstFresh.get() ?? 0) - 1);
      const to = Math.min(from + freshWindow, newestFresh.get() ?? 0);
      for (const one of fresh.all(from, to)) add(one);
      return to > from ? { seq: to } : undefined;
    },
    ofSettled('api_request'),
    ofSettled('user_prompt'),
    ({ seq }) => {
      const entries = entriesBehind(seq, stepRows);
      for (const entry of entries) {
        const session = find(entry.sessionId);
        if (session) ledger.addEntries(session, [entry], prompts);
      }
      const last = entries.at(-1);
      return last && { seq: last.seq };
    },
    ({ seq }) => {
      const rows = sessions.all(seq, stepRows);
      for (const { id } of rows) ledger.noteNew(id);
      const last = rows.at(-1);
      return last && { seq: last.no };
    },
  ];
}

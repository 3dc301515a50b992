import {
  ledgerRowOf,
  type Prices,
  promptIdOf,
  promptTraceOf,
  requestOf,
  type TelltaleEvent,
  type TranscriptEntry,
} from '@telltale/core';
import type { Database } from 'better-sqlite3';
import { createLedgerOwners } from './ledger-owners.ts';
import { createLedgerRows, isCopiedEntry } from './ledger-rows.ts';
import { isSummed } from './metric-sums.ts';
import type { ProjectedSession } from './projected-session.ts';
import { type CostFields, costFieldsOf, createSessionTotals } from './session-totals.ts';
import { createStaleTotals } from './stale-totals.ts';

/**
 * What each API request cost, once per request; and the totals of sessions, which are made anew some time after
 * something changed them. Everything but `costOf` runs inside a transaction.
 */
export interface Ledger {
  addEvent(session: ProjectedSession, event: TelltaleEvent): void;
  /** `prompts`: at which prompt each file is, where these are not the entries that just came. */
  addEntries(session: ProjectedSession, entries: readonly TranscriptEntry[], prompts?: FilePrompts): void;
  /** A point of a metric has changed. */
  addPoint(name: string, sessionId: string | undefined): void;
  /** A session is there now; its metrics may have come before. */
  noteNew(sessionId: string): void;
  /** Its totals are to be made anew. */
  touch(sessionId: string): void;
  /** An event from before all others of its session: what its transcript tells may have been copied. */
  noteEarlier(session: ProjectedSession, event: TelltaleEvent): void;
  /** Up to date, also where the totals are not written yet. */
  costOf(session: ProjectedSession): CostFields | undefined;
  isDirty(): boolean;
  /** Makes and writes the totals of changed sessions, until the time is over. */
  write(maxMs?: number): void;
  forget(): void;
}

export interface LedgerDeps {
  prices: Prices;
  find(sessionId: string): ProjectedSession | undefined;
  /** The entries of a file before one of them, the newest first. */
  entriesBefore(entry: TranscriptEntry, sessionNo: number): Iterable<TranscriptEntry>;
  isDeletedRequest(requestId: string): boolean;
  onChanged(sessionId: string): void;
}

/** By session and agent. */
export type FilePrompts = Map<string, string | undefined>;

const maxPrompts = 2000;

export function createLedger(database: Database, deps: LedgerDeps): Ledger {
  const rows = createLedgerRows(database, deps.prices);
  const totals = createSessionTotals(database, deps.prices);
  const stale = createStaleTotals(database);
  const owners = createLedgerOwners(database, {
    firstEventAt: (sessionId) => msOf(deps.find(sessionId)?.fold.firstAt),
    isDeleted: deps.isDeletedRequest,
  });
  const idOf = database.prepare<[number], string>('SELECT id FROM sessions WHERE no = ?').pluck();
  const hasSeries = database
    .prepare<[string], number>('SELECT 1 FROM metric_series WHERE session_id = ? LIMIT 1')
    .pluck();
  const newestPrompts: FilePrompts = new Map();

  function markNo(no: number): void {
    const id = idOf.get(no);
    if (id !== undefined) stale.mark(id);
  }

  function promptOf(session: ProjectedSession, entry: TranscriptEntry, prompts: FilePrompts): string | undefined {
    const key = `${session.no} ${entry.agentId ?? ''}`;
    const own = promptIdOf(entry);
    // Transcripts of old clients name no prompt at all: that, too, is looked for once.
    const told = own ?? (prompts.has(key) ? prompts.get(key) : promptBefore(session, entry));
    if (own !== undefined || !prompts.has(key)) {
      if (prompts.size >= maxPrompts) prompts.clear();
      prompts.set(key, told);
    }
    return told;
  }

  function promptBefore(session: ProjectedSession, entry: TranscriptEntry): string | undefined {
    for (const before of deps.entriesBefore(entry, session.no)) {
      const told = promptIdOf(before);
      if (told !== undefined) return told;
    }
    return undefined;
  }

  /** Whether it is a request that another session tells, too. */
  function addEntry(session: ProjectedSession, entry: TranscriptEntry, prompts: FilePrompts): boolean {
    if (entry.type === 'queue-operation' && entry.at !== undefined) rows.putBirth(session.no, Date.parse(entry.at));
    if (entry.type !== 'user' && entry.type !== 'assistant') return false;
    const promptId = promptOf(session, entry, prompts);
    const request = requestOf(entry);
    if (!request) return false;
    const told = promptId === undefined ? request : { promptId, ...request };
    stale.mark(session.id);
    return rows.putSaid(session.no, told, isCopiedEntry(entry));
  }

  function settle(no: number): void {
    for (const other of owners.settle(no)) markNo(other);
  }

  function writeOne(session: ProjectedSession): void {
    settle(session.no);
    const made = totals.make(session.no, session.id);
    totals.write(session.no, made);
    session.cost = costFieldsOf(made);
    deps.onChanged(session.id);
  }

  return {
    addEvent(session, event) {
      if (event.source !== 'otel') return;
      const row = ledgerRowOf(event);
      if (row) {
        for (const other of rows.putRequest(session.no, row)) if (other !== session.no) markNo(other);
        stale.mark(session.id);
        return;
      }
      const trace = promptTraceOf(event);
      if (trace) rows.putTrace(session.no, trace);
    },

    addEntries(session, entries, prompts = newestPrompts) {
      let isShared = false;
      for (const entry of entries) if (addEntry(session, entry, prompts)) isShared = true;
      if (isShared) settle(session.no);
    },

    addPoint(name, sessionId) {
      if (sessionId !== undefined && isSummed(name)) stale.mark(sessionId);
    },

    noteNew(sessionId) {
      if (hasSeries.get(sessionId) !== undefined) stale.mark(sessionId);
    },

    touch: stale.mark,

    noteEarlier(session, { at }) {
      if (session.transcript !== undefined && at < session.fold.firstAt) stale.mark(session.id);
    },

    costOf(session) {
      if (stale.has(session.id)) return costFieldsOf(totals.make(session.no, session.id));
      if (session.cost === undefined) session.cost = totals.read(session.no) ?? null;
      return session.cost ?? undefined;
    },

    isDirty: () => !stale.isEmpty(),

    write(maxMs = Number.POSITIVE_INFINITY) {
      const until = performance.now() + maxMs;
      // What an owner's change marks on the way comes in the same round.
      for (const id of stale.ids()) {
        const session = deps.find(id);
        // Points of what is no session yet, or never will be.
        if (session) writeOne(session);
        stale.unmark(id);
        if (performance.now() > until) return;
      }
    },

    forget() {
      stale.forget();
      newestPrompts.clear();
    },
  };
}

function msOf(at: string | undefined): number | undefined {
  return at === undefined || at === '' ? undefined : Date.parse(at);
}

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
import type { ProjectedSession } from '../sessions/projected-session.ts';
import { isSummed } from './metric-sums.ts';
import { createLedgerOwners } from './owners.ts';
import { createLedgerRows, isCopiedEntry } from './rows.ts';
import { type CostFields, costFieldsOf, createSessionTotals, type Totals } from './session-totals.ts';
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
  /** Of how many sessions totals are to be made. */
  waiting(): number;
  /** Makes and writes totals of changed sessions, those that wait longest first, up to a limit; of how many it did. */
  write(limit?: TotalsLimit): number;
  /** The same of one session, where it waits. */
  writeOf(session: ProjectedSession): void;
  forget(): void;
}

/** What one transaction makes at most. */
export interface TotalsLimit {
  /** Then sessions of many requests, which were made not long ago, wait for a later round. */
  ms?: number;
  /** Sessions; one of many requests counts for several. Tells the same on a slow machine. */
  sessions?: number;
}

export interface LedgerDeps {
  prices: Prices;
  find(sessionId: string): ProjectedSession | undefined;
  /** The entries of a file before one of them, the newest first. */
  entriesBefore(entry: TranscriptEntry, sessionNo: number): Iterable<TranscriptEntry>;
  /** Before a session's totals are made: its metrics may be all that is known of it. */
  meter(sessionId: string): void;
  isDeletedRequest(requestId: string): boolean;
  onChanged(sessionId: string): void;
}

/** By session and agent. */
export type FilePrompts = Map<string, string | undefined>;

const maxPrompts = 2000;
const maxMade = 500;

interface Made {
  requests: number;
  fields: CostFields;
  at: number;
  /** Something changed it since. */
  isOld: boolean;
}

/** To add ten thousand requests up takes 5 ms: the totals of so long a session are half a second old while it works. */
/** As much work as the rest of a session's totals. */
const requestsPerSession = 500;
const exactRequests = 2000;
function patienceOf(requests: number): number {
  return requests <= exactRequests ? 0 : requests / 20;
}

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

  /** Made while a session waits to be written: each viewer asks for it, several times a second. */
  const made = new Map<string, Made>();

  function mark(id: string): void {
    stale.mark(id);
    const known = made.get(id);
    if (known) known.isOld = true;
  }

  /** Made not long ago, as times go for so many requests. */
  function isRecent(known: Made | undefined): known is Made {
    return known !== undefined && performance.now() - known.at < patienceOf(known.requests);
  }

  function remember(id: string, { requests }: Totals, fields: CostFields): CostFields {
    if (made.size >= maxMade) made.clear();
    made.set(id, { requests, fields, at: performance.now(), isOld: false });
    return fields;
  }

  function markNo(no: number): void {
    const id = idOf.get(no);
    if (id !== undefined) mark(id);
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
    mark(session.id);
    return rows.putSaid(session.no, told, isCopiedEntry(entry));
  }

  function settle(no: number): void {
    for (const other of owners.settle(no)) markNo(other);
  }

  function writeOne(session: ProjectedSession): number {
    settle(session.no);
    const told = totals.make(session.no, session.id);
    totals.write(session.no, told);
    session.cost = remember(session.id, told, costFieldsOf(told));
    deps.onChanged(session.id);
    return told.requests;
  }

  return {
    addEvent(session, event) {
      if (event.source !== 'otel') return;
      const row = ledgerRowOf(event);
      if (row) {
        for (const other of rows.putRequest(session.no, row)) if (other !== session.no) markNo(other);
        mark(session.id);
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
      if (sessionId !== undefined && isSummed(name)) mark(sessionId);
    },

    noteNew(sessionId) {
      if (hasSeries.get(sessionId) !== undefined) mark(sessionId);
    },

    touch: mark,

    noteEarlier(session, { at }) {
      if (session.transcript !== undefined && at < session.fold.firstAt) mark(session.id);
    },

    costOf(session) {
      if (stale.has(session.id)) {
        const known = made.get(session.id);
        if (known && (!known.isOld || isRecent(known))) return known.fields;
        const told = totals.make(session.no, session.id);
        return remember(session.id, told, costFieldsOf(told));
      }
      if (session.cost === undefined) session.cost = totals.read(session.no) ?? null;
      return session.cost ?? undefined;
    },

    isDirty: () => !stale.isEmpty(),

    waiting: stale.count,

    write({ ms, sessions = Number.POSITIVE_INFINITY } = {}) {
      const until = performance.now() + (ms ?? Number.POSITIVE_INFINITY);
      let written = 0;
      let left = sessions;
      // What an owner's change marks on the way comes in the same round.
      for (const id of stale.ids()) {
        if (ms !== undefined && isRecent(made.get(id))) continue;
        deps.meter(id);
        const session = deps.find(id);
        // Points of what is no session yet, or never will be.
        const requests = session ? writeOne(session) : 0;
        stale.unmark(id);
        written += 1;
        left -= 1 + requests / requestsPerSession;
        if (left <= 0 || performance.now() > until) break;
      }
      return written;
    },

    writeOf(session) {
      if (!stale.has(session.id)) return;
      writeOne(session);
      stale.unmark(session.id);
    },

    forget() {
      stale.forget();
      made.clear();
      newestPrompts.clear();
    },
  };
}

function msOf(at: string | undefined): number | undefined {
  return at === undefined || at === '' ? undefined : Date.parse(at);
}

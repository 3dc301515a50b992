import {
  emptyFold,
  emptyTranscriptFold,
  foldEntry,
  foldVersion,
  type Metered,
  type SessionFold,
  type TranscriptEntry,
  type TranscriptFold,
} from '@telltale/core';
import type { CostFields } from '../ledger/session-totals.ts';

/** A session as the store keeps it in memory. */
export interface ProjectedSession {
  readonly no: number;
  readonly id: string;
  fold: SessionFold;
  /** What it cost, as it was written last; null where nothing is known, absent where nobody asked yet. */
  cost: CostFields | null | undefined;
  /** What its transcript tells; absent before the first entry. */
  transcript: KeptTranscript | undefined;
  /** What its metrics tell, which make it a session where nothing else does. */
  metered: Metered | undefined;
  /** What age or size took of it; absent where nothing did. */
  pruned: Pruned | undefined;
  /** What people put on it; absent where nobody ever did. */
  annotated: Annotated | undefined;
  lastSeq: number;
  readonly installs: Set<string>;
  installedTwice: boolean;
  isDirty: boolean;
  /** What must be folded again, in order: all of it (folds of an older version), or from a late event on. */
  refoldFrom: 'start' | Place | undefined;
  /** Folds as they were a while ago, oldest first: late events are mostly a little late. */
  snapshots: Snapshot[];
  /** Events folded since the last snapshot. */
  sinceSnapshot: number;
  /** Not before this time (performance.now()), so that a long row of late events is not quadratic. */
  refoldAfter: number;
}

/** A place in the order of the fold. */
export interface Place {
  at: string;
  id: string;
}

/** A fold that has taken every event of its session up to `seq`, all of them before or at its place. */
export interface Snapshot extends Place {
  json: string;
  seq: number;
}

export interface KeptTranscript {
  /** The project, as the sender told it. */
  app?: string | undefined;
  fold: TranscriptFold;
}

/** What age or size took of a session; what it is known by stays. */
export interface Pruned {
  hasResults: boolean;
  /** The fold of the events that are gone; a session goes on from it. */
  fold: Snapshot | undefined;
  /** What comes of that time, or before, was there and is forgotten (ms). */
  eventsTo: number;
  /** What the entries told that are gone, as JSON; those that are left have a higher `seq`. */
  transcript: string | undefined;
  entriesSeq: number;
  entriesTo: number;
}

export interface Annotated {
  labels: readonly string[];
  isPinned: boolean;
  notes: number;
  bookmarks: number;
  /** When it changed last, ms. */
  at: number;
}

export interface SessionRow {
  no: number;
  id: string;
  last_seq: number;
  installs: string;
  installed_twice: number;
  fold: string | null;
  fold_version: number;
  transcript: string | null;
  metered: string | null;
  labels: string | null;
  pinned: number;
  notes: number;
  bookmarks: number;
  annotated_at: number | null;
}

export function newSession(no: number, id: string): ProjectedSession {
  return {
    no,
    id,
    fold: emptyFold(id),
    cost: undefined,
    transcript: undefined,
    metered: undefined,
    annotated: undefined,
    pruned: undefined,
    lastSeq: 0,
    installs: new Set(),
    installedTwice: false,
    isDirty: false,
    refoldFrom: undefined,
    snapshots: [],
    sinceSnapshot: 0,
    refoldAfter: 0,
  };
}

export function sessionFromRow(row: SessionRow): ProjectedSession {
  const session = newSession(row.no, row.id);
  session.lastSeq = row.last_seq;
  session.installedTwice = row.installed_twice === 1;
  session.annotated = annotatedOf(row);
  if (row.metered !== null) session.metered = JSON.parse(row.metered) as Metered;
  for (const install of row.installs === '' ? [] : row.installs.split(',')) session.installs.add(install);
  if (row.fold_version === foldVersion) {
    if (row.fold !== null) session.fold = JSON.parse(row.fold) as SessionFold;
    if (row.transcript !== null) session.transcript = JSON.parse(row.transcript) as KeptTranscript;
  } else if (row.fold_version !== 0) {
    session.refoldFrom = 'start';
    const app = appOf(row.transcript);
    if (app !== undefined) session.transcript = { app, fold: emptyTranscriptFold(row.id) };
  }
  return session;
}

function annotatedOf({ labels, pinned, notes, bookmarks, annotated_at: at }: SessionRow): Annotated | undefined {
  if (at === null) return undefined;
  const read = labels === null ? [] : (JSON.parse(labels) as string[]);
  return { labels: read, isPinned: pinned === 1, notes, bookmarks, at };
}

/** The one thing of a transcript of any version that its entries do not tell. */
function appOf(transcript: string | null): string | undefined {
  return transcript === null ? undefined : (JSON.parse(transcript) as KeptTranscript).app;
}

/** The transcript with these entries; its fold goes on, it is no copy. */
export function withEntries(
  session: ProjectedSession,
  entries: Iterable<TranscriptEntry>,
  deps: { app?: string | undefined; onFoldError(sessionId: string, error: unknown): void },
): KeptTranscript {
  const fold = session.transcript?.fold ?? emptyTranscriptFold(session.id);
  for (const entry of entries) {
    try {
      foldEntry(fold, entry);
    } catch (error) {
      deps.onFoldError(session.id, error);
    }
  }
  const app = session.transcript?.app ?? deps.app;
  return app === undefined ? { fold } : { app, fold };
}

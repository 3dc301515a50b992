import {
  clearedFrom,
  type Metered,
  type PrunedPart,
  type Session,
  type SessionFold,
  type StatusLine,
  sessionOf,
  sessionOfMetered,
  sessionOfTranscript,
  type TelltaleEvent,
  type TranscriptEntry,
  type Trouble,
  transcriptFacts,
} from '@telltale/core';
import { earlier } from '@telltale/core/iso-time';
import type { Database } from 'better-sqlite3';
import type { WatchedProcess } from '../../process-watch.ts';
import type { Facets } from '../facets.ts';
import type { CostFields } from '../ledger/session-totals.ts';
import { createEditConflicts } from './edit-conflicts.ts';
import type { Annotated, ProjectedSession, Pruned } from './projected-session.ts';
import { createRefold, type RefoldDeps } from './refold.ts';
import { createSessionRows } from './session-rows.ts';

export interface Projection {
  find(id: string): ProjectedSession | undefined;
  /** Makes the session's row, inside a transaction. */
  create(id: string): ProjectedSession;
  /** Takes a stored event into its session. */
  add(session: ProjectedSession, event: TelltaleEvent): void;
  /** Takes stored transcript entries into their session and writes it, inside their transaction. */
  addEntries(session: ProjectedSession, entries: readonly TranscriptEntry[], app?: string): void;
  /** Writes what the metrics of a session tell, inside a transaction; where nothing else does, they make it a session. */
  addMetered(id: string, metered: Metered): void;
  touch(session: ProjectedSession): void;
  /** The session as it is at `now`; undefined while nothing makes it a session. */
  view(session: ProjectedSession, now: number): Session | undefined;
  isDirty(): boolean;
  /** Writes what changed, inside a transaction. */
  write(): void;
  /** Writes what time alone has changed, inside a transaction, so that SQL finds what `view` tells. */
  refresh(now: number): void;
  /** Forgets everything in memory, written or not: after a rollback, or when a session was deleted. */
  forget(): void;
  /** Makes a session's folds of another version again, inside a transaction; false when there is none. */
  rebuildOne(): boolean;
}

export interface ProjectionDeps extends RefoldDeps {
  facets: Facets;
  processGone: ProcessGone;
  costOf(session: ProjectedSession): CostFields | undefined;
  statusLineOf(sessionId: string): StatusLine | undefined;
  /** A session has got its row, inside a transaction. */
  onCreate(sessionId: string): void;
  /** What age or size took of a session. */
  prunedOf(sessionNo: number): Pruned | undefined;
  /** A session's view is up to date again, some time after its late event. */
  onRefold(sessionId: string): void;
}

/** Whether a process is gone: false where it is known to live, undefined where nobody can know. */
export type ProcessGone = (process: WatchedProcess) => boolean | undefined;

/** Sessions kept in memory at most, beside those with unwritten changes. */
const maxKept = 400;
/** Edits of one file are looked for in sessions with an event in the last half hour, and a little more. */
const recentMs = 31 * 60_000;
/** A session that goes on from another one starts when that one ends. */
const kinMs = 15_000;

/**
 * Sessions, folded from their events. The truth is the events: what is in memory is written with every append when
 * there is time, else a few times a second, and `projected_seq` says up to which event it is on disk.
 */
export function createProjection(database: Database, deps: ProjectionDeps): Projection {
  const rows = createSessionRows(database);
  const refold = createRefold(deps);
  const kept = new Map<string, ProjectedSession>();
  const dirty = new Set<ProjectedSession>();
  const conflicts = createEditConflicts({
    liveFolds,
    onChange(ids) {
      for (const id of ids) {
        const session = find(id);
        if (session) touch(session);
      }
    },
  });

  function find(id: string): ProjectedSession | undefined {
    const known = kept.get(id);
    if (known) return known;
    const session = rows.find(id);
    if (!session) return undefined;
    session.pruned = deps.prunedOf(session.no);
    return keep(session);
  }

  function keep(session: ProjectedSession): ProjectedSession {
    kept.set(session.id, session);
    if (kept.size > maxKept) evict();
    return session;
  }

  function evict(): void {
    let surplus = kept.size - maxKept / 2;
    for (const [id, session] of kept) {
      if (surplus-- <= 0) break;
      if (!session.isDirty) kept.delete(id);
    }
  }

  function touch(session: ProjectedSession): void {
    session.isDirty = true;
    dirty.add(session);
  }

  /** From memory what is newer than the database. */
  function* foldsOf(ids: readonly string[]): Iterable<SessionFold> {
    const sessions = new Set(dirty);
    for (const id of ids) {
      const session = find(id);
      if (session) sessions.add(session);
    }
    for (const { fold } of sessions) if (fold.lastId !== '') yield fold;
  }

  function* liveFolds(now: number): Iterable<SessionFold> {
    for (const fold of foldsOf(rows.liveSince(now - recentMs))) {
      if (fold.edits.length > 0 && processGoneOf(fold) !== true) yield fold;
    }
  }

  function clearedParent(fold: SessionFold): string | undefined {
    if (fold.startSource !== 'clear') return undefined;
    const startedAt = Date.parse(fold.firstAt);
    return clearedFrom(fold, foldsOf(rows.endedBetween(startedAt - kinMs, startedAt + kinMs)));
  }

  function processGoneOf(fold: SessionFold): boolean | undefined {
    return fold.endedAt === undefined ? deps.processGone(fold) : undefined;
  }

  function refoldWhenDue(session: ProjectedSession): void {
    if (refold.whenDue(session)) touch(session);
  }

  function view(session: ProjectedSession, now: number): Session | undefined {
    refoldWhenDue(session);
    const told = tell(session, now, conflicts.at(now).get(session.id));
    if (told && session.annotated) tellAnnotated(told, session.annotated);
    if (told && session.pruned) tellPruned(told, session.pruned);
    return told;
  }

  function tell(session: ProjectedSession, now: number, trouble: readonly Trouble[] | undefined): Session | undefined {
    const { fold, transcript, metered } = session;
    if (fold.firstAt === '') {
      const said = transcript && sessionOfTranscript(transcript.fold, { now, app: transcript.app });
      return said ?? (metered && sessionOfMetered(session.id, metered, now));
    }
    const facts = transcript ? transcriptFacts(transcript.fold) : {};
    const parentSessionId = facts.parentSessionId ?? clearedParent(fold);
    const told = sessionOf(fold, now, { ...facts, parentSessionId, trouble, processGone: processGoneOf(fold) });
    if (session.installedTwice) told.installedTwice = true;
    return told;
  }

  /** As of its last event, or of `at`; what time changes later is written again by `refresh`. */
  function writeOne(session: ProjectedSession, at?: number): void {
    refoldWhenDue(session);
    const now =
      at ?? Date.parse(session.fold.lastAt || session.transcript?.fold.lastAt || session.metered?.lastAt || '');
    const told = tell(session, now, conflicts.last().get(session.id));
    if (told) noteFacets(told);
    const isOver = told === undefined || told.state === 'ended' || told.state === 'lost' || told.state === 'failed';
    rows.write(session, told, { now, isWatched: !isOver && processGoneOf(session.fold) === false });
  }

  function noteFacets({ app, branch, model, user, host, repo, provider }: Session): void {
    deps.facets.addOf('apps', app);
    if (branch !== undefined) deps.facets.addOf('branches', branch);
    if (model !== undefined) deps.facets.addOf('models', model);
    if (user !== undefined) deps.facets.addOf('users', user);
    if (host !== undefined) deps.facets.addOf('hosts', host);
    if (repo !== undefined) deps.facets.addOf('repos', repo);
    if (provider !== undefined) deps.facets.addOf('providers', provider);
  }

  function create(id: string): ProjectedSession {
    const session = keep(rows.create(id));
    deps.onCreate(id);
    return session;
  }

  return {
    find,
    create,
    add(session, event) {
      session.lastSeq = event.seq;
      touch(session);
      conflicts.invalidate();
      refold.add(session, event);
    },
    addEntries(session, entries, app) {
      refold.addEntries(session, entries, app);
      writeOne(session);
    },
    addMetered(id, metered) {
      const session = find(id) ?? create(id);
      // Points are forgotten by age, the session is not.
      session.metered = { ...metered, firstAt: earlier(session.metered?.firstAt ?? metered.firstAt, metered.firstAt) };
      writeOne(session);
    },
    touch,
    view(session, now) {
      const told = view(session, now);
      if (!told) return undefined;
      const statusLine = deps.statusLineOf(session.id);
      return Object.assign(told, deps.costOf(session), statusLine && { statusLine });
    },
    isDirty: () => dirty.size > 0,
    write() {
      for (const session of dirty) {
        const waited = session.refoldFrom !== undefined && session.refoldAfter > 0;
        writeOne(session);
        if (waited && session.refoldFrom === undefined) deps.onRefold(session.id);
        // Still waiting for its refold: it is written again after that.
        session.isDirty = session.refoldFrom !== undefined;
        if (!session.isDirty) dirty.delete(session);
      }
    },
    refresh(now) {
      conflicts.at(now);
      for (const session of dirty) writeOne(session, now);
      for (const written of rows.due(now)) {
        const session = find(written.id);
        const told = session && view(session, now);
        const isDue = written.look_at !== null && written.look_at <= now;
        if (told && (isDue || told.state !== written.state || told.group !== written.group_name))
          writeOne(session, now);
      }
    },
    forget() {
      kept.clear();
      dirty.clear();
      conflicts.invalidate();
    },
    rebuildOne() {
      const id = rows.outdated();
      const session = id === undefined ? undefined : find(id);
      if (!session) return false;
      session.refoldFrom ??= 'start';
      session.refoldAfter = 0;
      writeOne(session);
      return true;
    },
  };
}

function tellPruned(told: Session, { hasResults, transcript, fold }: Pruned): void {
  const parts: PrunedPart[] = [];
  if (hasResults) parts.push('results');
  if (transcript !== undefined) parts.push('transcript');
  if (fold) parts.push('events');
  if (parts.length > 0) told.pruned = parts;
}

/** What people put on it; what is none is left out. */
function tellAnnotated(told: Session, { labels, isPinned, notes, bookmarks, at }: Annotated): void {
  told.annotatedAt = new Date(at).toISOString();
  if (labels.length > 0) told.labels = [...labels];
  if (isPinned) told.pinned = true;
  if (notes > 0) told.notes = notes;
  if (bookmarks > 0) told.bookmarks = bookmarks;
}

import {
  clearedFrom,
  emptyFold,
  emptyTranscriptFold,
  foldEvent,
  foldVersion,
  isBefore,
  type Session,
  type SessionFold,
  sessionOf,
  sessionOfTranscript,
  type TelltaleEvent,
  type TranscriptEntry,
  type Trouble,
  transcriptFacts,
} from '@telltale/core';
import type { Database } from 'better-sqlite3';
import { createEditConflicts } from './edit-conflicts.ts';
import type { Facets } from './facets.ts';
import { nextLook } from './next-look.ts';
import {
  newSession,
  type Place,
  type ProjectedSession,
  type SessionRow,
  type Snapshot,
  sessionFromRow,
  sessionRowColumns,
  withEntries,
} from './projected-session.ts';

export interface Projection {
  find(id: string): ProjectedSession | undefined;
  /** Makes the session's row, inside a transaction. */
  create(id: string): ProjectedSession;
  /** Takes a stored event into its session. */
  add(session: ProjectedSession, event: TelltaleEvent): void;
  /** Takes stored transcript entries into their session and writes it, inside their transaction. */
  addEntries(session: ProjectedSession, entries: readonly TranscriptEntry[], app?: string): void;
  touch(session: ProjectedSession): void;
  /** The session as it is at `now`; undefined while nothing makes it a session. */
  view(session: ProjectedSession, now: number): Session | undefined;
  isDirty(): boolean;
  /** Writes what changed, inside a transaction. */
  write(): void;
  /** Writes what time alone has changed, inside a transaction, so that SQL finds what `view` tells. */
  refresh(now: number): void;
  /** Its row is gone. */
  drop(session: ProjectedSession): void;
  /** Forgets everything in memory, written or not: after a rollback, or when a session was deleted. */
  forget(): void;
  /** Makes a session's folds of another version again, inside a transaction; false when there is none. */
  rebuildOne(): boolean;
}

export interface ProjectionDeps {
  /** The events of a session behind a `seq`, in the order of the fold: (at, id). */
  eventsOf(sessionNo: number, behindSeq: number): Iterable<TelltaleEvent>;
  /** All entries of its transcript, each file in its order. */
  entriesOf(session: ProjectedSession): Iterable<TranscriptEntry>;
  facets: Facets;
  processGone: ProcessGone;
  onFoldError(sessionId: string, error: unknown): void;
  /** A session's view is up to date again, some time after its late event. */
  onRefold(sessionId: string): void;
}

/** Whether a process is gone: false where it is known to live, undefined where nobody can know. */
export type ProcessGone = (process: {
  pid?: number | undefined;
  host?: string | undefined;
  /** When it was last heard of. */
  lastAt: string;
}) => boolean | undefined;

/** Sessions kept in memory at most, beside those with unwritten changes. */
const maxKept = 400;
/** A late event costs the folding of so many events, or twice as many; kept are as many as that takes. */
const snapshotEvery = 32;
const maxSnapshots = 3;
/** A refold that took longer than this waits before the next one, 20 times as long as it took. */
const dearRefoldMs = 4;
/** Sessions that are looked at for edits of one file. */
const maxRecent = 500;
const recentMs = 31 * 60_000;
/** A session that goes on from another one starts when that one ends. */
const kinMs = 15_000;

interface WrittenState {
  id: string;
  state: string | null;
  group_name: string | null;
  look_at: number | null;
}

/**
 * Sessions, folded from their events. The truth is the events: what is in memory is written with every append when
 * there is time, else a few times a second, and `projected_seq` says up to which event it is on disk.
 */
export function createProjection(database: Database, deps: ProjectionDeps): Projection {
  const byId = database.prepare<[string], SessionRow>(`SELECT ${sessionRowColumns} FROM sessions WHERE id = ?`);
  const insert = database.prepare<[string]>('INSERT INTO sessions (id) VALUES (?)');
  const update = database.prepare(`
    UPDATE sessions SET app = ?, title = ?, branch = ?, user = ?, model = ?, state = ?, group_name = ?, started_at = ?,
      ended_at = ?, last_event_at = ?, last_seq = ?, installs = ?, installed_twice = ?, fold = ?, fold_version = ?,
      transcript = ?, look_at = ?, is_watched = ?
    WHERE no = ?`);
  const outdated = database
    .prepare<[number], string>(
      'SELECT id FROM sessions WHERE fold_version NOT IN (0, ?) ORDER BY last_event_at DESC LIMIT 1',
    )
    .pluck();
  const due = database.prepare<[number], WrittenState>(`
    SELECT id, state, group_name, look_at FROM sessions WHERE look_at <= ?
    UNION SELECT id, state, group_name, look_at FROM sessions WHERE is_watched = 1`);
  const recent = database
    .prepare<[number], string>(`SELECT id FROM sessions WHERE last_event_at >= ? AND ended_at IS NULL
      ORDER BY last_event_at DESC LIMIT ${maxRecent}`)
    .pluck();
  const endedBetween = database
    .prepare<[number, number], string>('SELECT id FROM sessions WHERE ended_at BETWEEN ? AND ?')
    .pluck();

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
    const row = byId.get(id);
    return row && keep(sessionFromRow(row));
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

  /** An event that the fold cannot digest is stored all the same; the session misses it. */
  function fold(session: ProjectedSession, event: TelltaleEvent): void {
    try {
      foldEvent(session.fold, event);
    } catch (error) {
      deps.onFoldError(session.id, error);
    }
  }

  /** Takes snapshots on the way, where all events so far came before all that follow. */
  function foldInOrder(session: ProjectedSession, events: readonly TelltaleEvent[]): void {
    const lowestFrom = lowestSeqs(events);
    let highest = 0;
    for (const [index, event] of events.entries()) {
      fold(session, event);
      highest = Math.max(highest, event.seq);
      if (highest < (lowestFrom[index + 1] ?? Number.POSITIVE_INFINITY)) noteSnapshot(session, highest);
      else session.sinceSnapshot += 1;
    }
  }

  function noteSnapshot(session: ProjectedSession, seq: number): void {
    session.sinceSnapshot += 1;
    if (session.sinceSnapshot < snapshotEvery) return;
    session.sinceSnapshot = 0;
    const { lastAt: at, lastId: id } = session.fold;
    session.snapshots.push({ at, id, seq, json: JSON.stringify(session.fold) });
    if (session.snapshots.length > maxSnapshots) session.snapshots.shift();
  }

  function refoldWhenDue(session: ProjectedSession): void {
    const startedAt = performance.now();
    const from = session.refoldFrom;
    if (from === undefined || (from !== 'start' && startedAt < session.refoldAfter)) return;
    session.refoldFrom = undefined;
    if (from === 'start') refoldTranscript(session);
    const isUsable = (snapshot: Snapshot) => from !== 'start' && !comesBefore(from, snapshot);
    session.snapshots = session.snapshots.filter(isUsable);
    const base = session.snapshots.at(-1);
    session.fold = base ? (JSON.parse(base.json) as SessionFold) : emptyFold(session.id);
    session.sinceSnapshot = 0;
    foldInOrder(session, [...deps.eventsOf(session.no, base?.seq ?? 0)]);
    const tookMs = performance.now() - startedAt;
    if (tookMs > dearRefoldMs) session.refoldAfter = startedAt + 20 * tookMs;
    touch(session);
  }

  function refoldTranscript(session: ProjectedSession): void {
    const { app } = session.transcript ?? {};
    let hasEntries = false;
    function* noted(): Iterable<TranscriptEntry> {
      for (const entry of deps.entriesOf(session)) {
        hasEntries = true;
        yield entry;
      }
    }
    session.transcript = undefined;
    const told = withEntries(session, noted(), { app, onFoldError: deps.onFoldError });
    if (hasEntries) session.transcript = told;
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
    for (const fold of foldsOf(recent.all(now - recentMs))) {
      if (fold.edits.length > 0 && processGoneOf(fold) !== true) yield fold;
    }
  }

  function clearedParent(fold: SessionFold): string | undefined {
    if (fold.startSource !== 'clear') return undefined;
    const startedAt = Date.parse(fold.firstAt);
    return clearedFrom(fold, foldsOf(endedBetween.all(startedAt - kinMs, startedAt + kinMs)));
  }

  function processGoneOf(fold: SessionFold): boolean | undefined {
    return fold.endedAt === undefined ? deps.processGone(fold) : undefined;
  }

  function view(session: ProjectedSession, now: number): Session | undefined {
    refoldWhenDue(session);
    return tell(session, now, conflicts.at(now).get(session.id));
  }

  function tell(session: ProjectedSession, now: number, trouble: readonly Trouble[] | undefined): Session | undefined {
    const { fold, transcript } = session;
    if (fold.lastId === '') return transcript && sessionOfTranscript(transcript.fold, { now, app: transcript.app });
    const facts = transcript ? transcriptFacts(transcript.fold) : {};
    const parentSessionId = facts.parentSessionId ?? clearedParent(fold);
    const told = sessionOf(fold, now, { ...facts, parentSessionId, trouble, processGone: processGoneOf(fold) });
    if (session.installedTwice) told.installedTwice = true;
    return told;
  }

  /** As of its last event, or of `at`; what time changes later is written again by `refresh`. */
  function writeOne(session: ProjectedSession, at?: number): void {
    refoldWhenDue(session);
    const now = at ?? Date.parse(session.fold.lastAt || session.transcript?.fold.lastAt || '');
    const told = tell(session, now, conflicts.last().get(session.id));
    if (told) noteFacets(told);
    const isOver = told === undefined || told.state === 'ended' || told.state === 'lost' || told.state === 'failed';
    const isWatched = !isOver && processGoneOf(session.fold) === false;
    update.run(
      told?.app ?? null,
      told?.title ?? null,
      told?.branch ?? null,
      told?.user ?? null,
      told?.model ?? null,
      told?.state ?? null,
      told?.group ?? null,
      told ? Date.parse(told.startedAt) : null,
      told?.endedAt === undefined ? null : Date.parse(told.endedAt),
      told ? Date.parse(told.lastEventAt) : null,
      session.lastSeq,
      [...session.installs].join(','),
      session.installedTwice ? 1 : 0,
      session.fold.lastId === '' ? null : JSON.stringify(session.fold),
      session.refoldFrom === undefined ? foldVersion : -1,
      session.transcript ? JSON.stringify(session.transcript) : null,
      told ? nextLook(told, session.fold, now) : null,
      isWatched ? 1 : 0,
      session.no,
    );
  }

  function noteFacets({ app, branch, model, user }: Session): void {
    deps.facets.addOf('apps', app);
    if (branch !== undefined) deps.facets.addOf('branches', branch);
    if (model !== undefined) deps.facets.addOf('models', model);
    if (user !== undefined) deps.facets.addOf('users', user);
  }

  return {
    find,
    create(id) {
      const no = Number(insert.run(id).lastInsertRowid);
      return keep(newSession(no, id));
    },
    add(session, event) {
      session.lastSeq = event.seq;
      touch(session);
      conflicts.invalidate();
      const { refoldFrom } = session;
      if (refoldFrom === 'start') return;
      if (refoldFrom !== undefined || isBefore(event, session.fold)) {
        if (refoldFrom === undefined || comesBefore(event, refoldFrom))
          session.refoldFrom = { at: event.at, id: event.id };
        return;
      }
      fold(session, event);
      noteSnapshot(session, event.seq);
    },
    addEntries(session, entries, app) {
      const before = session.transcript;
      try {
        if (session.refoldFrom === 'start') {
          const fold = before?.fold ?? emptyTranscriptFold(session.id);
          session.transcript = { app: before?.app ?? app, fold };
        } else session.transcript = withEntries(session, entries, { app, onFoldError: deps.onFoldError });
        writeOne(session);
      } catch (error) {
        session.transcript = before;
        throw error;
      }
    },
    touch,
    view,
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
      for (const written of due.all(now)) {
        const session = find(written.id);
        const told = session && view(session, now);
        const isDue = written.look_at !== null && written.look_at <= now;
        if (told && (isDue || told.state !== written.state || told.group !== written.group_name))
          writeOne(session, now);
      }
    },
    drop(session) {
      kept.delete(session.id);
      dirty.delete(session);
    },
    forget() {
      kept.clear();
      dirty.clear();
      conflicts.invalidate();
    },
    rebuildOne() {
      const id = outdated.get(foldVersion);
      const session = id === undefined ? undefined : find(id);
      if (!session) return false;
      session.refoldFrom ??= 'start';
      session.refoldAfter = 0;
      writeOne(session);
      return true;
    },
  };
}

/** For each place the lowest `seq` from there on. */
function lowestSeqs(events: readonly TelltaleEvent[]): number[] {
  const lowest: number[] = new Array(events.length);
  let least = Number.POSITIVE_INFINITY;
  for (let index = events.length - 1; index >= 0; index -= 1) {
    least = Math.min(least, events[index]?.seq ?? least);
    lowest[index] = least;
  }
  return lowest;
}

function comesBefore(place: Place, other: Place): boolean {
  return place.at === other.at ? place.id < other.id : place.at < other.at;
}

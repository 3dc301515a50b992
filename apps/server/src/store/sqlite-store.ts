import { randomUUID } from 'node:crypto';
import { statSync } from 'node:fs';
import type { Filter, TranscriptEntry } from '@telltale/core';
import { createCompression } from '../compress.ts';
import { createAppender } from './append.ts';
import { deleteSessionRows, eraseFreed } from './delete-session.ts';
import { storeErrorOf } from './errors.ts';
import { createFacets } from './facets.ts';
import { createGroupCommit } from './group-commit.ts';
import { type Counters, createMeta } from './meta.ts';
import { type OpenedDatabase, openDatabase } from './open.ts';
import { createPayloads } from './payloads.ts';
import type { ProjectedSession } from './projected-session.ts';
import { createProjection, type ProcessGone } from './projection.ts';
import { readPulse } from './pulse.ts';
import { createEventReader } from './read-events.ts';
import { readSessions } from './read-sessions.ts';
import type { Store, StoredDeadLetter, TranscriptQuery } from './store.ts';
import { createTranscripts } from './transcripts.ts';

export interface SqliteStoreOptions {
  file: string;
  /** Of this machine's processes it is known whether they live. */
  processGone?: ProcessGone;
  /** What goes wrong beside a call: an event that the fold cannot digest, a failed compression. */
  onProblem?: (problem: string, error: unknown) => void;
  /** A session's view changed some time after its last event was stored: late events are folded in when there is time. */
  onSessionChanged?: (sessionId: string) => void;
  now?: () => number;
  /** False leaves payloads as they came (tests and measurements). */
  compresses?: boolean;
}

export interface SqliteStore extends Store {
  /** Compresses everything that may be compressed now; for tests, measurements and before a backup. */
  compressNow(options?: { keepFresh?: number }): Promise<void>;
}

/** How long what is known of sessions may stay in memory only; after a crash it is folded again from the events. */
const projectionMs = 250;
const rebuildMs = 100;
const maxDeadLetters = 10_000;
/** Silent for so long, a session that did not end is taken for over. */
const silentMs = 15 * 60_000;

/** The store on one SQLite file. Throws a StoreError with one sentence when the file cannot be used. */
export function createSqliteStore(options: SqliteStoreOptions): SqliteStore {
  const opened = openDatabase(options.file);
  try {
    return storeOn(opened, options);
  } catch (error) {
    // Damage inside the file shows only when it is read.
    opened.close();
    throw storeErrorOf(error, options.file);
  }
}

function storeOn({ database, close: closeDatabase }: OpenedDatabase, options: SqliteStoreOptions): SqliteStore {
  const { file, processGone = () => undefined, onProblem = () => {}, now = Date.now, compresses = true } = options;
  const errorOf = (error: unknown) => storeErrorOf(error, file);

  const meta = createMeta(database);
  const payloads = createPayloads(database);
  const reader = createEventReader(database, payloads);
  const facets = createFacets(database);
  const transcripts = createTranscripts(database);
  const counters: Counters = { events: 0, stored: 0, duplicates: 0, rejected: 0, masked: 0 };
  const projection = createProjection(database, {
    eventsOf: reader.ofSession,
    entriesOf: (session) => transcripts.entriesOf(session.no, session.id),
    facets,
    processGone,
    onRefold: (id) => options.onSessionChanged?.(id),
    onFoldError: (id, error) => onProblem(`An event of session ${id} could not be folded`, error),
  });
  const tombstones = new Set<string>(database.prepare<[], string>('SELECT session_id FROM tombstones').pluck().all());
  const appender = createAppender(database, {
    counters,
    projection,
    facets,
    isDeleted: (id) => tombstones.has(id),
  });
  const id = meta.get('store_id') ?? newId();
  let projectedAt = 0;
  let projectionTimer: NodeJS.Timeout | undefined;

  const commits = createGroupCommit(database, { beforeCommit, afterRollback, errorOf });
  const compression = createCompression({ database, meta, commits, onProblem, settled: appender.settled });

  const insertDeadLetter = database.prepare('INSERT INTO dead_letters (at, road, reason, text) VALUES (?, ?, ?, ?)');
  const trimDeadLetters = database.prepare('DELETE FROM dead_letters WHERE no <= ?');
  const readDeadLetters = database.prepare<[number], { at: number; road: string; reason: string; text: string }>(
    'SELECT at, road, reason, text FROM dead_letters ORDER BY no DESC LIMIT ?',
  );
  const countSessions = database
    .prepare<[], number>('SELECT count(*) FROM sessions WHERE last_event_at IS NOT NULL')
    .pluck();

  catchUp();
  if (compresses) compression.start();
  let rebuildTimer: NodeJS.Timeout | undefined = setTimeout(rebuild, rebuildMs).unref();

  function newId(): string {
    const made = randomUUID();
    meta.set('store_id', made);
    return made;
  }

  function beforeCommit(): void {
    const elapsed = performance.now() - projectedAt;
    if (projection.isDirty() && elapsed >= projectionMs) writeProjection();
    // A session may still wait for its refold.
    if (projection.isDirty()) projectionTimer ??= setTimeout(writeLater, Math.max(20, projectionMs - elapsed));
  }

  function writeLater(): void {
    projectionTimer = undefined;
    projectedAt = 0;
    commits.run(() => {}, { isAtomic: true }).catch((error) => onProblem('Sessions could not be written', error));
  }

  function writeProjection(): void {
    projection.write();
    meta.set('projected_seq', appender.seq());
    meta.set('counters', JSON.stringify(counters));
    projectedAt = performance.now();
  }

  /** Lists are read from what is written; a filter may ask for what time has changed since. */
  function writeForReading(filter: Filter | undefined, at: number): void {
    const isFiltered = filter !== undefined && filter.terms.length > 0;
    if (!projection.isDirty() && !isFiltered) return;
    try {
      database.transaction(() => {
        if (projection.isDirty()) writeProjection();
        if (isFiltered) projection.refresh(at);
      })();
    } catch (error) {
      // The list is a little older, and the next commit tries again.
      onProblem('Sessions could not be written', errorOf(error));
    }
  }

  /** Folds of an older version, one after the other, newest session first; whoever asks for one does not wait. */
  function rebuild(): void {
    rebuildTimer = undefined;
    const startedAt = performance.now();
    commits.run(projection.rebuildOne).then(
      (hadOne) => {
        if (hadOne) rebuildTimer = setTimeout(rebuild, 4 * (performance.now() - startedAt)).unref();
      },
      (error) => onProblem('Sessions of an older version could not be read anew', error),
    );
  }

  function afterRollback(): void {
    payloads.forget();
    transcripts.forget();
    facets.forget();
    catchUp();
  }

  /** Brings what is in memory to what the database says: counters, the newest seq, sessions up to the last event. */
  function catchUp(): void {
    appender.forget();
    projection.forget();
    Object.assign(counters, JSON.parse(meta.get('counters') ?? '{}'));
    for (const event of reader.behind(Number(meta.get('projected_seq') ?? 0))) {
      counters.events += 1;
      counters.stored += 1;
      counters.masked += event.masked ?? 0;
      const session = event.sessionId === undefined ? undefined : projection.find(event.sessionId);
      if (session && event.seq > session.lastSeq) projection.add(session, event);
    }
  }

  return {
    id,
    get seq() {
      return appender.seq();
    },

    append: (records) => commits.run(() => records.map(appender.append), { isAtomic: true }),

    appendTranscript: (chunk) =>
      commits.run(() => {
        if (tombstones.has(chunk.sessionId)) return { stored: 0, duplicates: 0, nextOffset: chunk.size ?? 0 };
        const known = projection.find(chunk.sessionId);
        const session = known ?? projection.create(chunk.sessionId);
        try {
          const entries: TranscriptEntry[] = [];
          const result = transcripts.append(session.no, chunk, (entry) => entries.push(entry));
          if (entries.length > 0) projection.addEntries(session, entries, chunk.app);
          return result;
        } catch (error) {
          // What was made here is rolled back alone.
          if (!known) projection.drop(session);
          throw error;
        }
      }),

    reject: ({ road, reason, text }) =>
      commits.run(
        () => {
          const { lastInsertRowid } = insertDeadLetter.run(now(), road, reason, text);
          trimDeadLetters.run(Number(lastInsertRowid) - maxDeadLetters);
          counters.rejected += 1;
        },
        { isAtomic: true },
      ),

    events(query) {
      if (query.filter?.terms.length) writeForReading(query.filter, query.now);
      return reader.page(query);
    },
    event: (seq) => reader.one(seq),
    sessions(query) {
      writeForReading(query.filter, query.now);
      return readSessions(database, projection, query);
    },
    session(sessionId, at) {
      const session = projection.find(sessionId);
      return session && projection.view(session, at);
    },
    transcript(query) {
      const session = projection.find(query.sessionId);
      if (!session) return { items: [], next: null, complete: false };
      return { ...transcripts.page(session.no, query), complete: isComplete(session, query) };
    },
    transcriptOffset(transcript) {
      if (tombstones.has(transcript.sessionId)) return transcript.size ?? 0;
      return transcripts.offsetOf(projection.find(transcript.sessionId)?.no, transcript);
    },
    facets: () => facets.read(),
    pulse: (query) => readPulse(database, query),
    deadLetters: (limit): StoredDeadLetter[] =>
      readDeadLetters.all(limit).map((row) => ({ ...row, at: new Date(row.at).toISOString() })),

    async deleteSession(sessionId) {
      await compression.pause();
      try {
        const isDeleted = await commits.run(() => deleteNow(sessionId));
        if (isDeleted) await eraseFreed(database, (work) => commits.run(work));
        return isDeleted;
      } finally {
        compression.resume();
      }
    },

    stats() {
      return { ...counters, sessions: countSessions.get() ?? 0, databaseBytes: databaseBytes() };
    },

    async backup(target) {
      try {
        await database.backup(target);
      } catch (error) {
        throw storeErrorOf(error, target);
      }
    },

    async close() {
      clearTimeout(projectionTimer);
      clearTimeout(rebuildTimer);
      await compression.stop();
      await commits.close();
      database.transaction(writeProjection)();
      database.pragma('wal_checkpoint(TRUNCATE)');
      payloads.close();
      closeDatabase();
    },

    compressNow: (settings) => compression.runNow(settings?.keepFresh ?? 0),
  };

  function deleteNow(sessionId: string): boolean {
    if (projection.isDirty()) writeProjection();
    // Viewers resume by seq: a deleted newest one must not come again.
    meta.set('high_seq', appender.seq());
    const deleted = deleteSessionRows(database, sessionId, now());
    if (!deleted) return false;
    counters.events -= deleted.events;
    tombstones.add(sessionId);
    facets.forget();
    payloads.forget();
    transcripts.forget();
    projection.forget();
    appender.forget();
    return true;
  }

  function isComplete(session: ProjectedSession, { agentId, now: at = now() }: TranscriptQuery): boolean {
    if (!transcripts.isWhole(session.no, agentId)) return false;
    const told = projection.view(session, at);
    return told === undefined || told.endedAt !== undefined || at - Date.parse(told.lastEventAt) > silentMs;
  }

  function databaseBytes(): number {
    return ['', '-wal'].reduce(
      (sum, ending) => sum + (statSync(file + ending, { throwIfNoEntry: false })?.size ?? 0),
      0,
    );
  }
}

import { randomUUID } from 'node:crypto';
import { statSync } from 'node:fs';
import { builtInPrices, type Prices } from '@telltale/core';
import { createAccessRows } from './access-rows.ts';
import { createAnnotationDoor } from './annotation-door.ts';
import { createAnnotations } from './annotations.ts';
import { createAppender } from './append.ts';
import { createBuilds } from './builds.ts';
import { createCallBuild } from './calls/build.ts';
import { createCompression } from './compress.ts';
import { createDeadLetters } from './dead-letters.ts';
import { createDeletion } from './deletion.ts';
import { storeErrorOf } from './errors.ts';
import { createFacets } from './facets.ts';
import { createGroupCommit } from './group-commit.ts';
import { createLedger } from './ledger/ledger.ts';
import { createLongAnswers } from './long-answers.ts';
import { createMemory } from './memory.ts';
import { type Counters, createMeta, noCounters } from './meta.ts';
import { type OpenedDatabase, openDatabase } from './open.ts';
import { createPayloads } from './payloads.ts';
import { createQuotas } from './quotas.ts';
import { createReadDoor } from './read-door.ts';
import { createEventReader } from './read-events.ts';
import { createPrunedSessions } from './retention/pruned-sessions.ts';
import type { RetentionRules } from './retention/rules.ts';
import { createSearch } from './search/door.ts';
import { createMetered } from './sessions/metered.ts';
import { createProjection, type ProcessGone } from './sessions/projection.ts';
import { createWriteBehind } from './sessions/write-behind.ts';
import { createStatusLineDoor } from './status-line-door.ts';
import { createStatusLines } from './status-lines.ts';
import type { Store } from './store.ts';
import { createTelemetry } from './telemetry.ts';
import { createTombstones } from './tombstones.ts';
import { createTranscriptDoor } from './transcript-door.ts';
import { createTranscripts } from './transcripts.ts';
import { createUpkeep } from './upkeep.ts';

export interface SqliteStoreOptions {
  file: string;
  /** Of this machine's processes it is known whether they live. */
  processGone?: ProcessGone;
  /** What goes wrong beside a call: an event that the fold cannot digest, a failed compression. */
  onProblem?: (problem: string, error: unknown) => void;
  /** A session's view changed some time after its last event was stored: late events are folded in when there is time. */
  onSessionChanged?: (sessionId: string) => void;
  now?: () => number;
  /** How many days the client's notes on hooks and plugins are kept. */
  hookTelemetryDays?: number;
  /** How many days metric points and spans are kept. */
  telemetryDays?: number;
  /** What requests cost; the built-in table where it is not said. */
  prices?: Prices;
  /** What age and size take; nothing where it is not said. */
  retention?: RetentionRules;
  /** False leaves payloads as they came (tests and measurements). */
  compresses?: boolean;
  /** False makes no index of texts in the background; without it, as `compresses` says. */
  indexes?: boolean;
}

export interface SqliteStore extends Store {
  /** Compresses everything that may be compressed now; for tests and measurements. */
  compressNow(options?: { keepFresh?: number }): Promise<void>;
  /** Makes everything that is stored found by the search; of itself it does so in the background. */
  indexNow(): Promise<void>;
  /** Puts the calls of everything that is settled together for analyses; of itself it does so in the background. */
  takeCallsNow(): Promise<void>;
  /** Forgets now what is kept for days only; of itself it does so every ten minutes. */
  pruneNow(): Promise<void>;
}

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
  const { indexes = compresses } = options;
  const { hookTelemetryDays = 7, telemetryDays = 90 } = options;
  const errorOf = (error: unknown) => storeErrorOf(error, file);

  const meta = createMeta(database);
  const payloads = createPayloads(database);
  const reader = createEventReader(database, payloads);
  const facets = createFacets(database);
  const transcripts = createTranscripts(database);
  const prunedSessions = createPrunedSessions(database);
  const statusLines = createStatusLines(database);
  const quotas = createQuotas(database, now);
  const counters: Counters = { ...noCounters };
  const projection = createProjection(database, {
    eventsOf: reader.ofSession,
    entriesOf: (session) => transcripts.entriesOf(session.no, session.id),
    facets,
    processGone,
    costOf: (session) => ledger.costOf(session),
    statusLineOf: statusLines.of,
    onCreate: (id) => ledger.noteNew(id),
    prunedOf: (no) => prunedSessions.of(no),
    onRefold: (id) => options.onSessionChanged?.(id),
    onFoldError: (id, error) => onProblem(`An event of session ${id} could not be folded`, error),
  });
  const tombstones = createTombstones(database);
  const { prices = builtInPrices } = options;
  const meteredOf = createMetered(database);
  const ledger = createLedger(database, {
    prices,
    find: projection.find,
    entriesBefore: transcripts.entriesBefore,
    isDeletedRequest: tombstones.holdsRequest,
    meter(id) {
      const known = projection.find(id);
      const metered = known && (known.fold.firstAt !== '' || known.transcript) ? undefined : meteredOf(id);
      if (metered) projection.addMetered(id, metered);
    },
    onChanged: (id) => options.onSessionChanged?.(id),
  });
  const appender = createAppender(database, {
    counters,
    projection,
    facets,
    ledger,
    isDeleted: tombstones.holdsEvent,
    isForgotten: (event) => upkeep.isForgotten(event),
  });
  const telemetry = createTelemetry(database, {
    isDeleted: tombstones.holdsTelemetry,
    isForgotten: (nanos) => upkeep.isForgottenTelemetry(nanos),
    onPoint: ledger.addPoint,
  });
  const id = meta.get('store_id') ?? newId();

  const behind = createWriteBehind({
    ...{ database, projection, ledger, meta, counters, seq: appender.seq, commits: () => commits },
    afterRollback: () => memory.afterRollback(),
    onProblem: (problem, error) => onProblem(problem, errorOf(error)),
  });
  const commits = createGroupCommit(database, {
    ...{ beforeCommit: behind.beforeCommit, errorOf },
    afterRollback: () => memory.afterRollback(),
  });
  const compression = createCompression({ database, meta, commits, onProblem, settled: appender.settled });

  const annotations = createAnnotations(database);
  const search = createSearch(database, { commits, reader, transcripts, onProblem });
  const calls = createCallBuild(database, {
    ...{ commits, payloads, onProblem },
    entriesBehind: transcripts.entriesBehind,
  });
  const memory = createMemory({
    ...{ meta, counters, reader, appender, projection, ledger, tombstones },
    ...{ statusLines, telemetry, payloads, transcripts, facets, calls },
  });

  const upkeep = createUpkeep(database, {
    ...{ rules: options.retention ?? {}, hookTelemetryDays, telemetryDays },
    ...{ meta, counters, commits, behind, appender, projection, prunedSessions, payloads, transcripts, telemetry },
    ...{ statusLines, quotas, search, calls, pausing, now, onProblem },
    onChanged: (sessionId) => options.onSessionChanged?.(sessionId),
  });
  const deleteSession = createDeletion(database, {
    ...{ commits, search, tombstones, now, pausing },
    noOf: (sessionId) => projection.find(sessionId)?.no,
    settle() {
      compression.tidy();
      if (projection.isDirty() || ledger.isDirty()) behind.write();
      // Viewers resume by seq: a deleted newest one must not come again.
      meta.set('high_seq', appender.seq());
    },
    onGone(sessionId, events) {
      memory.onDeleted(sessionId, events);
      // The counters, too: after a crash they must not count what is gone.
      behind.write();
    },
  });

  const reading = createLongAnswers(database, { file, prices, projection, behind, search, now });
  const builds = createBuilds(database, {
    ...{ meta, commits, prices, ledger, event: reader.one, find: projection.find },
    entriesBehind: transcripts.entriesBehind,
    isEmpty: () => appender.seq() === 0 && transcripts.entriesBehind(0, 1).length === 0,
    onProblem: (error) => onProblem('The ledger of older sessions could not be made', errorOf(error)),
  });
  const deadLetters = createDeadLetters(database);
  const countSessions = database
    .prepare<[], number>('SELECT count(*) FROM sessions WHERE last_event_at IS NOT NULL')
    .pluck();

  memory.catchUp();
  if (indexes) search.start();
  if (compresses) compression.start();
  if (indexes) calls.start();
  upkeep.start();
  behind.start();
  builds.start();

  /** Nothing is settled or indexed while this works. */
  async function pausing<T>(work: () => Promise<T>): Promise<T> {
    await Promise.all([compression.pause(), search.pause()]);
    try {
      return await work();
    } finally {
      if (compresses) compression.resume();
      search.resume();
    }
  }

  function newId(): string {
    const made = randomUUID();
    meta.set('store_id', made);
    return made;
  }

  return {
    id,
    get seq() {
      return appender.seq();
    },

    append: (records) => commits.run(() => records.map(appender.append), { isAtomic: records.length === 1 }),

    appendPoints: (points) => commits.run(() => points.forEach(telemetry.addPoint)),
    appendSpans: (spans) => commits.run(() => spans.forEach(telemetry.addSpan)),

    ...createTranscriptDoor({ commits, projection, ledger, transcripts, tombstones, prunedSessions, now }),

    ...createStatusLineDoor({ commits, statusLines, quotas, tombstones }),

    reject: (letter) =>
      commits.run(
        () => {
          deadLetters.add(letter, now());
          counters.rejected += 1;
        },
        { isAtomic: true },
      ),

    ...createReadDoor(database, { reader, projection, behind, seq: appender.seq }),
    ...reading.answers,
    access: createAccessRows(database, commits),
    facets: () => ({ ...facets.read(), labels: annotations.labels() }),
    memo: (name) => meta.get(`memo ${name}`),
    setMemo: (name, value) =>
      commits.run(() => (value === undefined ? meta.drop(`memo ${name}`) : meta.set(`memo ${name}`, value))),
    deadLetters: deadLetters.newest,

    ...createAnnotationDoor({ commits, projection, annotations, now }),

    retention: async (asked) => ({ ...(await upkeep.report(asked)), databaseBytes: databaseBytes() }),
    prune: upkeep.free,
    deleteSession,

    stats() {
      return { ...counters, sessions: countSessions.get() ?? 0, databaseBytes: databaseBytes() };
    },

    async close() {
      await Promise.all([upkeep.stop(), reading.close()]);
      behind.stop();
      builds.stop();
      await Promise.all([compression.stop(), search.stop(), calls.pause()]);
      await commits.close();
      try {
        database.transaction(behind.writeAll)();
        database.pragma('wal_checkpoint(TRUNCATE)');
      } catch (error) {
        // A full disk: the events are in the log all the same, and sessions are folded from them at the next start.
        throw errorOf(error);
      } finally {
        payloads.close();
        closeDatabase();
      }
    },

    pruneNow: upkeep.prune,
    takeCallsNow: calls.runNow,
    indexNow: search.runNow,
    compressNow: (settings) => compression.runNow(settings?.keepFresh ?? 0),
  };

  function databaseBytes(): number {
    return ['', '-wal'].reduce(
      (sum, ending) => sum + (statSync(file + ending, { throwIfNoEntry: false })?.size ?? 0),
      0,
    );
  }
}

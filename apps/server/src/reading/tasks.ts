import { setImmediate } from 'node:timers/promises';
import type { Prices, Session } from '@telltale/core';
import type { Analysis } from '@telltale/core/analysis';
import { type AmsSession, amsSession, type ExportFacts, type ExportFormat } from '@telltale/core/export';
import type { SearchAnswer } from '@telltale/core/search-view';
import type { Database } from 'better-sqlite3';
import { createAnalyst } from '../analysis/analyst.ts';
import type { AnalysisQuery } from '../analysis/definition.ts';
import { byteStream } from '../export/byte-stream.ts';
import { formats } from '../export/formats.ts';
import { createSessionReader } from '../export/read.ts';
import { createAnnotationPages } from '../store/annotations.ts';
import { openConnection } from '../store/connection.ts';
import {
  createReconciliation,
  type ReconciledNumbers,
  type ReconciliationQuery,
} from '../store/ledger/reconciliation.ts';
import { createSessionCost } from '../store/ledger/session-cost.ts';
import { createPayloads } from '../store/payloads.ts';
import { createEventReader } from '../store/read-events.ts';
import { createSearchAnswer, type SearchQuery } from '../store/search/answer.ts';
import type { SearchProgress } from '../store/search/build.ts';
import { createSearchIndex } from '../store/search/search-index.ts';
import { createSearchSources } from '../store/search/sources.ts';
import { freshSearchText } from '../store/search-words.ts';
import { createTranscripts } from '../store/transcripts.ts';

/** A session of the store, as whoever asks told it last. */
export interface AskedSession {
  no: number;
  session: Session;
}

export interface AskedExport extends AskedSession {
  facts: ExportFacts;
}

export interface AskedFile extends AskedExport {
  file: number;
  format: ExportFormat;
}

export interface ReadingOptions {
  file: string;
  prices: Prices;
  /** The service ends, and nobody waits for an answer any more. */
  isStopped: () => boolean;
  /** An analysis may take seconds over a million events: after so long, others are answered in between. */
  turnMs?: number;
}

/** What is answered by a connection that only reads. What must be written before, is written by who asks. */
export function createReadingTasks({ file, prices, isStopped, turnMs = 15 }: ReadingOptions) {
  const database = openConnection(file, { readonly: true });
  database.pragma('cache_size = -8000');
  database.pragma('temp_store = MEMORY');
  const payloads = createPayloads(database);
  // Words in a filter are looked for by the views, which call it.
  database.function('fresh_search_text', { deterministic: true }, freshSearchText);
  const events = createEventReader(database, payloads);
  const transcripts = createTranscripts(database);
  const { snapshot, inTurns } = snapshotsOf(database, () => {
    payloads.forget();
    transcripts.forget();
  });
  const analyst = createAnalyst(database, { payloads, prices, isStopped });
  /** One after the other: each is a state of the database of its own. */
  let analyses: Promise<unknown> = Promise.resolve();
  const costOf = createSessionCost(database, prices);
  const annotations = createAnnotationPages(database);
  const search = createSearchTask(database, { reader: events, transcripts });
  const exports = new Map<number, ReadableStreamDefaultReader<Uint8Array>>();

  function readerOf({ no, session, facts }: AskedExport) {
    const store = {
      session: () => session,
      sessionCost: () => snapshot(() => costOf(no, session)),
      annotations: (query: Parameters<typeof annotations>[0]) => snapshot(() => annotations(query)),
      events: (query: Parameters<typeof events.page>[0]) => snapshot(() => events.page(query)),
      transcript: (query: Parameters<typeof transcripts.page>[1]) =>
        snapshot(() => ({ ...transcripts.page(no, query), complete: true })),
    };
    return createSessionReader({ store, now: () => Date.parse(facts.exportedAt) }, session.id, facts.isMasked);
  }

  return {
    tasks: {
      /** As JSON: to hand over ten thousand requests one by one would take as long as to read them. */
      sessionCost({ no, session }: AskedSession): Uint8Array<ArrayBuffer> {
        return new TextEncoder().encode(JSON.stringify(snapshot(() => costOf(no, session))));
      },
      analyse(query: AnalysisQuery): Promise<Analysis> {
        const analysis = analyses.then(() => inTurns(() => analyst.steps(query), turnMs));
        // The next one begins all the same; who asked for this one is told.
        analyses = analysis.catch(() => {});
        return analysis;
      },
      search: (query: SearchQuery): SearchAnswer & { isLost: boolean } => snapshot(() => search(query)),
      reconcile: createReconciliation(database) satisfies (query: ReconciliationQuery) => Promise<ReconciledNumbers>,
      async archived({ thinking, ...asked }: AskedExport & { thinking: boolean }): Promise<AmsSession | undefined> {
        const sources = await readerOf(asked).sources();
        return sources && amsSession(sources, asked.facts, { thinking });
      },
      /** `file` is how it is asked for afterwards, piece by piece. */
      exportBegin({ file, format, ...asked }: AskedFile): void {
        exports.set(file, byteStream(formats[format](readerOf(asked), asked.facts)).getReader());
      },
      /** Undefined at the end. */
      async exportNext(file: number): Promise<Uint8Array<ArrayBuffer> | undefined> {
        const begun = exports.get(file);
        if (!begun) throw new Error('the file was broken off');
        const { value } = await begun.read();
        if (value === undefined) exports.delete(file);
        return value as Uint8Array<ArrayBuffer> | undefined;
      },
      async exportEnd(file: number): Promise<void> {
        const cancelled = exports.get(file);
        exports.delete(file);
        await cancelled?.cancel();
      },
    },
    close() {
      payloads.close();
      database.close();
    },
  };
}

export type ReadingTasks = ReturnType<typeof createReadingTasks>['tasks'];

/**
 * One state of the database for each piece of work. Numbers of batches and chunks that were deleted are given to others:
 * what was kept of them is forgotten when anybody has written.
 */
function snapshotsOf(database: Database, forget: () => void) {
  const version = database.prepare<[], number>('PRAGMA data_version').pluck();
  let known = -1;
  function look(): void {
    const now = version.get() ?? 0;
    if (now !== known) forget();
    known = now;
  }
  const alone = database.transaction((work: () => unknown) => {
    look();
    return work();
  });

  return {
    /** While something is done in turns, it is answered from the same state. */
    snapshot: <T>(work: () => T) => (database.inTransaction ? work() : alone(work)) as T,

    /** Goes through the steps and answers others in between. */
    async inTurns<T>(begin: () => Generator<undefined, T>, turnMs: number): Promise<T> {
      database.exec('BEGIN');
      try {
        look();
        const work = begin();
        for (let until = performance.now() + turnMs; ; ) {
          const { done, value } = work.next();
          if (done) return value;
          if (performance.now() < until) continue;
          await setImmediate();
          until = performance.now() + turnMs;
        }
      } finally {
        database.exec('COMMIT');
      }
    },
  };
}

function createSearchTask(database: Database, sourcesOf: Parameters<typeof createSearchSources>[1]) {
  const index = createSearchIndex(database);
  let isLost = false;
  const answer = createSearchAnswer(database, {
    ...{ index, sources: createSearchSources(database, sourcesOf) },
    progress: (): SearchProgress => ({ isBuilding: false, share: 1, waiting: 0 }),
    onLost: () => (isLost = true),
  });
  return (query: SearchQuery) => {
    isLost = false;
    const found = answer(query);
    return { ...found, isLost };
  };
}

import { setImmediate } from 'node:timers/promises';
import { type PrunedPart, type RetentionPart, type RetentionReport, resultNames, usualKeepDays } from '@telltale/core';
import type { Database } from 'better-sqlite3';
import { isKeptSql, type RetentionRules } from './rules.ts';

/** What each part takes, and what would go were it kept for so many days. */
export type RetentionSizes = Pick<RetentionReport, 'parts' | 'kept'>;

export type KeepDays = Partial<Record<PrunedPart, number>>;

const dayMs = 24 * 60 * 60_000;
/** Row and index entries of an event beside its texts; of a transcript's line the same. Measured by the benchmark of the disk. */
const eventRowBytes = 420;
const entryRowBytes = 180;
/** The same of an event that just came: no index leads to it. */
const freshRowBytes = 250;
/** The main thread is given back after so long. */
const stepMs = 8;
const cachedMs = 30_000;

/** Events of a session looked at in one go. */
const lookRows = 4000;
const freshRows = 1000;

interface FreshRow {
  seq: number;
  session: number | null;
  at: number;
  bytes: number;
  isResult: number;
}

interface BatchSizes {
  batch: number;
  last: number;
  rows: number;
  bytes: number;
  results: number;
}

/** What goes together: a session, or a batch of events of none. */
interface Sizes {
  at: number;
  isSession: boolean;
  isKept: boolean;
  bytes: Record<PrunedPart, number>;
}

/** Looks through all sessions, with turns for others; what was found is told again for half a minute. */
export function createRetentionSizes(database: Database, rules: RetentionRules, now: () => number) {
  const sessions = database.prepare<[number, number], { no: number; at: number; isKept: number; resultsSeq: number }>(`
    SELECT s.no, s.last_event_at AS at, ${isKeptSql} AS isKept, coalesce(p.results_seq, 0) AS resultsSeq
    FROM sessions AS s LEFT JOIN pruned AS p ON p.session = s.no
    WHERE s.no > ? AND s.last_event_at IS NOT NULL ORDER BY s.no LIMIT ?`);
  const resultList = resultNames.map((name) => `'${name}'`).join(', ');
  const eventsOf = database.prepare<[number, number, number, number], BatchSizes>(`
    SELECT batch, max(seq) AS last, count(*) AS rows, sum(payload_bytes) AS bytes,
      sum(CASE WHEN seq > ? AND source = 'hook' AND name IN (${resultList}) THEN payload_bytes ELSE 0 END) AS results
    FROM (SELECT seq, batch, payload_bytes, source, name FROM event_log WHERE session = ? AND seq > ? ORDER BY seq LIMIT ?)
    GROUP BY batch`);
  const batchOf = database.prepare<[number], { texts: number; words: number }>(
    'SELECT length(payloads) AS texts, length(search_texts) AS words FROM batches WHERE no = ?',
  );
  const entriesOf = database
    .prepare<[number], number>('SELECT count(*) FROM transcript_entries WHERE session = ?')
    .pluck();
  const chunksOf = database
    .prepare<[number], number>('SELECT coalesce(sum(length(data)), 0) FROM transcript_chunks WHERE session = ?')
    .pluck();
  const freshEvents = database.prepare<[number, number], FreshRow>(`
    SELECT seq, session, at, payload_bytes AS bytes,
      source = 'hook' AND name IN (${resultList}) AND seq > coalesce(p.results_seq, 0) AS isResult
    FROM fresh_events LEFT JOIN pruned AS p USING (session) WHERE seq > ? ORDER BY seq LIMIT ?`);
  const ofNone = database.prepare<[number, number], { batch: number; at: number; rows: number }>(`
    SELECT batch, max(at) AS at, count(*) AS rows FROM event_log
    WHERE session IS NULL AND batch > ? GROUP BY batch ORDER BY batch LIMIT ?`);
  let known: { at: number; sizes: readonly Sizes[] } | undefined;
  let looking: Promise<readonly Sizes[]> | undefined;

  async function look(): Promise<readonly Sizes[]> {
    const found: Sizes[] = [];
    const turn = createTurn();
    const fresh = await freshSizes(turn);
    for (let after = 0; ; ) {
      const rows = sessions.all(after, 200);
      for (const { no, at, isKept, resultsSeq } of rows) {
        after = no;
        const { results, transcript, events } = await bytesOf(no, resultsSeq, turn);
        const newest = fresh.bySession.get(no) ?? { results: 0, events: 0 };
        const bytes = { results: results + newest.results, transcript, events: events + newest.events };
        found.push({ at, isSession: true, isKept: isKept === 1, bytes });
        await turn();
      }
      if (rows.length === 0) break;
    }
    found.push(...fresh.ofNone, ...(await settledOfNone(turn)));
    known = { at: now(), sizes: found };
    return found;
  }

  /** The newest events, as they came; they are not compressed. */
  async function freshSizes(turn: () => Promise<void>) {
    const bySession = new Map<number, { results: number; events: number }>();
    const ofNone: Sizes[] = [];
    for (let after = 0; ; ) {
      const rows = freshEvents.all(after, freshRows);
      for (const { seq, session, at, bytes, isResult } of rows) {
        after = seq;
        if (session === null) {
          ofNone.push(sessionless(at, bytes + freshRowBytes));
          continue;
        }
        const sum = bySession.get(session) ?? { results: 0, events: 0 };
        bySession.set(session, sum);
        sum[isResult === 1 ? 'results' : 'events'] += bytes;
        sum.events += freshRowBytes;
      }
      if (rows.length < freshRows) return { bySession, ofNone };
      await turn();
    }
  }

  async function settledOfNone(turn: () => Promise<void>): Promise<Sizes[]> {
    const found: Sizes[] = [];
    for (let after = 0; ; ) {
      const batches = ofNone.all(after, 200);
      for (const { batch, at, rows } of batches) {
        after = batch;
        const { texts, words } = batchOf.get(batch) ?? { texts: 0, words: 0 };
        found.push(sessionless(at, texts + words + rows * eventRowBytes));
      }
      if (batches.length === 0) return found;
      await turn();
    }
  }

  /** A result is as well compressed as what it lies beside. */
  async function bytesOf(no: number, resultsSeq: number, turn: () => Promise<void>) {
    const sum = { rows: 0, bytes: 0, results: 0, texts: 0, words: 0 };
    const batches = new Set<number>();
    for (let after = 0, isMore = true; isMore; ) {
      let looked = 0;
      for (const { batch, last, ...sizes } of eventsOf.all(resultsSeq, no, after, lookRows)) {
        looked += sizes.rows;
        after = Math.max(after, last);
        sum.rows += sizes.rows;
        sum.bytes += sizes.bytes;
        sum.results += sizes.results;
        if (batches.has(batch)) continue;
        batches.add(batch);
        const { texts, words } = batchOf.get(batch) ?? { texts: 0, words: 0 };
        sum.texts += texts;
        sum.words += words;
      }
      isMore = looked === lookRows;
      if (isMore) await turn();
    }
    const results = sum.bytes === 0 ? 0 : Math.round((sum.texts * sum.results) / sum.bytes);
    const transcript = (chunksOf.get(no) ?? 0) + (entriesOf.get(no) ?? 0) * entryRowBytes;
    return { results, transcript, events: sum.texts + sum.words - results + sum.rows * eventRowBytes };
  }

  return {
    /** Rows were taken away. */
    forget(): void {
      known = undefined;
    },
    async tell(asked: KeepDays): Promise<RetentionSizes> {
      const isFresh = known !== undefined && now() - known.at < cachedMs;
      looking ??= isFresh ? undefined : look().finally(() => (looking = undefined));
      const sizes = (await looking) ?? known?.sizes ?? [];
      const configured = { results: rules.resultsDays, transcript: rules.transcriptsDays, events: rules.eventsDays };
      const tell = (part: PrunedPart): RetentionPart => {
        const keepDays = configured[part];
        const days = asked[part] ?? keepDays ?? usualKeepDays[part];
        const held = sizes.filter(({ bytes }) => bytes[part] > 0);
        const old = held.filter(({ at, isKept }) => !isKept && at < now() - days * dayMs);
        return {
          ...{ part, bytes: sum(held, part), sessions: countSessions(held) },
          ...(keepDays !== undefined && { keepDays }),
          wouldFree: { days, bytes: sum(old, part), sessions: countSessions(old) },
        };
      };
      const kept = sizes.filter(({ isKept }) => isKept);
      return {
        parts: [tell('results'), tell('transcript'), tell('events')],
        kept: { sessions: kept.length, bytes: sum(kept, 'results') + sum(kept, 'transcript') + sum(kept, 'events') },
      };
    },
  };
}

function sessionless(at: number, events: number): Sizes {
  return { at, isSession: false, isKept: false, bytes: { results: 0, transcript: 0, events } };
}

function countSessions(sizes: readonly Sizes[]): number {
  return sizes.filter(({ isSession }) => isSession).length;
}

function sum(sizes: readonly Sizes[], part: PrunedPart): number {
  return sizes.reduce((all, { bytes }) => all + bytes[part], 0);
}

/** Gives the main thread back when it was held for long. */
function createTurn(): () => Promise<void> {
  let until = performance.now() + stepMs;
  return async () => {
    if (performance.now() < until) return;
    await setImmediate();
    until = performance.now() + stepMs;
  };
}

import { setImmediate } from 'node:timers/promises';
import { type PrunedPart, type RetentionPart, type RetentionReport, resultNames, usualKeepDays } from '@telltale/core';
import type { Database } from 'better-sqlite3';
import { isKeptSql, type RetentionRules } from './retention.ts';

/** What each part takes, and what would go were it kept for so many days. */
export type RetentionSizes = Pick<RetentionReport, 'parts' | 'kept'>;

export type KeepDays = Partial<Record<PrunedPart, number>>;

const dayMs = 24 * 60 * 60_000;
/** Row and index entries of an event beside its texts; of a transcript's line the same. Measured by the benchmark of the disk. */
const eventRowBytes = 420;
const entryRowBytes = 180;
/** The main thread is given back after so long. */
const stepMs = 8;
const cachedMs = 30_000;

interface SessionSizes {
  at: number;
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
  const eventsOf = database.prepare<[number, number], { rows: number; bytes: number; results: number }>(`
    SELECT count(*) AS rows, coalesce(sum(payload_bytes), 0) AS bytes, coalesce(sum(
      CASE WHEN seq > ? AND source = 'hook' AND name IN (${resultList}) THEN payload_bytes ELSE 0 END), 0) AS results
    FROM event_log WHERE session = ?`);
  const batchesOf = database.prepare<[number], { texts: number; words: number }>(`
    SELECT coalesce(sum(length(payloads)), 0) AS texts, coalesce(sum(length(search_texts)), 0) AS words
    FROM batches WHERE no IN (SELECT DISTINCT batch FROM event_log WHERE session = ?)`);
  const entriesOf = database
    .prepare<[number], number>('SELECT count(*) FROM transcript_entries WHERE session = ?')
    .pluck();
  const chunksOf = database
    .prepare<[number], number>('SELECT coalesce(sum(length(data)), 0) FROM transcript_chunks WHERE session = ?')
    .pluck();
  let known: { at: number; sizes: readonly SessionSizes[] } | undefined;
  let looking: Promise<readonly SessionSizes[]> | undefined;

  async function look(): Promise<readonly SessionSizes[]> {
    const found: SessionSizes[] = [];
    let until = performance.now() + stepMs;
    for (let after = 0; ; ) {
      const rows = sessions.all(after, 200);
      for (const { no, at, isKept, resultsSeq } of rows) {
        after = no;
        found.push({ at, isKept: isKept === 1, bytes: bytesOf(no, resultsSeq) });
        if (performance.now() < until) continue;
        await setImmediate();
        until = performance.now() + stepMs;
      }
      if (rows.length === 0) break;
    }
    known = { at: now(), sizes: found };
    return found;
  }

  /** A result is as well compressed as what it lies beside. */
  function bytesOf(no: number, resultsSeq: number): Record<PrunedPart, number> {
    const { rows, bytes, results: resultBytes } = eventsOf.get(resultsSeq, no) ?? { rows: 0, bytes: 0, results: 0 };
    const { texts, words } = batchesOf.get(no) ?? { texts: 0, words: 0 };
    const results = bytes === 0 ? 0 : Math.round((texts * resultBytes) / bytes);
    const transcript = (chunksOf.get(no) ?? 0) + (entriesOf.get(no) ?? 0) * entryRowBytes;
    return { results, transcript, events: texts + words - results + rows * eventRowBytes };
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
          ...{ part, bytes: sum(held, part), sessions: held.length },
          ...(keepDays !== undefined && { keepDays }),
          wouldFree: { days, bytes: sum(old, part), sessions: old.length },
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

function sum(sizes: readonly SessionSizes[], part: PrunedPart): number {
  return sizes.reduce((all, { bytes }) => all + bytes[part], 0);
}

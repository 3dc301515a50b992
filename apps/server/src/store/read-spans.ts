import { type SpanPage, spanView } from '@telltale/core';
import type { Database } from 'better-sqlite3';

export interface SpanQuery {
  sessionId: string;
  /** Only spans that began in this time, ms. */
  from?: number;
  to?: number;
  limit: number;
}

interface SpanRow {
  traceId: string;
  spanId: string;
  parentSpanId: string | null;
  name: string;
  start: string;
  end: string;
  status: number;
  attributes: string;
}

const nanosPerMs = 1_000_000n;
/** The last millisecond, in the year 2262, whose nanoseconds SQLite's integers hold. */
const lastMs = 9_223_372_036_854;

const nanosOf = (ms: number): bigint => BigInt(Math.min(lastMs, Math.max(-lastMs, ms))) * nanosPerMs;

/** Spans of a session in the order in which they began. */
export function createSpanReader(database: Database): (query: SpanQuery) => SpanPage {
  const inTime = database.prepare<[string, bigint, bigint, number], SpanRow>(`
    SELECT trace_id AS traceId, span_id AS spanId, parent_span_id AS parentSpanId, name, CAST(start AS TEXT) AS start,
      CAST(end AS TEXT) AS end, status, attributes
    FROM spans WHERE session_id = ? AND start >= ? AND start < ? ORDER BY start, span_id LIMIT ?`);
  return ({ sessionId, from = 0, to = lastMs, limit }) => {
    const rows = inTime.all(sessionId, nanosOf(Math.floor(from)), nanosOf(Math.ceil(to)), limit + 1);
    const isWhole = rows.length <= limit;
    return {
      spans: rows
        .slice(0, limit)
        .map(({ parentSpanId, ...row }) => spanView({ ...row, ...(parentSpanId !== null && { parentSpanId }) })),
      isWhole,
    };
  };
}

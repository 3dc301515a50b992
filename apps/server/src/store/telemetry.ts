import type { MetricPoint, Span } from '@telltale/core';
import type { Database } from 'better-sqlite3';

/** Metric points and spans, inside a transaction. Sent twice, in whatever order, nothing changes. */
export interface Telemetry {
  addPoint(point: MetricPoint): void;
  addSpan(span: Span): void;
  /** After a rollback or a deletion: what the database says holds. */
  forget(): void;
}

export interface TelemetryDeps {
  /** What was deleted with its session stays deleted. */
  isDeleted(sessionId: string, kind: 'point' | 'span', ...key: string[]): boolean;
  /** So old that it was forgotten, or would be at once. */
  isForgotten(nanos: bigint): boolean;
  /** A point is new, or another one than before. */
  onPoint(name: string, sessionId: string | undefined): void;
}

const maxKnown = 20_000;

export function createTelemetry(database: Database, { isDeleted, isForgotten, onPoint }: TelemetryDeps): Telemetry {
  const putSeries = database
    .prepare<unknown[], number>(`
      INSERT INTO metric_series (id, name, unit, kind, temporality, is_monotonic, session_id, attributes, resource)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET id = excluded.id RETURNING no`)
    .pluck();
  // The latest time wins; two values of one time are settled by size, so that the order of arrival decides nothing.
  const putPoint = database.prepare(`
    INSERT INTO metric_points (series, start, slot, time, value, data) VALUES (?, ?, ?, ?, ?, ?)
    ON CONFLICT (series, start, slot) DO UPDATE SET time = excluded.time, value = excluded.value, data = excluded.data
    WHERE excluded.time > time OR (excluded.time = time AND coalesce(excluded.value > value, excluded.data > data))`);
  // A span is sent when it has ended; where two tell one, the one that ended later.
  const putSpan = database.prepare(`
    INSERT INTO spans (trace_id, span_id, parent_span_id, name, start, end, status, session_id, attributes)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (trace_id, span_id) DO UPDATE SET end = excluded.end, status = excluded.status,
      attributes = excluded.attributes, name = excluded.name
    WHERE excluded.end > end`);
  const known = new Map<string, number>();

  function seriesOf(point: MetricPoint): number {
    const no = known.get(point.seriesId);
    if (no !== undefined) return no;
    const { seriesId, name, unit, kind, temporality, isMonotonic, sessionId = null, attributes, resource } = point;
    const put = putSeries.get(
      ...[seriesId, name, unit, kind, temporality, isMonotonic ? 1 : 0, sessionId, attributes, resource],
    );
    if (put === undefined) throw new Error('a series has no number');
    if (known.size >= maxKnown) known.clear();
    known.set(seriesId, put);
    return put;
  }

  return {
    addPoint(point) {
      const { seriesId, sessionId, start, time, temporality, value = null, data = null } = point;
      if (isForgotten(BigInt(time))) return;
      const slot = temporality === 'cumulative' ? '0' : time;
      if (sessionId !== undefined && isDeleted(sessionId, 'point', seriesId, start, slot)) return;
      const { changes } = putPoint.run(seriesOf(point), BigInt(start), BigInt(slot), BigInt(time), value, data);
      if (changes > 0) onPoint(point.name, sessionId);
    },
    addSpan(span) {
      const { traceId, spanId, parentSpanId = null, name, start, end, status, sessionId = null, attributes } = span;
      if (isForgotten(BigInt(end))) return;
      if (sessionId !== null && isDeleted(sessionId, 'span', traceId, spanId)) return;
      putSpan.run(traceId, spanId, parentSpanId, name, BigInt(start), BigInt(end), status, sessionId, attributes);
    },
    forget: () => known.clear(),
  };
}

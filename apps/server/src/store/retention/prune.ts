import type { NewEvent } from '@telltale/core';
import type { Database } from 'better-sqlite3';
import { createForgottenPoints, type ForgottenPoint } from '../ledger/metric-sums.ts';
import type { Counters, Meta } from '../meta.ts';
import { isNote, isNoteSql } from '../notes.ts';
import { createCutoff } from './cutoff.ts';

/**
 * Forgets what is kept for days only: the client's notes on hooks and plugins, most of what telemetry sends; and metric
 * points and spans. What was forgotten once does not come back when it is sent again.
 */
export interface Pruning {
  /** Each deletes some of what is older than `before` (ms), inside a transaction; false when nothing was left to do. */
  notes(before: number): boolean;
  points(before: number): boolean;
  spans(before: number): boolean;
  isForgotten(event: NewEvent): boolean;
  /** Of a metric point or a span, by its time in nanoseconds. */
  isForgottenTelemetry(nanos: bigint): boolean;
}

export interface PruningDeps {
  meta: Meta;
  counters: Counters;
  now(): number;
  /** Payloads and series that were kept in memory are gone. */
  forget(): void;
}

/** Deleted in one transaction: more would make those who append wait. */
const stepRows = 1000;

export function createPruning(database: Database, { meta, counters, now, forget }: PruningDeps): Pruning {
  const old = database.prepare<[number, number, number], { seq: number; batch: number }>(`
    SELECT seq, batch FROM event_log INDEXED BY event_log_of_telemetry
    WHERE ${isNoteSql} AND at < ? AND seq < ? LIMIT ?`);
  const drop = database.prepare('DELETE FROM event_log WHERE seq = ?');
  // Notes lie in batches of their own: see compress.ts.
  const isUsed = database
    .prepare<[number], number>("SELECT 1 FROM event_log WHERE source = 'otel' AND batch = ? LIMIT 1")
    .pluck();
  const dropBatch = database.prepare('DELETE FROM batches WHERE no = ?');
  const dropPoints = database.prepare<[bigint, number], ForgottenPoint>(`
    DELETE FROM metric_points WHERE (series, start, slot) IN
      (SELECT series, start, slot FROM metric_points INDEXED BY metric_points_by_time WHERE time < ? LIMIT ?)
    RETURNING series, round(value * 1e9) AS billionths, round(value * 1e6) AS millionths`);
  const keepSums = createForgottenPoints(database);
  const dropSeries = database.prepare(
    'DELETE FROM metric_series WHERE no = ? AND no NOT IN (SELECT series FROM metric_points WHERE series = no)',
  );
  const dropSpans = database.prepare(`
    DELETE FROM spans WHERE (trace_id, span_id) IN
      (SELECT trace_id, span_id FROM spans INDEXED BY spans_by_end WHERE end < ? LIMIT ?)`);

  const notesBefore = createCutoff(meta, 'notes_before', now);
  const telemetryBefore = createCutoff(meta, 'telemetry_before', now);

  return {
    notes(before) {
      notesBefore.move(before);
      // A plan that is under way has batches whose events are not all settled yet.
      const [, planFrom = 0] = (meta.get('settle_plan') ?? '').split(' ').map(Number);
      const rows = old.all(before, planFrom, stepRows);
      for (const { seq } of rows) drop.run(seq);
      for (const batch of new Set(rows.map(({ batch }) => batch))) {
        if (isUsed.get(batch) === undefined) dropBatch.run(batch);
      }
      counters.events -= rows.length;
      if (rows.length > 0) forget();
      return rows.length === stepRows;
    },

    points(before) {
      telemetryBefore.move(before);
      const points = dropPoints.all(nanosOf(before), stepRows);
      keepSums(points);
      for (const no of new Set(points.map(({ series }) => series))) dropSeries.run(no);
      if (points.length > 0) forget();
      return points.length === stepRows;
    },

    spans(before) {
      telemetryBefore.move(before);
      return dropSpans.run(nanosOf(before), stepRows).changes === stepRows;
    },

    isForgotten: (event) => isNote(event) && Date.parse(event.at) < notesBefore.ms(),
    isForgottenTelemetry: (nanos) => nanos < nanosOf(telemetryBefore.ms()),
  };
}

function nanosOf(ms: number): bigint {
  return BigInt(Math.max(0, Math.trunc(ms))) * 1_000_000n;
}

import { isFields, type Metered, modelBase, textAt, unknownApp } from '@telltale/core';
import type { Database } from 'better-sqlite3';
import type { Step } from '../background-build.ts';
import { summedMetrics } from '../ledger/metric-sums.ts';

interface SeriesRow {
  attributes: string;
  resource: string;
  firstAt: number;
  lastAt: number;
}

/**
 * What a session's metrics tell of it; undefined where they tell of no use of a model. `session.count` alone is no
 * session: every process sends it, those of the ids that `--continue` does not keep, too.
 */
export function createMetered(database: Database): (sessionId: string) => Metered | undefined {
  const series = database.prepare<[string], SeriesRow>(`
    SELECT attributes, resource, min(iif(start > 0, start, time)) / 1000000 AS firstAt, max(time) / 1000000 AS lastAt
    FROM metric_series AS series JOIN metric_points AS points ON points.series = series.no
    WHERE session_id = ? AND ${isUseSql} AND points.value > 0
    GROUP BY series.no ORDER BY lastAt DESC`);
  return (sessionId) => {
    const rows = series.all(sessionId);
    const [newest] = rows;
    if (!newest) return undefined;
    const told = { ...fieldsOf(newest.resource), ...fieldsOf(newest.attributes) };
    const model = textAt(told, 'model');
    return {
      firstAt: isoOf(Math.min(...rows.map(({ firstAt }) => firstAt))),
      lastAt: isoOf(newest.lastAt),
      app: textAt(told, 'project') ?? unknownApp,
      user: textAt(told, 'user') ?? textAt(told, 'user.name'),
      host: textAt(told, 'host.name'),
      model: model === undefined ? undefined : modelBase(model),
    };
  };
}

const isUseSql = `name IN ('${summedMetrics.cost}', '${summedMetrics.tokens}') AND temporality <> 'none'`;
const stepRows = 50;

/** Metrics of sessions that are none yet: those that were stored before metrics could make one. */
export function meteredParts(database: Database, { onFound }: { onFound(sessionId: string): void }): Step[] {
  const unknown = database
    .prepare<[string, number], string>(`
      SELECT DISTINCT session_id FROM metric_series AS series LEFT JOIN sessions ON sessions.id = session_id
      WHERE session_id > ? AND series.${isUseSql} AND started_at IS NULL ORDER BY session_id LIMIT ?`)
    .pluck();
  return [
    ({ id }) => {
      const found = unknown.all(id, stepRows);
      for (const sessionId of found) onFound(sessionId);
      const last = found.at(-1);
      return last === undefined ? undefined : { id: last };
    },
  ];
}

function fieldsOf(json: string): Record<string, unknown> {
  const value: unknown = JSON.parse(json);
  return isFields(value) ? value : {};
}

function isoOf(ms: number): string {
  return new Date(ms).toISOString();
}

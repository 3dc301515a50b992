import type { Database } from 'better-sqlite3';

/** What a session's metrics sum up to, per model and type; whole numbers, exact in any order. */
export interface MetricSum {
  name: string;
  model: string;
  /** The metric's own `type`, else empty. */
  type: string;
  /** In billionths of a dollar, else in millionths. */
  value: number;
  /** Of the newest point (ms); null where all of them are forgotten. */
  at: number | null;
}

/** The metrics that sessions' totals are made of. */
export const summedMetrics = {
  cost: 'claude_code.cost.usage',
  tokens: 'claude_code.token.usage',
  lines: 'claude_code.lines_of_code.count',
  commits: 'claude_code.commit.count',
  pullRequests: 'claude_code.pull_request.count',
  activeTime: 'claude_code.active_time.total',
} as const;

const names: ReadonlySet<string> = new Set(Object.values(summedMetrics));
const namesSql = [...names].map((name) => `'${name}'`).join(', ');
/** A sum of doubles depends on their order, one of whole numbers does not; `total` never overflows. */
const wholeSql = `round(points.value * CASE series.name WHEN '${summedMetrics.cost}' THEN 1e9 ELSE 1e6 END)`;
/** A cumulative series has one point per process, its latest; a delta series has them all. */
const sumsSql = `
  SELECT series.name, series.session_id, coalesce(series.attributes ->> '$.model', '') AS model,
    coalesce(series.attributes ->> '$.type', '') AS type, total(${wholeSql}) AS value, max(points.time) / 1000000 AS at
  FROM metric_series AS series JOIN metric_points AS points ON points.series = series.no
  WHERE series.name IN (${namesSql}) AND series.temporality <> 'none' AND points.value > 0`;

export function isSummed(name: string): boolean {
  return names.has(name);
}

/** All sums of a session, those of points that are forgotten by age among them. */
export function createMetricSums(database: Database): (no: number, sessionId: string) => MetricSum[] {
  const kept = database.prepare<[string], MetricSum>(`${sumsSql} AND series.session_id = ? GROUP BY series.no`);
  const forgotten = database.prepare<[number], MetricSum>(
    'SELECT name, model, type, value, NULL AS at FROM forgotten_points WHERE session = ?',
  );
  return (no, sessionId) => [...kept.all(sessionId), ...forgotten.all(no)];
}

/** A point that was deleted because of its age; null for what is no single number. */
export interface ForgottenPoint {
  series: number;
  billionths: number | null;
  millionths: number | null;
}

interface SeriesRow {
  name: string;
  session: number;
  model: string;
  type: string;
}

/** Keeps the sums of points that are deleted, while their series are there still: a session's totals stay. */
export function createForgottenPoints(database: Database): (points: readonly ForgottenPoint[]) => void {
  const seriesOf = database.prepare<[number], SeriesRow>(`
    SELECT name, sessions.no AS session, coalesce(attributes ->> '$.model', '') AS model,
      coalesce(attributes ->> '$.type', '') AS type
    FROM metric_series AS series JOIN sessions ON sessions.id = session_id
    WHERE series.no = ? AND name IN (${namesSql}) AND temporality <> 'none'`);
  const add = database.prepare(`
    INSERT INTO forgotten_points (session, name, model, type, value) VALUES (?, ?, ?, ?, ?)
    ON CONFLICT (session, name, model, type) DO UPDATE SET value = value + excluded.value`);

  return (points) => {
    const known = new Map<number, SeriesRow | undefined>();
    for (const { series, billionths, millionths } of points) {
      if (!known.has(series)) known.set(series, seriesOf.get(series));
      const row = known.get(series);
      const value = row?.name === summedMetrics.cost ? billionths : millionths;
      if (row && value !== null && value > 0) add.run(row.session, row.name, row.model, row.type, value);
    }
  };
}

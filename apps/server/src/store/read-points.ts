import type { PointPage, PointView } from '@telltale/core';
import type { Database } from 'better-sqlite3';

export interface PointQuery {
  sessionId: string;
  limit: number;
}

interface PointRow extends Omit<PointView, 'value'> {
  value: number | null;
}

/** Metric points of a session: of a cumulative series the last one, of another all. */
export function createPointReader(database: Database): (query: PointQuery) => PointPage {
  const ofSession = database.prepare<[string, number], PointRow>(`
    SELECT name, unit, temporality, time / 1000000 AS atMs, value
    FROM metric_series JOIN metric_points ON series = no
    WHERE session_id = ? ORDER BY name, time LIMIT ?`);
  return ({ sessionId, limit }) => {
    const rows = ofSession.all(sessionId, limit + 1);
    return {
      points: rows.slice(0, limit).map(({ value, ...row }) => ({ ...row, ...(value !== null && { value }) })),
      isWhole: rows.length <= limit,
    };
  };
}

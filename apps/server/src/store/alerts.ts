import type { TelltaleEvent } from '@telltale/core';
import type { Database } from 'better-sqlite3';

const maxAlerts = 500;

/** The alerts since then, newest first. */
export function createAlerts(
  database: Database,
  one: (seq: number) => TelltaleEvent | undefined,
): (since: number) => TelltaleEvent[] {
  const seqs = database
    .prepare<[number, number], number>(`
      SELECT seq FROM fresh_events WHERE source = 'alert' AND at >= ?
      UNION ALL SELECT seq FROM event_log WHERE source = 'alert' AND at >= ?
      ORDER BY seq DESC LIMIT ${maxAlerts}`)
    .pluck();
  return (since) => seqs.all(since, since).flatMap((seq) => one(seq) ?? []);
}

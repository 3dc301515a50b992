import type { Pulse } from '@telltale/core';
import type { Database } from 'better-sqlite3';
import type { PulseQuery } from './queries.ts';

interface BucketRow {
  bucket: number;
  events: number;
  failures: number;
  waits: number;
}

/** Counts of events per bucket of time, for the chart above the feed. */
export function readPulse(database: Database, { from, bucketMs, buckets, sessionId }: PulseQuery): Pulse {
  const ofSession = sessionId === undefined ? '' : 'AND session = (SELECT no FROM sessions WHERE id = ?)';
  const params = [from, bucketMs, from, from + buckets * bucketMs, ...(sessionId === undefined ? [] : [sessionId])];
  const pulse: Pulse = {
    from: new Date(from).toISOString(),
    bucketMs,
    buckets: Array.from({ length: buckets }, () => ({ events: 0, failures: 0, waits: 0 })),
  };
  for (const table of ['event_log', 'fresh_events']) {
    const rows = database.prepare<unknown[], BucketRow>(
      `SELECT CAST((at - ?) / ? AS INTEGER) AS bucket, count(*) AS events,
         sum(outcome IS 'failed') AS failures, sum(name = 'PermissionRequest') AS waits
       FROM ${table} WHERE at >= ? AND at < ? ${ofSession} GROUP BY bucket`,
    );
    for (const row of rows.all(...params)) {
      const bucket = pulse.buckets[row.bucket];
      if (!bucket) continue;
      bucket.events += row.events;
      bucket.failures += row.failures;
      bucket.waits += row.waits;
    }
  }
  return pulse;
}

import { demoIdEnd, type Quota, type QuotaReport, type QuotaWindow } from '@telltale/core';
import { present } from '@telltale/core/present';
import type { Database } from 'better-sqlite3';

/** How much of their usage limits people have used, as status lines told it. */
export interface Quotas {
  /** As a session's status line told it; inside a transaction. */
  put(quota: Quota, sessionId: string): void;
  /** The newest of each window, user and machine. */
  newest(): Quota[];
  /** The same without what the demo told. */
  newestReal(): Quota[];
  /** The same, and what they were since then (ms), oldest first. */
  report(since: number): QuotaReport;
  /** Forgets what is older than `before` (ms), inside a transaction. */
  prune(before: number): void;
}

interface QuotaRow {
  user: string;
  host: string;
  kind: QuotaWindow;
  at: number;
  used: number;
  resets: number | null;
}

/** A point that says less than this much more than the one before takes its place. */
const stepPercent = 1;
const stepMs = 15 * 60_000;
const maxHistory = 5000;
/** Who was silent for so long is not told of: the longer window has begun anew since. */
const newestMs = 8 * 24 * 60 * 60_000;

const columns = 'user, host, kind, at, used_percent AS used, resets_at AS resets';

export function createQuotas(database: Database, now: () => number): Quotas {
  const around = database.prepare<[string, string, string, number], QuotaRow>(
    `SELECT ${columns} FROM quota_points WHERE user = ? AND host = ? AND kind = ? AND at <= ? ORDER BY at DESC LIMIT 2`,
  );
  const hasLater = database
    .prepare<[string, string, string, number], number>(
      'SELECT 1 FROM quota_points WHERE user = ? AND host = ? AND kind = ? AND at > ? LIMIT 1',
    )
    .pluck();
  const insert = database.prepare(`
    INSERT OR REPLACE INTO quota_points (user, host, kind, at, used_percent, resets_at, session_id)
    VALUES (?, ?, ?, ?, ?, ?, ?)`);
  const drop = database.prepare('DELETE FROM quota_points WHERE user = ? AND host = ? AND kind = ? AND at = ?');
  const newestWhere = (condition: string) =>
    database.prepare<[number], QuotaRow>(
      `SELECT ${columns}, max(at) FROM quota_points WHERE at >= ? AND ${condition} GROUP BY user, host, kind`,
    );
  const newest = newestWhere('TRUE');
  // Of what an older version noted nobody knows who told it.
  const newestReal = newestWhere(`coalesce(substr(session_id, -${demoIdEnd.length}), '') <> '${demoIdEnd}'`);
  const history = database.prepare<[number], QuotaRow>(
    `SELECT * FROM (SELECT ${columns} FROM quota_points WHERE at >= ? ORDER BY at DESC LIMIT ${maxHistory}) ORDER BY at`,
  );
  const prune = database.prepare('DELETE FROM quota_points WHERE at < ?');
  const newestNow = () => newest.all(now() - newestMs).map(quotaOf);

  return {
    put({ window, usedPercent, resetsAt, at: told, user = '', host = '' }, sessionId) {
      const at = Date.parse(told);
      const resets = resetsAt === undefined ? null : Date.parse(resetsAt);
      const [last, before] = around.all(user, host, window, at);
      // One that came late tells of a time that is thinned already.
      if (hasLater.get(user, host, window, at) !== undefined) return;
      const isNear = (point: QuotaRow | undefined) =>
        point !== undefined &&
        point.resets === resets &&
        Math.abs(point.used - usedPercent) < stepPercent &&
        at - point.at < stepMs;
      // The newest is always there; the one before it only where it says something that its neighbours do not.
      if (last && isNear(last) && isNear(before)) drop.run(user, host, window, last.at);
      insert.run(user, host, window, at, usedPercent, resets, sessionId);
    },
    newest: newestNow,
    newestReal: () => newestReal.all(now() - newestMs).map(quotaOf),
    report: (since) => ({ quotas: newestNow(), history: history.all(since).map(quotaOf) }),
    prune: (before) => void prune.run(before),
  };
}

function quotaOf({ user, host, kind, at, used, resets }: QuotaRow): Quota {
  return present({
    window: kind,
    usedPercent: used,
    resetsAt: resets === null ? undefined : new Date(resets).toISOString(),
    at: new Date(at).toISOString(),
    user: user || undefined,
    host: host || undefined,
  });
}

import { demoIdEnd, usdOfNanos } from '@telltale/core';
import type { Database } from 'better-sqlite3';

/** What alerts ask beside what pages ask, all without the demo. Times in ms; money from the view that all sums come from. */
export interface AlertNumbers {
  spentBetween(from: number, to?: number): number;
  spentByUser(since: number): { user: string; costUsd: number }[];
  spentBySession(since: number): { sessionId: string; costUsd: number }[];
  /** Machines, or people where no machine was told, with the time of their last event. */
  reporters(since: number): { name: string; lastAt: number }[];
}

/** From the index of ids alone. */
const demoSql = `SELECT no FROM sessions WHERE substr(id, -${demoIdEnd.length}) = '${demoIdEnd}'`;

export function createAlertNumbers(database: Database, beforeMoney: () => void): AlertNumbers {
  const between = database
    .prepare<[number, number], number>(
      `SELECT total(cost_nanos) FROM spend WHERE at >= ? AND at < ? AND session NOT IN (${demoSql})`,
    )
    .pluck();
  const byUser = database.prepare<[number], { user: string; nanos: number }>(`
    SELECT sessions.user AS user, total(spend.cost_nanos) AS nanos FROM spend
    JOIN sessions ON sessions.no = spend.session
    WHERE spend.at >= ? AND sessions.user IS NOT NULL AND sessions.no NOT IN (${demoSql}) GROUP BY sessions.user`);
  const bySession = database.prepare<[number], { id: string; nanos: number }>(`
    SELECT sessions.id AS id, total(spend.cost_nanos) AS nanos FROM spend
    JOIN sessions ON sessions.no = spend.session
    WHERE spend.at >= ? AND sessions.no NOT IN (${demoSql}) GROUP BY sessions.no`);
  const reporters = database.prepare<[number], { name: string; lastAt: number }>(`
    SELECT coalesce(host, user) AS name, max(last_event_at) AS lastAt FROM sessions
    WHERE last_event_at >= ? AND coalesce(host, user) IS NOT NULL AND no NOT IN (${demoSql}) GROUP BY 1`);
  return {
    spentBetween(from, to = Number.MAX_SAFE_INTEGER) {
      beforeMoney();
      return usdOfNanos(between.get(from, to) ?? 0);
    },
    spentByUser(since) {
      beforeMoney();
      return byUser.all(since).map(({ user, nanos }) => ({ user, costUsd: usdOfNanos(nanos) }));
    },
    spentBySession(since) {
      beforeMoney();
      return bySession.all(since).map(({ id, nanos }) => ({ sessionId: id, costUsd: usdOfNanos(nanos) }));
    },
    reporters: (since) => reporters.all(since),
  };
}

import { usdOfNanos } from '@telltale/core';
import type { Database } from 'better-sqlite3';
import { isUnpricedSql } from './request-sql.ts';

/** What all sessions together cost since a time, by the view that all sums of money come from. */
export interface SpentSince {
  /** Absent while nothing is known. */
  costUsd?: number;
  /** Of it: by the price table, from transcripts alone. */
  estimatedUsd: number;
}

export function createSpentSince(database: Database, beforeMoney: () => void): (sinceMs: number) => SpentSince {
  const sum = database.prepare<[number], { rows: number; nanos: number; estimated: number }>(`
    SELECT count(*) AS rows, total(cost_nanos) AS nanos,
      total(CASE WHEN kind = 'estimated' THEN cost_nanos END) AS estimated
    FROM spend WHERE at >= ? AND NOT ${isUnpricedSql}`);
  return (sinceMs) => {
    beforeMoney();
    const { rows, nanos, estimated } = sum.get(sinceMs) ?? { rows: 0, nanos: 0, estimated: 0 };
    return { ...(rows > 0 && { costUsd: usdOfNanos(nanos) }), estimatedUsd: usdOfNanos(estimated) };
  };
}

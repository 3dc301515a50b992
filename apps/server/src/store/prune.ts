import { bookkeepingNames } from '@telltale/core';
import type { Database } from 'better-sqlite3';
import type { Counters, Meta } from './meta.ts';

/** Forgets what is kept for days only: the client's notes on hooks and plugins, most of what telemetry sends. */
export interface Pruning {
  /** Deletes some of what is older than `before` (ms), inside a transaction; false when nothing was left to do. */
  step(before: number): boolean;
}

export interface PruningDeps {
  meta: Meta;
  counters: Counters;
  /** Payloads that were kept in memory are gone. */
  forget(): void;
}

const stepEvents = 1000;

export function createPruning(database: Database, { meta, counters, forget }: PruningDeps): Pruning {
  const names = bookkeepingNames.map((name) => `'${name}'`).join(', ');
  const old = database.prepare<[number, number, number], { seq: number; batch: number }>(`
    SELECT seq, batch FROM event_log INDEXED BY event_log_of_telemetry
    WHERE source = 'otel' AND name IN (${names}) AND at < ? AND seq < ? LIMIT ?`);
  const drop = database.prepare('DELETE FROM event_log WHERE seq = ?');
  // Notes lie in batches of their own: see compress.ts.
  const isUsed = database
    .prepare<[number], number>("SELECT 1 FROM event_log WHERE source = 'otel' AND batch = ? LIMIT 1")
    .pluck();
  const dropBatch = database.prepare('DELETE FROM batches WHERE no = ?');

  return {
    step(before) {
      // A plan that is under way has batches whose events are not all settled yet.
      const [, planFrom = 0] = (meta.get('settle_plan') ?? '').split(' ').map(Number);
      const rows = old.all(before, planFrom, stepEvents);
      for (const { seq } of rows) drop.run(seq);
      for (const batch of new Set(rows.map(({ batch }) => batch))) {
        if (isUsed.get(batch) === undefined) dropBatch.run(batch);
      }
      counters.events -= rows.length;
      if (rows.length > 0) forget();
      return rows.length === stepEvents;
    },
  };
}

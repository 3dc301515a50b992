import type { Database } from 'better-sqlite3';
import { StoreError } from './errors.ts';

export interface GroupCommit {
  /**
   * Runs `work` inside the next transaction and resolves after its COMMIT. Work that throws is rolled back alone
   * and rejects alone, unless the database gave up the whole transaction (a full disk): then all of it rejects.
   * Work that `isAtomic` leaves nothing half done when it throws: it needs no savepoint, which costs as much as an append.
   */
  run<T>(work: () => T, options?: { isAtomic?: boolean }): Promise<T>;
  /** Resolves when everything that was given before is committed or rejected; nothing is taken afterwards. */
  close(): Promise<void>;
}

export interface GroupCommitHooks {
  /** Last in the transaction, before COMMIT. */
  beforeCommit(): void;
  /** A transaction is gone, or one work's part of it: what was kept in memory about it must go too. */
  afterRollback(): void;
  errorOf(error: unknown): unknown;
}

interface Job {
  work: () => unknown;
  isAtomic: boolean;
  resolve: (value: never) => void;
  reject: (error: unknown) => void;
}

/** How many jobs share one transaction at most, so that one COMMIT never takes long. */
const maxJobs = 512;
/** After this long a transaction is committed although more is queued. */
const maxTransactionMs = 12;

/** Everything queued while the last COMMIT ran becomes one transaction, so fsync is paid once for all of it. */
export function createGroupCommit(database: Database, hooks: GroupCommitHooks): GroupCommit {
  const begin = database.prepare('BEGIN IMMEDIATE');
  const commit = database.prepare('COMMIT');
  const rollback = database.prepare('ROLLBACK');
  let queue: Job[] = [];
  let isScheduled = false;
  let isClosed = false;
  let drained: (() => void) | undefined;

  function schedule(): void {
    if (isScheduled) return;
    isScheduled = true;
    setImmediate(flush);
  }

  function flush(): void {
    isScheduled = false;
    const jobs = queue;
    const results: unknown[] = [];
    const failed = new Map<number, unknown>();
    try {
      begin.run();
      const until = performance.now() + maxTransactionMs;
      for (const job of jobs) {
        if (results.length >= maxJobs || (results.length > 0 && performance.now() > until)) break;
        try {
          results.push(job.isAtomic ? job.work() : inSavepoint(job.work));
        } catch (error) {
          if (!database.inTransaction) throw error;
          failed.set(results.push(undefined) - 1, hooks.errorOf(error));
          if (!job.isAtomic) hooks.afterRollback();
        }
      }
      hooks.beforeCommit();
      commit.run();
    } catch (error) {
      failAll(jobs, error);
      return;
    }
    queue = jobs.length === results.length ? [] : jobs.slice(results.length);
    for (const [index, result] of results.entries()) {
      const job = jobs[index];
      if (failed.has(index)) job?.reject(failed.get(index));
      else job?.resolve(result as never);
    }
    goOn();
  }

  function failAll(jobs: readonly Job[], cause: unknown): void {
    if (database.inTransaction) rollback.run();
    queue = [];
    const error = hooks.errorOf(cause);
    try {
      hooks.afterRollback();
    } finally {
      for (const job of jobs) job.reject(error);
      goOn();
    }
  }

  function goOn(): void {
    if (queue.length > 0) schedule();
    else drained?.();
  }

  const inSavepoint = database.transaction((work: () => unknown) => work());

  return {
    run<T>(work: () => T, { isAtomic = false } = {}) {
      if (isClosed) return Promise.reject(new StoreError('closed', 'The store is closed.'));
      return new Promise<T>((resolve, reject) => {
        queue.push({ work, isAtomic, resolve: resolve as Job['resolve'], reject });
        schedule();
      });
    },
    async close() {
      isClosed = true;
      if (queue.length > 0) await new Promise<void>((resolve) => (drained = resolve));
    },
  };
}

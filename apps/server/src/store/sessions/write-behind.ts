import type { Filter } from '@telltale/core';
import type { Database } from 'better-sqlite3';
import type { GroupCommit } from '../group-commit.ts';
import type { Ledger, TotalsLimit } from '../ledger/ledger.ts';
import type { Counters, Meta } from '../meta.ts';
import type { ProjectedSession } from './projected-session.ts';
import type { Projection } from './projection.ts';

/** When what is known of sessions goes to disk: behind the events, and soon. */
export interface WriteBehind {
  /** Rebuilds folds of an older version from now on, one after the other. */
  start(): void;
  /** Last in each transaction. */
  beforeCommit(): void;
  /** Writes it now, inside a transaction; of totals that wait not more than who appends can wait for. */
  write(): void;
  /** All of it, at the end. */
  writeAll(): void;
  /** Lists are read from what is written; a filter may ask for what time has changed since. */
  forReading(filter: Filter | undefined, at: number): void;
  /** Sums of money are read from what is written: all that waits now, in steps between which others append. */
  forTotals(): Promise<void>;
  /** For who cannot wait; where very many sessions changed at once, some are told as they were before. */
  forSums(): void;
  forTotalsOf(session: ProjectedSession): void;
  stop(): void;
}

export interface WriteBehindDeps {
  database: Database;
  projection: Projection;
  ledger: Ledger;
  meta: Meta;
  counters: Counters;
  /** The newest `seq`, also while its transaction is still open. */
  seq(): number;
  /** Late: the commits call `beforeCommit`. */
  commits(): GroupCommit;
  /** What was written here is gone: memory goes back to what the database says. */
  afterRollback(): void;
  onProblem(problem: string, error: unknown): void;
}

/** How long what is known of sessions may stay in memory only; after a crash it is folded again from the events. */
const projectionMs = 250;
/** Totals that were not made in this time wait for the next round: who appends must not wait for them. */
const totalsMs = 10;
/** Sessions whose totals one transaction makes for whoever reads: a few milliseconds of work. */
const stepSessions = 12;
/** The same for who cannot wait. */
const sumsSessions = 48;
const rebuildMs = 100;

export function createWriteBehind(deps: WriteBehindDeps): WriteBehind {
  const { database, projection, ledger, meta, counters, onProblem } = deps;
  let writtenAt = 0;
  let writeTimer: NodeJS.Timeout | undefined;
  let rebuildTimer: NodeJS.Timeout | undefined;
  let isStopped = false;

  const isDirty = () => projection.isDirty() || ledger.isDirty();

  function write(limit: TotalsLimit = { ms: totalsMs }): void {
    projection.write();
    ledger.write(limit);
    meta.set('projected_seq', deps.seq());
    meta.set('counters', JSON.stringify(counters));
    writtenAt = performance.now();
  }

  function writeLater(): void {
    writeTimer = undefined;
    writtenAt = 0;
    deps
      .commits()
      .run(() => {}, { isAtomic: true })
      .catch((error) => complain('Sessions could not be written', error));
  }

  /** What a stop cuts short is done by `close` or at the next start. */
  function complain(problem: string, error: unknown): void {
    if (!isStopped) onProblem(problem, error);
  }

  function writeAtOnce(work: () => void): void {
    try {
      database.transaction(work)();
    } catch (error) {
      // What is read is a little older, and the next commit tries again.
      deps.afterRollback();
      onProblem('Sessions could not be written', error);
    }
  }

  /** Folds of an older version, newest session first; whoever asks for one does not wait. */
  function rebuild(): void {
    rebuildTimer = undefined;
    const startedAt = performance.now();
    deps
      .commits()
      .run(projection.rebuildOne)
      .then(
        (hadOne) => {
          if (hadOne && !isStopped) rebuildTimer = setTimeout(rebuild, 4 * (performance.now() - startedAt)).unref();
        },
        (error) => complain('Sessions of an older version could not be read anew', error),
      );
  }

  return {
    start() {
      rebuildTimer = setTimeout(rebuild, rebuildMs).unref();
    },
    beforeCommit() {
      const elapsed = performance.now() - writtenAt;
      if (isDirty() && elapsed >= projectionMs) write();
      // A session may still wait for its refold, or for its totals.
      if (isDirty() && !isStopped) writeTimer ??= setTimeout(writeLater, Math.max(20, projectionMs - elapsed));
    },
    write: () => write(),
    writeAll: () => write({}),
    forReading(filter, at) {
      const isFiltered = filter !== undefined && filter.terms.length > 0;
      if (!isDirty() && !isFiltered) return;
      writeAtOnce(() => {
        if (isDirty()) write(isFiltered ? { sessions: sumsSessions } : undefined);
        if (isFiltered) projection.refresh(at);
      });
    },
    async forTotals() {
      try {
        for (let left = ledger.waiting(); left > 0; ) {
          const written = await deps.commits().run(() => ledger.write({ sessions: stepSessions }));
          // Written by somebody else meanwhile.
          if (written === 0) return;
          left -= written;
        }
      } catch (error) {
        // What is read is a little older, and the next commit tries again.
        complain('Totals of sessions could not be written', error);
      }
    },
    forSums() {
      if (ledger.isDirty()) writeAtOnce(() => void ledger.write({ sessions: sumsSessions }));
    },
    forTotalsOf(session) {
      if (ledger.isDirty()) writeAtOnce(() => ledger.writeOf(session));
    },
    stop() {
      isStopped = true;
      clearTimeout(writeTimer);
      clearTimeout(rebuildTimer);
    },
  };
}

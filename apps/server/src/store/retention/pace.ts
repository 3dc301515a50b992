import { setImmediate, setTimeout } from 'node:timers/promises';
import type { Database } from 'better-sqlite3';
import type { GroupCommit } from '../group-commit.ts';

/** How retention works: step by step, giving way to whoever appends, and counting what each step frees. */
export interface RetentionPace extends Pick<GroupCommit, 'run'> {
  /** Between two steps: a turn; while events come, as long as the step took. */
  rest(): Promise<void>;
  /** Of the file: in use, and not. */
  usedBytes(): number;
  freeBytes(): number;
  /** Since the start, by the steps alone: what is appended meanwhile does not hide it. */
  freedBytes(): number;
}

export function createRetentionPace(
  database: Database,
  { commits, seq }: { commits: Pick<GroupCommit, 'run'>; seq(): number },
): RetentionPace {
  const value = (name: string) => Number(database.pragma(name, { simple: true }));
  const pageSize = value('page_size');
  const freeBytes = () => value('freelist_count') * pageSize;
  const usedBytes = () => value('page_count') * pageSize - freeBytes();
  let freed = 0;
  let knownSeq = seq();
  let tookMs = 0;

  return {
    run: (work, options) =>
      commits.run(() => {
        const [before, startedAt] = [usedBytes(), performance.now()];
        try {
          return work();
        } finally {
          freed += before - usedBytes();
          tookMs += performance.now() - startedAt;
        }
      }, options),
    async rest() {
      const isBusy = seq() !== knownSeq;
      knownSeq = seq();
      await (isBusy ? setTimeout(tookMs) : setImmediate());
      tookMs = 0;
    },
    usedBytes,
    freeBytes,
    freedBytes: () => freed,
  };
}

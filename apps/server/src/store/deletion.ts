import type { Database } from 'better-sqlite3';
import { deleteSessionRows, eraseFreed } from './delete-session.ts';
import type { GroupCommit } from './group-commit.ts';
import type { Search } from './search/door.ts';
import type { Tombstones } from './tombstones.ts';

/** Deletes a session for good: its rows, its words, and what was freed of the file. */
export type DeleteSession = (sessionId: string, onDeleted?: () => void) => Promise<boolean>;

export interface DeletionDeps {
  commits: GroupCommit;
  search: Search;
  tombstones: Tombstones;
  now(): number;
  noOf(sessionId: string): number | undefined;
  /** Nothing is settled or indexed until it is over. */
  pausing<T>(work: () => Promise<T>): Promise<T>;
  /** Inside the transaction, before the rows go: nothing of the session is under way. */
  settle(): void;
  /** Inside the transaction: so many of its events are gone, and all that was kept in memory must go, too. */
  onGone(sessionId: string, events: number): void;
}

export function createDeletion(database: Database, deps: DeletionDeps): DeleteSession {
  const { commits, search, tombstones, noOf } = deps;

  function deleteNow(sessionId: string): boolean {
    deps.settle();
    const no = noOf(sessionId);
    if (no !== undefined) search.takeOutRest(no);
    const deleted = deleteSessionRows(database, tombstones, { id: sessionId, deletedAt: deps.now() });
    if (deleted) deps.onGone(sessionId, deleted.events);
    return deleted !== undefined;
  }

  return (sessionId, onDeleted) =>
    deps.pausing(async () => {
      const no = noOf(sessionId);
      if (no !== undefined) await search.takeOut(no);
      if (!(await commits.run(() => deleteNow(sessionId)))) return false;
      onDeleted?.();
      await search.erase();
      await eraseFreed(database, (work) => commits.run(work));
      return true;
    });
}

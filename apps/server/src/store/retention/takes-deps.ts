import type { FreshEvents } from '../fresh-events.ts';
import type { GroupCommit } from '../group-commit.ts';
import type { ProjectedSession } from '../sessions/projected-session.ts';
import type { PrunedSessions } from './pruned-sessions.ts';

export interface RetentionTakesDeps {
  commits: Pick<GroupCommit, 'run'>;
  pruned: PrunedSessions;
  fresh: FreshEvents;
  /** Folds what waits to be folded, and writes it; inside a transaction. */
  settle(session: ProjectedSession): void;
  /** The events of a session go; inside the transaction that notes it, before the first one is gone. */
  onEventsGoing(sessionNo: number): void;
  /** So many events are gone, of them these that were not settled; inside the transaction. */
  onEventsGone(count: number, freshIds?: readonly string[]): void;
  /** Texts that were kept in memory may be gone. */
  forget(): void;
  /** Another turn; whoever appends comes first. */
  rest(): Promise<void>;
}

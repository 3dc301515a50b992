import type { Database } from 'better-sqlite3';
import type { FreshEvents } from './fresh-events.ts';
import type { GroupCommit } from './group-commit.ts';
import type { ProjectedSession } from './projected-session.ts';
import type { PrunedSessions } from './pruned-sessions.ts';
import { createEventsTake } from './retention-events.ts';
import { createResultsTake } from './retention-results.ts';
import { createTranscriptTake } from './retention-transcript.ts';

/**
 * Takes parts out of one session, in small transactions. Each notes first that the part goes, so that a kill in the
 * middle leaves a session that says so, and `finish` takes the rest.
 */
export interface RetentionTakes {
  results(session: ProjectedSession): Promise<void>;
  transcript(session: ProjectedSession): Promise<void>;
  events(session: ProjectedSession): Promise<void>;
  /** Sessions, by their numbers, of which a kill left a part that was to go. */
  unfinished(): number[];
  finish(sessionNo: number): Promise<void>;
}

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

export function createRetentionTakes(database: Database, deps: RetentionTakesDeps): RetentionTakes {
  const results = createResultsTake(database, deps);
  const transcript = createTranscriptTake(database, deps);
  const events = createEventsTake(database, deps);
  const unfinished = database
    .prepare<[], number>(`
      SELECT session FROM pruned
      WHERE (events_seq > 0 AND EXISTS (SELECT 1 FROM event_log AS log WHERE log.session = pruned.session AND seq <= events_seq))
         OR (entries_seq > 0 AND EXISTS (SELECT 1 FROM transcript_entries AS said
             WHERE said.session = pruned.session AND said.seq <= entries_seq))`)
    .pluck();
  const marked = database.prepare<[number], { eventsSeq: number; entriesSeq: number }>(
    'SELECT events_seq AS eventsSeq, entries_seq AS entriesSeq FROM pruned WHERE session = ?',
  );

  return {
    results,
    transcript: transcript.take,
    events: events.take,
    unfinished: () => unfinished.all(),
    async finish(no) {
      const { eventsSeq = 0, entriesSeq = 0 } = marked.get(no) ?? {};
      await events.drop(no, eventsSeq);
      if (entriesSeq > 0) await transcript.drop(no, entriesSeq);
    },
  };
}

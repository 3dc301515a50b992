import type { Database } from 'better-sqlite3';
import type { ProjectedSession } from '../sessions/projected-session.ts';
import { createEventsTake } from './events.ts';
import { createResultsTake } from './results.ts';
import type { RetentionTakesDeps } from './takes-deps.ts';
import { createTranscriptTake } from './transcript.ts';

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

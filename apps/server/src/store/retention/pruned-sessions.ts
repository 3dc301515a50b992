import type { Database } from 'better-sqlite3';
import type { KeptTranscript, ProjectedSession, Pruned, Snapshot } from '../sessions/projected-session.ts';
import { metaType, type PlacedEntry } from '../transcripts.ts';

interface PrunedRow {
  results_seq: number;
  entries_seq: number;
  entries_to: number | null;
  transcript: string | null;
  events_to: number | null;
  fold: string | null;
}

export interface PrunedSessions {
  of(sessionNo: number): Pruned | undefined;
  /** Which entries of a session's transcript are forgotten; undefined where none is. */
  entriesOf(session: ProjectedSession): ((entry: PlacedEntry) => boolean) | undefined;
  /** Each notes, inside a transaction, that everything up to there goes; the rows go afterwards. */
  results(sessionNo: number, seq: number): void;
  transcript(sessionNo: number, upTo: { seq: number; to: number }, told: KeptTranscript | undefined): void;
  events(sessionNo: number, upTo: { seq: number; to: number }, fold: Snapshot): void;
}

export function createPrunedSessions(database: Database): PrunedSessions {
  const any = database.prepare<[], number>('SELECT EXISTS (SELECT 1 FROM pruned)').pluck();
  const of = database.prepare<[number], PrunedRow>(
    'SELECT results_seq, entries_seq, entries_to, transcript, events_to, fold FROM pruned WHERE session = ?',
  );
  const put = (columns: string, marks: string, updates: string) =>
    database.prepare(
      `INSERT INTO pruned (session, ${columns}) VALUES (?, ${marks}) ON CONFLICT (session) DO UPDATE SET ${updates}`,
    );
  const results = put('results_seq', '?', 'results_seq = excluded.results_seq');
  const transcript = put(
    'entries_seq, entries_to, transcript',
    '?, ?, ?',
    'entries_seq = excluded.entries_seq, entries_to = excluded.entries_to, transcript = excluded.transcript',
  );
  const events = put(
    'events_seq, events_to, fold',
    '?, ?, ?',
    'events_seq = excluded.events_seq, events_to = excluded.events_to, fold = excluded.fold',
  );
  const hasEntry = database
    .prepare<[number, string], number>('SELECT 1 FROM transcript_entries WHERE session = ? AND agent = ? LIMIT 1')
    .pluck();
  let hasAny = any.get() === 1;

  return {
    of(sessionNo) {
      const row = hasAny ? of.get(sessionNo) : undefined;
      if (!row) return undefined;
      return {
        hasResults: row.results_seq > 0,
        fold: row.fold === null ? undefined : (JSON.parse(row.fold) as Snapshot),
        eventsTo: row.events_to ?? Number.NEGATIVE_INFINITY,
        transcript: row.transcript ?? undefined,
        entriesSeq: row.entries_seq,
        entriesTo: row.entries_to ?? Number.NEGATIVE_INFINITY,
      };
    },
    entriesOf({ no, pruned }) {
      if (!pruned || pruned.entriesTo === Number.NEGATIVE_INFINITY) return undefined;
      /** Something written since stands before this entry in its file. */
      let goesOn: boolean | undefined;
      return ({ agent, type, at }) => {
        goesOn ??= hasEntry.get(no, agent) !== undefined;
        if (type === metaType || at === null) return !goesOn;
        const isLater = at > pruned.entriesTo;
        goesOn ||= isLater;
        return !isLater;
      };
    },
    results(sessionNo, seq) {
      hasAny = true;
      results.run(sessionNo, seq);
    },
    transcript(sessionNo, { seq, to }, told) {
      hasAny = true;
      transcript.run(sessionNo, seq, to, told ? JSON.stringify(told) : '{}');
    },
    events(sessionNo, { seq, to }, fold) {
      hasAny = true;
      events.run(sessionNo, seq, to, JSON.stringify(fold));
    },
  };
}

import type { TranscriptEntry } from '@telltale/core';
import { quarterMs, saidCallsOf } from '@telltale/core/analysis';
import type { Database } from 'better-sqlite3';
import { isCopiedEntry } from '../ledger/rows.ts';

/** Keeps what transcripts tell of calls in the time before a session's first event; inside a transaction. */
export interface CallTranscripts {
  add(session: number, entries: readonly TranscriptEntry[]): void;
}

export function createCallTranscripts(database: Database): CallTranscripts {
  const firstAt = database
    .prepare<[{ no: number }], number | null>(`
      SELECT coalesce((SELECT first_at FROM call_folds WHERE session = @no),
        (SELECT at FROM event_log WHERE session = @no ORDER BY seq LIMIT 1),
        (SELECT at FROM fresh_events WHERE session = @no LIMIT 1))`)
    .pluck();
  const putCall = database.prepare(`
    INSERT INTO said_calls (session, id, at, tool, agent, request, is_copy, words) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (session, id) DO UPDATE SET at = excluded.at, tool = excluded.tool, agent = excluded.agent,
      request = excluded.request, is_copy = excluded.is_copy,
      words = CASE WHEN state IS NULL OR state = 'failed' THEN excluded.words END`);
  const putEnd = database.prepare(`
    INSERT INTO said_calls (session, id, ended_at, state, error_line) VALUES (?, ?, ?, ?, ?)
    ON CONFLICT (session, id) DO UPDATE SET ended_at = excluded.ended_at, state = excluded.state,
      error_line = excluded.error_line, words = CASE WHEN excluded.state = 'failed' THEN words END
    WHERE ended_at IS NULL OR ended_at >= excluded.ended_at`);
  // Counted anew, so that rows that are looked at twice count once; what is gone by age has been counted.
  const putSteps = database.prepare(`
    INSERT INTO said_steps (session, at, steps)
    SELECT session, @quarter, count(*) FROM transcript_entries
    WHERE session = @no AND at >= @quarter AND at < @quarter + ${quarterMs} AND type IN ('user', 'assistant')
      AND at >= coalesce((SELECT born FROM said_sessions WHERE session = @no), 0)
    GROUP BY session
    ON CONFLICT (session, at) DO UPDATE SET steps = max(steps, excluded.steps)`);

  return {
    add(no, entries) {
      const until = firstAt.get({ no }) ?? Number.POSITIVE_INFINITY;
      const quarters = new Set<number>();
      for (const entry of entries) {
        if (entry.at === undefined || Date.parse(entry.at) >= until) continue;
        if (entry.type === 'user' || entry.type === 'assistant')
          quarters.add(Math.floor(Date.parse(entry.at) / quarterMs) * quarterMs);
        const isCopy = isCopiedEntry(entry) ? 1 : 0;
        for (const said of saidCallsOf(entry)) {
          if ('endedAt' in said) putEnd.run(no, said.id, said.endedAt, said.state, said.errorLine ?? null);
          else putCall.run(no, said.id, said.at, said.tool, said.agent, said.request ?? null, isCopy, said.words);
        }
      }
      for (const quarter of quarters) putSteps.run({ no, quarter });
    },
  };
}

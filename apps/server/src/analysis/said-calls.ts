import type { Call } from '@telltale/core/analysis';
import type { Database } from 'better-sqlite3';
import type { Asked } from './asked.ts';
import type { SessionCalls } from './call-source.ts';
import type { FirstEvents } from './first-events.ts';

interface Row {
  session: number;
  at: number;
  tool: string;
  agent: string;
  ended_at: number | null;
  state: Call['state'] | null;
  words: string | null;
  error_line: string | null;
}

/** Calls that only transcripts tell. A copy in a fork counts where its request does, or not at all. */
export function createSaidCalls(
  database: Database,
  firstEvents: FirstEvents,
): (asked: Asked) => Iterable<SessionCalls> {
  const rows = database.prepare<[number, number], Row>(`
    SELECT call.session, call.at, tool, agent, ended_at, state, words, error_line
    FROM said_calls AS call
    WHERE call.at >= ? AND call.at < ?
      AND coalesce((SELECT is_owner FROM said_requests WHERE id = call.request AND session = call.session), 1 - is_copy) = 1
    ORDER BY call.session`);

  return function* saidCalls({ from, to, only }) {
    const firstOf = firstEvents();
    let current: { session: number; until: number; calls: Call[] } | undefined;
    for (const row of rows.iterate(from, to)) {
      if (only && !only.has(row.session)) continue;
      if (current?.session !== row.session) {
        if (current) yield current;
        current = { session: row.session, until: firstOf.get(row.session) ?? Number.POSITIVE_INFINITY, calls: [] };
      }
      if (row.at < current.until) current.calls.push(callOf(row));
    }
    if (current) yield current;
  };
}

function callOf({ at, tool, agent, ended_at, state, words, error_line }: Row): Call {
  const call: Call = { at, tool, agent, state: state ?? 'unknown-end', words: words ?? '', isAsked: false };
  if (ended_at !== null && state !== 'denied') call.durationMs = Math.max(0, ended_at - at);
  if (error_line !== null) call.errorLine = error_line;
  return call;
}

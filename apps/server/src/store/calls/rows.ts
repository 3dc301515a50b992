import type { TelltaleEvent } from '@telltale/core';
import { callEventNames, payloadEventNames } from '@telltale/core/analysis';
import type { Database } from 'better-sqlite3';
import { type EventRow, payloadOf } from '../event-row.ts';
import type { Payloads } from '../payloads.ts';

const listOf = (names: Iterable<string>) => [...names].map((name) => `'${name}'`).join(', ');
const columns = `seq, id, at, source, name, tool_use_id, agent_id, agent_type, tool_name, outcome, duration_ms, summary`;

/** Selects what calls are made of; of fresh events with the payload where it decides. */
export const callRowsIn = {
  settled: `SELECT ${columns}, session AS no, batch, slot FROM event_log`,
  fresh: `SELECT ${columns}, session AS no, CASE WHEN name IN (${listOf(payloadEventNames)}) THEN payload END AS payload
    FROM fresh_events`,
} as const;
export const isCallRowSql = `name IN (${listOf(callEventNames)})`;

/** What of an event the calls are made of. */
export type CallRow = Pick<EventRow, 'seq' | 'id' | 'at' | 'source' | 'name' | 'tool_use_id' | 'agent_id'> &
  Pick<EventRow, 'agent_type' | 'tool_name' | 'outcome' | 'duration_ms' | 'summary'> &
  Partial<Pick<EventRow, 'batch' | 'slot' | 'payload'>>;

/** What is settled of calls, wherever they are put together. */
export function createCallRowReader(database: Database) {
  const ofSession = database.prepare<[number, number, number], CallRow>(
    `${callRowsIn.settled} WHERE session = ? AND seq > ? AND seq <= ? AND ${isCallRowSql}`,
  );
  const bySeq = database.prepare<[string], CallRow>(
    `${callRowsIn.settled} WHERE seq IN (SELECT value FROM json_each(?))`,
  );
  return {
    /** Rows of a session behind `after`, up to `upTo`. */
    settled: (session: number, after: number, upTo = Number.MAX_SAFE_INTEGER): CallRow[] =>
      ofSession.all(session, after, upTo),
    /** Rows that a fold carries on, as `call_folds` keeps them: a list of `seq` in JSON. */
    carried: (seqs: string): CallRow[] => (seqs === '[]' ? [] : bySeq.all(seqs)),
  };
}

/** Events in the order of their times. Payloads are unpacked only where they decide. */
export function callEventsOf(rows: readonly CallRow[], payloads: Pick<Payloads, 'settled'>): TelltaleEvent[] {
  const openOf = new Map<string, Set<string>>();
  const sorted = [...rows].sort((a, b) => a.at - b.at || (a.id < b.id ? -1 : 1));
  return sorted.map((row) => {
    const open = openOf.get(row.agent_id ?? '') ?? new Set();
    openOf.set(row.agent_id ?? '', open);
    if (row.name === 'PreToolUse') open.add(row.tool_use_id ?? '');
    else if (row.tool_use_id !== null && row.name !== 'tool_decision') open.delete(row.tool_use_id);
    // A batch is read where a call of it has no end of its own: it alone tells of it then.
    const isTelling = payloadEventNames.has(row.name) && (row.name !== 'PostToolBatch' || open.size > 0);
    if (row.name === 'PostToolBatch') open.clear();
    const text = !isTelling
      ? undefined
      : row.payload
        ? row.payload.toString('utf8')
        : payloads.settled(row.batch ?? 0, row.slot ?? 0);
    return lightEvent(row, payloadOf(text) ?? {});
  });
}

function lightEvent(row: CallRow, payload: Record<string, unknown>): TelltaleEvent {
  const { seq, id, source, name, summary } = row;
  const event: TelltaleEvent = { seq, id, source, name, summary, app: '', at: new Date(row.at).toISOString(), payload };
  if (row.tool_use_id !== null) event.toolUseId = row.tool_use_id;
  if (row.agent_id !== null) event.agentId = row.agent_id;
  if (row.agent_type !== null) event.agentType = row.agent_type;
  if (row.tool_name !== null) event.toolName = row.tool_name;
  if (row.outcome !== null) event.outcome = row.outcome;
  if (row.duration_ms !== null) event.durationMs = row.duration_ms;
  return event;
}

import type { TelltaleEvent } from '@telltale/core';
import { type Call, callEventNames, callsOf, type Fact, payloadEventNames } from '@telltale/core/analysis';
import type { Database } from 'better-sqlite3';
import { type EventRow, payloadOf } from '../store/event-row.ts';
import type { Payloads } from '../store/payloads.ts';
import type { Asked } from './definition.ts';
import type { KnownSession } from './known-sessions.ts';
import { sessionKey } from './session-key.ts';

export interface SessionCall extends Call {
  session: number;
}

/** Tool calls that began in a time, session by session. */
export type CallSource = (asked: Asked) => Iterable<SessionCall>;

interface Kept {
  /** Of another look at the session: what it was made of. */
  print: string;
  calls: readonly Call[];
}

/** What of an event the calls are made of; `no` only where events of many sessions are read. */
interface LightRow
  extends Pick<EventRow, 'seq' | 'id' | 'at' | 'source' | 'name' | 'tool_use_id' | 'agent_id' | 'agent_type'>,
    Pick<EventRow, 'tool_name' | 'outcome' | 'duration_ms' | 'summary' | 'batch' | 'slot' | 'payload'> {
  no: number;
}

/** Kept beyond the analysis that asked: live pages ask again and again, and few sessions have changed. */
const maxKeptCalls = 200_000;

/**
 * Calls put together from events of hooks and telemetry as the story does it. Payloads are unpacked only where they
 * decide; sessions that have not changed since are not read again.
 */
export function createCallSource(database: Database, payloads: Payloads): CallSource {
  const names = callEventNames.map((name) => `'${name}'`).join(', ');
  const columns = `seq, id, at, source, name, tool_use_id, agent_id, agent_type, tool_name, outcome, duration_ms, summary`;
  const inTime = database.prepare<[number, number], { no: number; newest: number | null }>(`
    SELECT no, (SELECT max(seq) FROM event_log WHERE session = no) AS newest
    FROM sessions WHERE last_event_at >= ? AND (started_at IS NULL OR started_at < ?) ORDER BY no`);
  const settled = database.prepare<[number], LightRow>(
    `SELECT ${columns}, batch, slot FROM event_log WHERE session = ? AND name IN (${names})`,
  );
  const fresh = database.prepare<[], LightRow>(
    `SELECT ${columns}, session AS no, CASE WHEN name IN (${[...payloadEventNames].map((name) => `'${name}'`).join(', ')}) THEN payload END AS payload
     FROM fresh_events WHERE session IS NOT NULL AND name IN (${names})`,
  );
  const kept = new Map<number, Kept>();
  let keptCalls = 0;

  /** The newest sessions stay: whoever asks for everything must not drive out what is asked for all the time. */
  function keep(no: number, one: Kept): void {
    keptCalls += one.calls.length - (kept.get(no)?.calls.length ?? 0);
    kept.set(no, one);
    if (keptCalls <= maxKeptCalls) return;
    for (const oldest of [...kept.keys()].sort((x, y) => x - y)) {
      keptCalls -= kept.get(oldest)?.calls.length ?? 0;
      kept.delete(oldest);
      // With room for more, so that not each new one sorts them all.
      if (keptCalls <= maxKeptCalls * 0.9) break;
    }
  }

  function eventsOf(rows: readonly LightRow[]): TelltaleEvent[] {
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

  return function* calls(asked) {
    const freshOf = new Map<number, LightRow[]>();
    for (const row of fresh.iterate()) {
      const rows = freshOf.get(row.no);
      if (rows) rows.push(row);
      else freshOf.set(row.no, [row]);
    }
    for (const { no, newest } of inTime.all(asked.from, asked.to)) {
      if (asked.only && !asked.only.has(no)) continue;
      const freshRows = freshOf.get(no) ?? [];
      const print = `${newest} ${freshRows.length} ${freshRows.at(-1)?.seq}`;
      let known = kept.get(no);
      if (known?.print !== print) {
        known = { print, calls: callsOf(eventsOf([...settled.all(no), ...freshRows])).map(slim) };
        keep(no, known);
      }
      for (const call of known.calls) if (call.at >= asked.from && call.at < asked.to) yield { ...call, session: no };
    }
  };
}

function lightEvent(row: LightRow, payload: Record<string, unknown>): TelltaleEvent {
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

/** Words are told of failures only, and are most of what a call takes. */
function slim(call: Call): Call {
  return call.state === 'failed' ? call : { ...call, words: '' };
}

/** What calls are put under. */
export function callKey(by: string, call: SessionCall, session: KnownSession): Pick<Fact, 'key' | 'label'> {
  if (by === 'agent') return { key: call.agentType ?? (call.agentId === undefined ? 'main' : 'subagent') };
  return sessionKey(by, session) ?? { key: call.tool };
}

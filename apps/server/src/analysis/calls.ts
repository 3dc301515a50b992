import type { TelltaleEvent } from '@telltale/core';
import { type Call, callEventNames, callsOf, type Fact, payloadEventNames } from '@telltale/core/analysis';
import type { Database } from 'better-sqlite3';
import { type EventRow, eventOf, payloadOf } from '../store/event-row.ts';
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

interface LightRow extends EventRow {
  no: number;
}

/** Kept beyond the analysis that asked: live pages ask again and again, and few sessions have changed. */
const maxKeptCalls = 100_000;

/**
 * Calls put together from events of hooks and telemetry as the story does it. Payloads are unpacked only where they
 * decide; sessions that have not changed since are not read again.
 */
export function createCallSource(database: Database, payloads: Payloads): CallSource {
  const names = callEventNames.map((name) => `'${name}'`).join(', ');
  const columns = `seq, id, at, source, name, session AS no, tool_use_id, agent_id, agent_type, app, tool_name, outcome,
    duration_ms, summary, payload_bytes, NULL AS prompt_id, NULL AS session_id, NULL AS model, NULL AS origin,
    NULL AS masked`;
  const inTime = database.prepare<[number, number], { no: number; newest: number | null }>(`
    SELECT no, (SELECT max(seq) FROM event_log WHERE session = no) AS newest
    FROM sessions WHERE last_event_at >= ? AND (started_at IS NULL OR started_at < ?) ORDER BY no`);
  const settled = database.prepare<[number], LightRow>(
    `SELECT ${columns}, batch, slot, NULL AS payload FROM event_log WHERE session = ? AND name IN (${names})`,
  );
  const fresh = database.prepare<[], LightRow>(
    `SELECT ${columns}, NULL AS batch, NULL AS slot, CASE WHEN name IN (${[...payloadEventNames].map((name) => `'${name}'`).join(', ')}) THEN payload END AS payload
     FROM fresh_events WHERE session IS NOT NULL AND name IN (${names})`,
  );
  const kept = new Map<number, Kept>();
  let keptCalls = 0;

  function keep(no: number, one: Kept): void {
    keptCalls += one.calls.length - (kept.get(no)?.calls.length ?? 0);
    kept.delete(no);
    kept.set(no, one);
    for (const [oldest, { calls }] of kept) {
      if (keptCalls <= maxKeptCalls || oldest === no) break;
      keptCalls -= calls.length;
      kept.delete(oldest);
    }
  }

  function eventsOf(rows: readonly LightRow[]): TelltaleEvent[] {
    const openOf = new Map<string, Set<string>>();
    const sorted = [...rows].sort((a, b) => a.at - b.at || (a.id < b.id ? -1 : 1));
    return sorted.map((row) => {
      const open = openOf.get(row.agent_id ?? '') ?? new Set();
      openOf.set(row.agent_id ?? '', open);
      if (row.name === 'PreToolUse') open.add(row.tool_use_id ?? '');
      else if (row.tool_use_id !== null && row.source === 'hook') open.delete(row.tool_use_id);
      // A batch is read where a call of it has no end of its own: it alone tells of it then.
      const isTelling = payloadEventNames.has(row.name) && (row.name !== 'PostToolBatch' || open.size > 0);
      if (row.name === 'PostToolBatch') open.clear();
      const text = !isTelling
        ? undefined
        : row.payload === null
          ? payloads.settled(row.batch ?? 0, row.slot ?? 0)
          : row.payload.toString('utf8');
      return eventOf(row, payloadOf(text) ?? {});
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
        known = { print, calls: callsOf(eventsOf([...settled.all(no), ...freshRows])) };
        keep(no, known);
      }
      for (const call of known.calls) if (call.at >= asked.from && call.at < asked.to) yield { ...call, session: no };
    }
  };
}

/** What calls are put under. */
export function callKey(by: string, call: SessionCall, session: KnownSession): Pick<Fact, 'key' | 'label'> {
  if (by === 'agent') return { key: call.agentType ?? (call.agentId === undefined ? 'main' : 'subagent') };
  return sessionKey(by, session) ?? { key: call.tool };
}

import type { EventSource, NewEvent, Origin, Outcome, TelltaleEvent } from '@telltale/core';

/** A row of `event_log` or `fresh_events` with its session's id, its origin and the place of its payload. */
export interface EventRow {
  seq: number;
  id: string;
  at: number;
  source: EventSource;
  name: string;
  session_id: string | null;
  prompt_id: string | null;
  tool_use_id: string | null;
  agent_id: string | null;
  agent_type: string | null;
  app: string;
  tool_name: string | null;
  outcome: Outcome | null;
  model: string | null;
  duration_ms: number | null;
  summary: string;
  origin: string | null;
  masked: number | null;
  sensitive: string | null;
  payload_bytes: number;
  /** Of settled events. */
  batch: number | null;
  slot: number | null;
  /** Of fresh events. */
  payload: Buffer | null;
}

/** What both tables hold of an event, in the order of `eventValues`. */
export const storedColumns = `seq, id, at, source, name, session, prompt_id, tool_use_id, agent_id, agent_type, app,
  tool_name, outcome, model, duration_ms, summary, origin, masked, sensitive, payload_bytes`;

const readColumns = `
  events.seq, events.id, events.at, events.source, events.name, events.session_id, events.prompt_id,
  events.tool_use_id, events.agent_id, events.agent_type, events.app, events.tool_name, events.outcome, events.model,
  events.duration_ms, events.summary, origins.json AS origin, events.masked, events.sensitive,
  events.payload_bytes`;
/** The two places of events: every settled `seq` is below every fresh one. */
export const eventTables = {
  settled: `SELECT ${readColumns}, events.batch, events.slot, NULL AS payload FROM settled_rows AS events LEFT JOIN origins ON origins.no = events.origin`,
  fresh: `SELECT ${readColumns}, NULL AS batch, NULL AS slot, events.payload FROM fresh_rows AS events LEFT JOIN origins ON origins.no = events.origin`,
} as const;

/** Row and payload → event; what is absent is left out. */
export function eventOf(row: EventRow, payload: Record<string, unknown> | undefined): TelltaleEvent {
  const event: TelltaleEvent = {
    seq: row.seq,
    id: row.id,
    source: row.source,
    name: row.name,
    app: row.app,
    at: new Date(row.at).toISOString(),
    summary: row.summary,
  };
  if (row.session_id !== null) event.sessionId = row.session_id;
  if (row.prompt_id !== null) event.promptId = row.prompt_id;
  if (row.tool_use_id !== null) event.toolUseId = row.tool_use_id;
  if (row.agent_id !== null) event.agentId = row.agent_id;
  if (row.agent_type !== null) event.agentType = row.agent_type;
  if (row.tool_name !== null) event.toolName = row.tool_name;
  if (row.outcome !== null) event.outcome = row.outcome;
  if (row.model !== null) event.model = row.model;
  if (row.duration_ms !== null) event.durationMs = row.duration_ms;
  if (row.origin !== null) event.origin = JSON.parse(row.origin) as Origin;
  if (row.masked !== null) event.masked = row.masked;
  if (row.sensitive !== null) event.sensitive = row.sensitive;
  if (payload) event.payload = payload;
  else event.payloadBytes = row.payload_bytes;
  return event;
}

/** A stored payload's text → the sender's JSON; the text was JSON when it was stored. */
export function payloadOf(text: string | undefined): Record<string, unknown> | undefined {
  return text ? (JSON.parse(text) as Record<string, unknown>) : undefined;
}

/** The values of `storedColumns`. */
export function eventValues(
  seq: number,
  event: NewEvent,
  at: number,
  session: number | null,
  origin: number | null,
  payloadBytes: number,
): unknown[] {
  return [
    seq,
    event.id,
    at,
    event.source,
    event.name,
    session,
    event.promptId ?? null,
    event.toolUseId ?? null,
    event.agentId ?? null,
    event.agentType ?? null,
    event.app,
    event.toolName ?? null,
    event.outcome ?? null,
    event.model ?? null,
    event.durationMs ?? null,
    event.summary,
    origin,
    event.masked ?? null,
    event.sensitive ?? null,
    payloadBytes,
  ];
}

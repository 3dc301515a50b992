import type { TelltaleEvent } from '../event.ts';
import { type Action, type ActionKind, type ActionPatch, type ActionState, hasEnded, newAction } from './action.ts';

/** Events of one action beyond this are not listed: text that streams for minutes. */
const maxSeqs = 64;
const maxRemembered = 4096;

/** The rows and what is needed to find the one an event belongs to, without ever searching them. */
export interface Board {
  rows: Map<string, Action>;
  /** Keys of open calls by lane: one agent of one session. */
  open: Map<string, Set<string>>;
  /** Rows that got their key before their call's id was known. */
  keyOfCall: Map<string, string>;
  /** What is open once per session or server: compaction, a command's expansion, an elicitation. */
  pending: Map<string, string>;
  /** When the calls of a lane were last over, by lane: what began before has no end any more. */
  overAt: Map<string, string>;
  /** The call of a lane that began last, as far as heard. */
  latest: Map<string, string>;
  /** What batches say of calls that nothing else was heard of yet, by `tool_use_id`. */
  told: Map<string, ToldEnd>;
  /** Keys of the calls that only telemetry has told of yet. */
  bare: Set<string>;
  /** Keys of the calls whose end, or its duration, is telemetry's: what a hook says of it counts more. */
  endedByTelemetry: Set<string>;
  /** When calls were allowed or refused, by key. */
  decidedAt: Map<string, string>;
  /** Keys of the rows that the current event changed. */
  changed: Set<string>;
}

interface ToldEnd {
  at: string;
  seq: number;
  state: ActionState;
  errorLine: string | undefined;
}

export function emptyBoard(): Board {
  return {
    rows: new Map(),
    open: new Map(),
    keyOfCall: new Map(),
    pending: new Map(),
    overAt: new Map(),
    latest: new Map(),
    told: new Map(),
    bare: new Set(),
    endedByTelemetry: new Set(),
    decidedAt: new Map(),
    changed: new Set(),
  };
}

export function laneOf(of: { sessionId?: string | undefined; agentId?: string | undefined }): string {
  return `${of.sessionId ?? ''}|${of.agentId ?? ''}`;
}

/** A row of its own. */
export function note(board: Board, event: TelltaleEvent, kind: ActionKind, state: ActionState = 'noted'): Action {
  return add(board, newAction(`event:${event.id}`, kind, state, event));
}

export function add(board: Board, action: Action): Action {
  board.rows.set(action.key, action);
  board.changed.add(action.key);
  return action;
}

/** A changed row is a new object, so that whoever shows it sees the change by identity. */
export function change(board: Board, action: Action, patch: ActionPatch, event?: TelltaleEvent): Action {
  const next: Action = { ...action, ...patch };
  if (event !== undefined && action.seqs.length < maxSeqs && !action.seqs.includes(event.seq)) {
    next.seqs = [...action.seqs, event.seq];
  }
  return add(board, next);
}

export function callRow(board: Board, toolUseId: string): Action | undefined {
  return board.rows.get(board.keyOfCall.get(toolUseId) ?? callKey(toolUseId));
}

export function callKey(toolUseId: string): string {
  return `tool:${toolUseId}`;
}

export function openRow(board: Board, action: Action): void {
  const lane = laneOf(action);
  const keys = board.open.get(lane);
  if (keys === undefined) board.open.set(lane, new Set([action.key]));
  else keys.add(action.key);
}

export function closeRow(board: Board, action: Action): void {
  const lane = laneOf(action);
  const keys = board.open.get(lane);
  keys?.delete(action.key);
  if (keys?.size === 0) board.open.delete(lane);
}

/** Open calls of one agent, oldest first. */
export function openRows(board: Board, lane: string): Action[] {
  const found: Action[] = [];
  for (const key of board.open.get(lane) ?? []) {
    const row = board.rows.get(key);
    if (row !== undefined) found.push(row);
  }
  return found;
}

/**
 * The agent went on without an end of the calls that began before `at`: Esc, a lost hook. Nobody knows what came of
 * them. Those that began later stay: an older event may be loaded after newer ones.
 */
export function endOpenRows(board: Board, lane: string, at: string): void {
  if (at > (board.overAt.get(lane) ?? '')) remember(board.overAt, lane, at);
  for (const row of openRows(board, lane)) {
    if (row.at > at) continue;
    closeRow(board, row);
    if (!hasEnded(row)) change(board, row, { state: 'unknown-end', endedAt: at });
  }
}

/** Whether the calls of this agent that began at that time are over, whatever end was heard. */
export function isOver(board: Board, lane: string, at: string): boolean {
  return at <= (board.overAt.get(lane) ?? '');
}

export function endSession(board: Board, sessionId: string | undefined, at: string): void {
  const prefix = `${sessionId ?? ''}|`;
  endOpenRows(board, prefix, at);
  for (const lane of [...board.open.keys()]) if (lane.startsWith(prefix)) endOpenRows(board, lane, at);
}

/** Keeps what was remembered last. */
export function remember<Value>(map: Map<string, Value>, key: string, value: Value): void {
  map.delete(key);
  map.set(key, value);
  const [oldest] = map.keys();
  if (map.size > maxRemembered && oldest !== undefined) map.delete(oldest);
}

/** Forgets the oldest rows past `max`. */
export function trim(board: Board, max: number): void {
  for (const [key, row] of board.rows) {
    if (board.rows.size <= max) return;
    board.rows.delete(key);
    board.changed.delete(key);
    closeRow(board, row);
    for (const keys of [board.bare, board.endedByTelemetry, board.decidedAt]) keys.delete(key);
    if (row.toolUseId !== undefined) board.keyOfCall.delete(row.toolUseId);
    for (const [name, pendingKey] of board.pending) if (pendingKey === key) board.pending.delete(name);
  }
}

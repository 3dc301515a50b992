import { errorLine, isSameTool, toolLabel } from '../catalogue/tools.ts';
import type { TelltaleEvent } from '../event.ts';
import { textAt } from '../fields.ts';
import { earlier, msBetween, shiftTime } from '../iso-time.ts';
import { type Action, type ActionPatch, hasEnded, newAction } from './action.ts';
import {
  add,
  type Board,
  callKey,
  callRow,
  change,
  closeRow,
  isOver,
  laneOf,
  note,
  openRow,
  openRows,
} from './board.ts';
import { endAsTold } from './calls.ts';

/** `tool_decision`: the moment of the answer. */
export function decideCall(board: Board, event: TelltaleEvent): void {
  const row = toldCall(board, event);
  if (row === undefined) {
    note(board, event, 'telemetry');
    return;
  }
  board.decidedAt.set(row.key, event.at);
  const answered = row.askedAt === undefined ? {} : { waitedMs: msBetween(row.askedAt, event.at) };
  const isOpen = !hasEnded(row) || row.state === 'unknown-end';
  const isRefusal = row.state === 'failed' && board.endedByTelemetry.has(row.key);
  if (textAt(event.payload, 'decision') === 'reject' && (isOpen || isRefusal)) {
    closeRow(board, row);
    change(board, row, { state: 'denied', endedAt: event.at, ...answered }, event);
  } else change(board, row, { ...answered, state: row.state === 'waiting' ? 'running' : row.state }, event);
}

/** `tool_result`: the end of a call, until a hook tells it better. */
export function tellResult(board: Board, event: TelltaleEvent): void {
  const row = toldCall(board, event);
  if (row === undefined) {
    note(board, event, 'telemetry', event.outcome === 'failed' ? 'failed' : 'noted');
    return;
  }
  const patch: ActionPatch = {};
  const isOpen = !hasEnded(row) || row.state === 'unknown-end';
  const hasRun = isOpen || row.state === 'ok' || row.state === 'failed';
  if (isOpen && event.outcome !== undefined) {
    closeRow(board, row);
    Object.assign(patch, { state: event.outcome, endedAt: event.at });
    const error = event.outcome === 'failed' ? textAt(event.payload, 'error') : undefined;
    if (error !== undefined) patch.errorLine = errorLine(error);
    board.endedByTelemetry.add(row.key);
  }
  if (hasRun && row.durationMs === undefined && event.durationMs !== undefined) {
    patch.durationMs = event.durationMs;
    board.endedByTelemetry.add(row.key);
  }
  change(board, row, patch, event);
}

/** The row of the call; where telemetry is the first to tell of it, a new one that the hooks fill. */
function toldCall(board: Board, event: TelltaleEvent): Action | undefined {
  if (event.toolUseId === undefined) return undefined;
  const began = event.name === 'tool_result' ? shiftTime(event.at, -(event.durationMs ?? 0)) : event.at;
  const known = callRow(board, event.toolUseId) ?? requestOf(board, event, began);
  if (known !== undefined) {
    return board.bare.has(known.key) ? change(board, known, { at: earlier(known.at, began) }) : known;
  }
  const state = isOver(board, laneOf(event), began) ? 'unknown-end' : 'running';
  const row = newAction(callKey(event.toolUseId), 'tool', state, event);
  row.at = began;
  if (event.toolName !== undefined) row.summary = toolLabel(event.toolName);
  add(board, row);
  board.bare.add(row.key);
  if (state === 'running') openRow(board, row);
  else endAsTold(board, row);
  return callRow(board, event.toolUseId);
}

/** The request of a call whose own hook was not heard yet; older clients do not say which agent's it is. */
function requestOf(board: Board, event: TelltaleEvent, before: string): Action | undefined {
  for (const lane of [...board.open.keys()]) {
    const isLane = event.agentId === undefined ? lane.startsWith(`${event.sessionId ?? ''}|`) : lane === laneOf(event);
    const isRequest = (row: Action) => row.toolUseId === undefined && row.askedAt !== undefined && row.kind === 'tool';
    const row = isLane
      ? openRows(board, lane).find(
          (one) => isRequest(one) && isSameTool(event.toolName, one.toolName) && one.at <= before,
        )
      : undefined;
    if (row === undefined || event.toolUseId === undefined) continue;
    board.pending.delete(`asked|${lane}|${row.summary}`);
    board.keyOfCall.set(event.toolUseId, row.key);
    board.bare.add(row.key);
    return change(board, row, { toolUseId: event.toolUseId });
  }
  return undefined;
}

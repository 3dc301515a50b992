import { askingKind, callOfPermission } from '../catalogue/asked.ts';
import { isNeverRan, responseText } from '../catalogue/call.ts';
import { callOfEvent, callSummary, errorLine, isAgentTool } from '../catalogue/tools.ts';
import type { TelltaleEvent } from '../event.ts';
import { fieldsAt, isFields, listAt, textAt } from '../fields.ts';
import { earlier, msBetween, shiftTime } from '../iso-time.ts';
import { firstLine } from '../words.ts';
import { type Action, type ActionPatch, type ActionState, hasEnded, newAction } from './action.ts';
import {
  add,
  type Board,
  callKey,
  callRow,
  change,
  closeRow,
  endOpenRows,
  isOver,
  laneOf,
  note,
  openRow,
  openRows,
  remember,
} from './board.ts';
import { countForAgent, linkSubagent } from './subagents.ts';

/** The client's own words for a refusal, by rule, by hook, by mode or by hand. */
const refused = /permission|denied|doesn't want to|not allowed|rejected|blocked|haven't granted/i;

export function startCall(board: Board, event: TelltaleEvent): void {
  if (event.toolUseId === undefined) {
    note(board, event, 'tool', 'running');
    return;
  }
  const known = callRow(board, event.toolUseId) ?? adoptRequest(board, event);
  remember(board.latest, laneOf(event), known?.key ?? callKey(event.toolUseId));
  if (known !== undefined) {
    // Its end or its request came first: begin where the call says, keep what came of it.
    const summary = hasEnded(known) ? known.summary : event.summary;
    const row = change(board, known, { at: earlier(event.at, known.at), summary, ...askedAgent(event) }, event);
    if (row.state === 'unknown-end') endAsTold(board, row);
    return;
  }
  const isAsking = askingKind(event.toolName) !== undefined;
  // Loaded after the events that came later: its end, if there was one, is told by them.
  const state = isOver(board, laneOf(event), event.at) ? 'unknown-end' : isAsking ? 'waiting' : 'running';
  const row = newAction(callKey(event.toolUseId), 'tool', state, event);
  if (isAsking) row.askedAt = event.at;
  add(board, Object.assign(row, askedAgent(event)));
  if (state !== 'unknown-end') openRow(board, row);
  else endAsTold(board, row);
  countForAgent(board, event, 1, 0);
}

/** PermissionRequest has no id: it means the running call of the same agent, tool and words. */
export function askForCall(board: Board, event: TelltaleEvent): void {
  const lane = laneOf(event);
  const words = callOfPermission(event.summary);
  const isMeant = (one: Action) =>
    one.toolName === event.toolName && (one.toolUseId === event.toolUseId || one.summary === words);
  const open = openRows(board, lane).filter((one) => isMeant(one) && one.at <= event.at);
  const row = open.findLast((one) => one.state === 'running') ?? open.at(-1);
  if (row !== undefined) {
    change(board, row, { state: 'waiting', askedAt: row.askedAt ?? event.at }, event);
    return;
  }
  // The call has ended by what was heard earlier, or nothing of it was heard.
  const latest = board.rows.get(board.latest.get(lane) ?? '');
  if (latest?.toolName === event.toolName && latest?.summary.startsWith(words)) {
    const answered =
      latest.endedAt === undefined ? {} : { waitedMs: waitedMs(event.at, latest.endedAt, latest.durationMs) };
    change(board, latest, { askedAt: event.at, ...answered }, event);
    return;
  }
  const state = isOver(board, lane, event.at) ? 'unknown-end' : 'waiting';
  const request = newAction(`asked:${event.id}`, 'tool', state, event);
  add(board, Object.assign(request, { summary: words, askedAt: event.at }));
  board.pending.set(requestKey(event, words), request.key);
  if (state === 'waiting') openRow(board, request);
}

export function finishCall(board: Board, event: TelltaleEvent, state: ActionState, reason?: string): void {
  if (event.toolUseId === undefined) {
    note(board, event, 'tool', state);
    return;
  }
  const known = callRow(board, event.toolUseId);
  // A denial and a failure of one call may both be told: the first word counts, a known end beats an unknown one.
  const isFirstEnd = known === undefined || !hasEnded(known) || isWeakEnd(known, event);
  const row = known ?? beginLate(board, event);
  closeRow(board, row);
  if (!isFirstEnd) {
    change(board, row, {}, event);
    return;
  }
  const patch: ActionPatch = { state, endedAt: event.at, ...timesOf(row, event) };
  const summary = known === undefined ? callOfEvent(event) : row.summary;
  if (state === 'ok') patch.summary = event.summary;
  else {
    patch.summary = summary;
    const words = reason ?? (event.summary.startsWith(`${summary} · `) ? event.summary.slice(summary.length + 3) : '');
    if (words !== '') patch.errorLine = words;
  }
  const done = change(board, row, patch, event);
  if (state === 'failed' || state === 'never-ran') countForAgent(board, event, 0, 1);
  if (isAgentTool(event.toolName)) linkSubagent(board, done, event);
}

/** An end that was only assumed, or told by a batch, gives way to the call's own event. */
function isWeakEnd(row: Action, event: TelltaleEvent): boolean {
  if (row.state === 'unknown-end') return true;
  return (
    event.name !== 'PostToolBatch' && row.durationMs === undefined && (row.state === 'ok' || row.state === 'denied')
  );
}

/** Every call of the batch has an end now; some are told nowhere else. */
export function finishBatch(board: Board, event: TelltaleEvent): void {
  for (const entry of listAt(event.payload, 'tool_calls')) {
    const id = isFields(entry) ? textAt(entry, 'tool_use_id') : undefined;
    if (!isFields(entry) || id === undefined) continue;
    const text = responseText(entry);
    const known = callRow(board, id);
    if (known !== undefined && hasEnded(known) && known.state !== 'unknown-end') {
      change(board, known, {}, event);
      continue;
    }
    const hasNotRun = isNeverRan(text);
    const state = hasNotRun ? 'never-ran' : refused.test(text.slice(0, 400)) ? 'denied' : 'ok';
    const toolName = textAt(entry, 'tool_name') ?? 'unknown tool';
    const summary = callSummary(toolName, fieldsAt(entry, 'tool_input') ?? {}, textAt(event.payload, 'cwd'));
    const words = state === 'ok' ? undefined : errorLine(text);
    // Its own events came before this view began; they may be loaded later.
    if (known === undefined && !hasNotRun) {
      remember(board.told, id, { at: event.at, seq: event.seq, state, errorLine: words });
      continue;
    }
    finishCall(board, { ...event, toolUseId: id, toolName, summary }, state, words);
    if (known === undefined) countForAgent(board, event, 1, 0);
  }
  endOpenRows(board, laneOf(event), event.at);
}

/** `tool_decision` of the telemetry: the moment of the answer. */
export function decideCall(board: Board, event: TelltaleEvent): void {
  const row = event.toolUseId === undefined ? undefined : callRow(board, event.toolUseId);
  if (row === undefined) {
    note(board, event, 'telemetry');
    return;
  }
  const isRejected = textAt(event.payload, 'decision') === 'reject';
  const answered = row.askedAt === undefined ? {} : { waitedMs: msBetween(row.askedAt, event.at) };
  if (isRejected && !hasEnded(row)) {
    closeRow(board, row);
    change(board, row, { state: 'denied', endedAt: event.at, ...answered }, event);
  } else change(board, row, { ...answered, state: row.state === 'waiting' ? 'running' : row.state }, event);
}

/** The client still waits, it says; or the task that a call made was created. */
export function attachToOpen(board: Board, event: TelltaleEvent, isMeant: (row: Action) => boolean): boolean {
  const row = openRows(board, laneOf(event)).findLast(isMeant);
  if (row !== undefined) change(board, row, {}, event);
  return row !== undefined;
}

/** A request that came before its call becomes the call's row. */
function adoptRequest(board: Board, event: TelltaleEvent): Action | undefined {
  const pending = requestKey(event, event.summary);
  const row = board.rows.get(board.pending.get(pending) ?? '');
  if (row === undefined || event.toolUseId === undefined) return undefined;
  board.pending.delete(pending);
  board.keyOfCall.set(event.toolUseId, row.key);
  countForAgent(board, event, 1, 0);
  return change(board, row, { toolUseId: event.toolUseId });
}

function requestKey(event: TelltaleEvent, words: string): string {
  return `asked|${laneOf(event)}|${words}`;
}

/** A call that was loaded after its batch, and has no other end. */
function endAsTold(board: Board, row: Action): void {
  const told = board.told.get(row.toolUseId ?? '');
  if (told === undefined) return;
  board.told.delete(row.toolUseId ?? '');
  const { at: endedAt, seq, state, errorLine: words } = told;
  const patch: ActionPatch = { state, endedAt, seqs: [...row.seqs, seq] };
  if (words !== undefined) patch.errorLine = words;
  if (row.askedAt !== undefined) patch.waitedMs = waitedMs(row.askedAt, endedAt);
  change(board, row, patch);
}

/** A call whose beginning was not heard (yet). */
function beginLate(board: Board, event: TelltaleEvent): Action {
  const row = newAction(callKey(event.toolUseId ?? event.id), 'tool', 'running', event);
  if (event.durationMs !== undefined) row.at = shiftTime(event.at, -event.durationMs);
  const told = board.told.get(event.toolUseId ?? '');
  if (told !== undefined) row.seqs = [event.seq, told.seq];
  board.told.delete(event.toolUseId ?? '');
  if (event.name !== 'PostToolBatch') countForAgent(board, event, 1, 0);
  return add(board, Object.assign(row, askedAgent(event)));
}

function timesOf(row: Action, event: TelltaleEvent): ActionPatch {
  const times: ActionPatch = {};
  if (event.durationMs !== undefined) times.durationMs = event.durationMs;
  if (row.askedAt !== undefined && row.waitedMs === undefined) {
    times.waitedMs = waitedMs(row.askedAt, event.at, event.durationMs);
  }
  return times;
}

function askedAgent(event: TelltaleEvent): ActionPatch {
  if (!isAgentTool(event.toolName)) return {};
  const input = fieldsAt(event.payload, 'tool_input');
  const asked: ActionPatch = {};
  const type = textAt(input, 'subagent_type');
  const description = textAt(input, 'description');
  if (type !== undefined) asked.subagentType = type;
  if (description !== undefined) asked.description = firstLine(description, 120);
  return asked;
}

/** From the request to the answer: the run itself follows it. */
function waitedMs(askedAt: string, endedAt: string, durationMs = 0): number {
  return Math.max(0, msBetween(askedAt, endedAt) - durationMs);
}

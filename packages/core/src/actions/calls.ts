import { askingKind, callOfPermission } from '../catalogue/asked.ts';
import { isNeverRan, responseText } from '../catalogue/call.ts';
import { callOfEvent, callSummary, errorLine, isAgentTool, isSameTool } from '../catalogue/tools.ts';
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
  const isAsking = askingKind(event.toolName) !== undefined;
  const known = callRow(board, event.toolUseId) ?? adoptRequest(board, event);
  remember(board.latest, laneOf(event), known?.key ?? callKey(event.toolUseId));
  if (known !== undefined) {
    // Its end, its request or its telemetry came first: begin where the call says, keep what came of it.
    const isNamed = !board.bare.has(known.key) && hasEnded(known);
    const named = nameCall(board, known, event);
    // A failure heard first, without a payload, could not tell its call from its words.
    const words = isNamed && named.state !== 'ok' ? wordsBehind(event.summary, named.summary) : '';
    const summary = isNamed && words === '' ? named.summary : event.summary;
    const at = named.name === known.name && known.name === event.name ? earlier(event.at, known.at) : event.at;
    const asked = isAsking && named.askedAt === undefined ? askedLate(board, named, event.at) : {};
    const failed = words === '' ? {} : { errorLine: words };
    const patch = { name: event.name, at, summary, ...failed, ...asked, ...askedAgent(event) };
    const row = change(board, named, patch, event);
    if (row.state === 'unknown-end') endAsTold(board, row);
    return;
  }
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
  const row = open.findLast((one) => one.state === 'running') ?? open.at(-1) ?? bareCallAsked(board, event);
  if (row !== undefined) {
    change(board, row, askedLate(board, row, row.askedAt ?? event.at), event);
    return;
  }
  // The call has ended by what was heard earlier, or nothing of it was heard.
  const latest = board.rows.get(board.latest.get(lane) ?? '');
  const isEndedBefore = latest?.endedAt !== undefined && latest.endedAt < event.at;
  if (latest?.toolName === event.toolName && latest?.summary.startsWith(words) && !isEndedBefore) {
    const isAnswered = hasEnded(latest) || board.decidedAt.has(latest.key);
    change(board, latest, isAnswered ? askedLate(board, latest, event.at) : { askedAt: event.at }, event);
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
  const known = callRow(board, event.toolUseId) ?? adoptRequestAtEnd(board, event);
  // A denial and a failure of one call may both be told: the first word counts, a known end beats an unknown one.
  const isFirstEnd = known === undefined || !hasEnded(known) || isWeakEnd(board, known, event, state);
  const isBare = known !== undefined && board.bare.has(known.key);
  const row = known === undefined ? beginLate(board, event) : nameCall(board, known, event);
  closeRow(board, row);
  if (!isFirstEnd) {
    change(board, row, {}, event);
    return;
  }
  const patch: ActionPatch = { state, endedAt: event.at, ...timesOf(board, row, event) };
  const summary = known === undefined || isBare ? callOfEvent(event) : row.summary;
  if (state === 'ok') patch.summary = event.summary;
  else {
    patch.summary = summary;
    const words = reason ?? wordsBehind(summary, event.summary);
    if (words !== '') patch.errorLine = words;
  }
  if (event.name !== 'PostToolBatch') board.endedByTelemetry.delete(row.key);
  const done = change(board, row, patch, event);
  if (state === 'failed' || state === 'never-ran') countForAgent(board, event, 0, 1);
  if (isAgentTool(event.toolName)) linkSubagent(board, done, event);
}

/** An end that was only assumed, or told by a batch or by telemetry, gives way to the call's own event. */
function isWeakEnd(board: Board, row: Action, event: TelltaleEvent, state: ActionState): boolean {
  if (row.state === 'unknown-end') return true;
  const isBatch = event.name === 'PostToolBatch';
  // A batch knows better than telemetry only what did not run at all: a failed call looks well in it.
  if (board.endedByTelemetry.has(row.key)) return !isBatch || state === 'never-ran' || state === 'denied';
  return !isBatch && row.durationMs === undefined && (row.state === 'ok' || row.state === 'denied');
}

/** Every call of the batch has an end now; some are told nowhere else. */
export function finishBatch(board: Board, event: TelltaleEvent): void {
  for (const entry of listAt(event.payload, 'tool_calls')) {
    const id = isFields(entry) ? textAt(entry, 'tool_use_id') : undefined;
    if (!isFields(entry) || id === undefined) continue;
    const text = responseText(entry);
    const known = callRow(board, id);
    const hasNotRun = isNeverRan(text);
    const state = hasNotRun ? 'never-ran' : refused.test(text.slice(0, 400)) ? 'denied' : 'ok';
    const isTold = known !== undefined && board.endedByTelemetry.has(known.key) && state !== 'ok';
    if (known !== undefined && hasEnded(known) && known.state !== 'unknown-end' && !isTold) {
      change(board, known, {}, event);
      continue;
    }
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

/** The client still waits, it says; or the task that a call made was created. */
export function attachToOpen(board: Board, event: TelltaleEvent, isMeant: (row: Action) => boolean): boolean {
  const row = openRows(board, laneOf(event)).findLast(isMeant);
  if (row !== undefined) change(board, row, {}, event);
  return row !== undefined;
}

/** A request that came before its call becomes the call's row. */
function adoptRequest(board: Board, event: TelltaleEvent, words = event.summary): Action | undefined {
  const pending = requestKey(event, words);
  const row = board.rows.get(board.pending.get(pending) ?? '');
  if (row === undefined || event.toolUseId === undefined) return undefined;
  board.pending.delete(pending);
  board.keyOfCall.set(event.toolUseId, row.key);
  countForAgent(board, event, 1, 0);
  return change(board, row, { toolUseId: event.toolUseId });
}

/** The same where the end of the call is heard before its beginning; what came of it stands behind its words. */
function adoptRequestAtEnd(board: Board, event: TelltaleEvent): Action | undefined {
  if (event.name === 'PostToolBatch') return undefined;
  const began = shiftTime(event.at, -(event.durationMs ?? 0));
  const words = callOfEvent(event);
  const prefix = requestKey(event, '');
  for (const [pending, key] of board.pending) {
    if (!pending.startsWith(prefix)) continue;
    const asked = pending.slice(prefix.length);
    const isMeant = words === asked || (words === event.summary && resultBehind(asked, words));
    const row = isMeant ? board.rows.get(key) : undefined;
    if (row === undefined || row.toolName !== event.toolName || (row.askedAt ?? '') > began) continue;
    const adopted = adoptRequest(board, event, asked);
    return adopted && withBatch(board, adopted);
  }
  return undefined;
}

/** What went wrong, behind the call's own words. */
function wordsBehind(call: string, told: string): string {
  return told.startsWith(`${call} · `) ? told.slice(call.length + 3) : '';
}

function resultBehind(call: string, told: string): boolean {
  return told.startsWith(call) && /^ (·|[+−]\d)/.test(told.slice(call.length));
}

function requestKey(event: TelltaleEvent, words: string): string {
  return `asked|${laneOf(event)}|${words}`;
}

/** The first hook of a call that telemetry told first says whose it is and what it works on. */
function nameCall(board: Board, row: Action, event: TelltaleEvent): Action {
  if (!board.bare.delete(row.key)) return row;
  closeRow(board, row);
  const {
    key: _key,
    kind: _kind,
    state: _state,
    at: _at,
    seqs: _seqs,
    ...named
  } = newAction(row.key, 'tool', row.state, event);
  const next = change(board, row, { ...named, ...askedAgent(event) });
  if (!hasEnded(next)) openRow(board, next);
  countForAgent(board, event, 1, 0);
  return next;
}

/** A request has no id: of the calls that telemetry told first it means the one that was decided next. */
function bareCallAsked(board: Board, event: TelltaleEvent): Action | undefined {
  for (const key of board.bare) {
    const row = board.rows.get(key);
    // It was decided, or at least ran, after it was asked.
    if (row === undefined || row.askedAt !== undefined || (board.decidedAt.get(key) ?? row.at) < event.at) continue;
    const isLane = row.sessionId === event.sessionId && (row.agentId ?? event.agentId) === event.agentId;
    if (isLane && isSameTool(row.toolName, event.toolName)) return row;
  }
  return undefined;
}

/** The question of a call; its answer may be known already. */
function askedLate(board: Board, row: Action, askedAt: string): ActionPatch {
  const decidedAt = board.decidedAt.get(row.key);
  if (decidedAt !== undefined && decidedAt >= askedAt) return { askedAt, waitedMs: msBetween(askedAt, decidedAt) };
  if (!hasEnded(row)) return { askedAt, state: 'waiting' };
  return row.endedAt === undefined
    ? { askedAt }
    : { askedAt, waitedMs: waitedMs(askedAt, row.endedAt, row.durationMs) };
}

/** A call that was loaded after its batch, and has no other end. */
export function endAsTold(board: Board, row: Action): void {
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
  if (event.name !== 'PostToolBatch') {
    countForAgent(board, event, 1, 0);
    remember(board.latest, laneOf(event), row.key);
  }
  return withBatch(board, add(board, Object.assign(row, askedAgent(event))));
}

/** Its own end is here: what the batch says of it counts no more. */
function withBatch(board: Board, row: Action): Action {
  const told = board.told.get(row.toolUseId ?? '');
  if (told === undefined) return row;
  board.told.delete(row.toolUseId ?? '');
  return change(board, row, { seqs: [...row.seqs, told.seq] });
}

function timesOf(board: Board, row: Action, event: TelltaleEvent): ActionPatch {
  const times: ActionPatch = {};
  if (event.durationMs !== undefined) times.durationMs = event.durationMs;
  // What a weaker end made of it is told better now; what a decision says stays.
  if (row.askedAt !== undefined && (row.waitedMs === undefined || !board.decidedAt.has(row.key))) {
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

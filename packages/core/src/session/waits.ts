import { askedWords, askingKind } from '../catalogue/asked.ts';
import type { TelltaleEvent } from '../event.ts';
import { fieldsAt, textAt } from '../fields.ts';
import { present } from '../present.ts';
import type { Wait } from '../session-view.ts';
import { callAsked, printOf } from './calls.ts';
import { type FoldLimits, keep, type OpenWait, remove, type SessionFold } from './fold.ts';

/**
 * After this long without a sign an approved call may be running: without telemetry an approval is not heard.
 * Less than 5 s, so that nobody who just answered is told for longer that they are waited for.
 */
const surelyWaitingMs = 4_000;

/** PreToolUse of a tool that asks: the wait begins with the call. */
export function waitForAnswer(fold: SessionFold, event: TelltaleEvent, limits: FoldLimits): void {
  const kind = askingKind(event.toolName);
  if (kind === undefined && fold.waits.length === 0) return;
  const print = printOf(event.toolName, fieldsAt(event.payload, 'tool_input'));
  // A request can be sorted before its call when both have the same millisecond.
  const asked = fold.waits.find(
    (wait) => wait.toolUseId === undefined && wait.print === print && isOf(wait, event.agentId),
  );
  if (asked !== undefined && event.toolUseId !== undefined) asked.toolUseId = event.toolUseId;
  else if (kind !== undefined) addWait(fold, waitFor(event, { kind, print, toolUseId: event.toolUseId }), limits);
}

export function waitForPermission(fold: SessionFold, event: TelltaleEvent, limits: FoldLimits): void {
  const print = printOf(event.toolName, fieldsAt(event.payload, 'tool_input'));
  const known = fold.waits.find(
    (wait) => wait.print === print && isOf(wait, event.agentId) && wait.toolName === event.toolName,
  );
  // The client asks for a question's or a plan's permission too: that is the same wait.
  if (known !== undefined && known.kind !== 'permission') {
    known.confirmedAt = event.at;
    return;
  }
  const toolUseId = event.toolUseId ?? callAsked(fold, event, print)?.id;
  addWait(fold, waitFor(event, { kind: askingKind(event.toolName) ?? 'permission', print, toolUseId }), limits);
}

export function waitForElicitation(fold: SessionFold, event: TelltaleEvent, limits: FoldLimits): void {
  const server = textAt(event.payload, 'mcp_server_name') ?? 'MCP';
  const print = textAt(event.payload, 'elicitation_id') ?? '';
  addWait(fold, waitFor(event, { kind: 'elicitation', print, server }), limits);
}

/** The client says that a request is open still, six seconds after it asked; older clients say nothing before. */
export function confirmWaits(fold: SessionFold, event: TelltaleEvent, limits: FoldLimits): void {
  const open = fold.waits.filter((wait) => wait.kind === 'permission');
  for (const wait of open) wait.confirmedAt = event.at;
  if (fold.waits.length > 0) return;
  const call = fold.calls.at(-1);
  // The notification names no call: the newest open one is meant.
  const told = { ...event, toolName: call?.toolName, agentId: call?.agentId, summary: call?.summary ?? event.summary };
  addWait(fold, waitFor(told, { kind: 'permission', print: call?.print ?? '', toolUseId: call?.id }), limits);
}

/** The call has ended, so its request was answered before it ran. */
export function endWaitOfCall(fold: SessionFold, event: TelltaleEvent): void {
  const at = Date.parse(event.at) - (event.durationMs ?? 0);
  endWaits(fold, (wait) => wait.toolUseId !== undefined && wait.toolUseId === event.toolUseId, at);
}

/** Nothing of this agent is asked any more, and the answer was heard at `at`. */
export function endWaitsOfAgent(fold: SessionFold, agentId: string | undefined, at: string): void {
  endWaits(fold, (wait) => isOf(wait, agentId), Date.parse(at));
}

/**
 * The agent went on, or the user did, and no answer was heard (Esc tells nothing): counts only what is certain.
 */
export function dropWaitsOfAgent(fold: SessionFold, agentId: string | undefined): void {
  endWaits(fold, (wait) => isOf(wait, agentId), undefined);
}

export function dropAllWaits(fold: SessionFold): void {
  endWaits(fold, () => true, undefined);
}

export function endElicitation(fold: SessionFold, event: TelltaleEvent): void {
  const server = textAt(event.payload, 'mcp_server_name');
  const isMeant = (wait: OpenWait) => wait.kind === 'elicitation' && (server === undefined || wait.server === server);
  endWaits(fold, isMeant, Date.parse(event.at));
}

export function waitsOf(fold: SessionFold, now: number): Wait[] {
  return fold.waits.map(({ confirmedAt, print: _, server: __, ...wait }) => ({
    ...wait,
    // A question's call ends with its answer; only a permission is followed by a run that nothing announces.
    mayBeRunning: wait.kind === 'permission' && !fold.hasTelemetry && now - Date.parse(confirmedAt) >= surelyWaitingMs,
  }));
}

function waitFor(
  event: Pick<TelltaleEvent, 'at' | 'seq' | 'summary'> & {
    toolName?: string | undefined;
    agentId?: string | undefined;
  },
  asked: Pick<OpenWait, 'kind' | 'print'> & { toolUseId?: string | undefined; server?: string | undefined },
): OpenWait {
  const { at, seq, toolName, agentId } = event;
  const summary = askedWords(toolName, event.summary);
  return present({ ...asked, summary, since: at, confirmedAt: at, seq, toolName, agentId });
}

/** A call waits once, however often it is asked for. */
function addWait(fold: SessionFold, wait: OpenWait, limits: FoldLimits): void {
  const { toolUseId } = wait;
  if (toolUseId !== undefined && fold.waits.some((one) => one.toolUseId === toolUseId)) return;
  keep(fold.waits, wait, limits.waits);
}

function endWaits(fold: SessionFold, isOver: (wait: OpenWait) => boolean, endMs: number | undefined): void {
  for (const wait of fold.waits) if (isOver(wait)) countWait(fold, endMs ?? Date.parse(wait.confirmedAt));
  remove(fold.waits, isOver);
}

/** Two waits at the same time are one time of waiting: from the first that is still open up to here. */
function countWait(fold: SessionFold, endMs: number): void {
  const since = Math.min(...fold.waits.map((wait) => Date.parse(wait.since)));
  const from = Math.max(since, fold.waitedTo);
  if (endMs <= from) return;
  fold.waitedMs += endMs - from;
  fold.waitedTo = endMs;
}

function isOf(wait: OpenWait, agentId: string | undefined): boolean {
  return wait.agentId === agentId;
}

import type { Action } from '../actions.ts';
import { askedWords, askingKind } from '../catalogue/asked.ts';
import { responseText } from '../catalogue/call.ts';
import { lineCount, patchLines } from '../catalogue/patch.ts';
import { telemetryRow } from '../catalogue/telemetry.ts';
import { callSummary, doneSummary } from '../catalogue/tools.ts';
import type { TelltaleEvent } from '../event.ts';
import { type Fields, fieldsAt, isFields, listAt, numberAt, textAt } from '../fields.ts';
import { msBetween } from '../iso-time.ts';
import { present } from '../present.ts';
import { type DraftItem, mainLane } from './draft.ts';
import type { EntryDrafts } from './from-entries.ts';
import type { EventDrafts } from './from-events.ts';
import { problemOf, type SaidCall, type SaidResult } from './said-calls.ts';
import type { ActionItem, Decision, WaitItem } from './story.ts';

/** A call of the story with what belongs to it. */
export interface JoinedCall extends DraftItem {
  item: ActionItem;
  wait: WaitItem | undefined;
}

/** Every call once, whichever road told it: by `tool_use_id`, in the order in which they began. */
export function joinCalls(done: EventDrafts, said: EntryDrafts): Map<string, JoinedCall> {
  const joined = new Map<string, JoinedCall>();
  for (const [id, call] of said.calls) joined.set(id, joinCall(done.calls.get(id), call, done.eventOf));
  for (const [id, action] of done.calls) if (!joined.has(id)) joined.set(id, joinCall(action, undefined, done.eventOf));
  return joined;
}

function joinCall(
  done: Action | undefined,
  said: SaidCall | undefined,
  eventOf: ReadonlyMap<number, TelltaleEvent>,
): JoinedCall {
  const told = toldByEvents(done, eventOf);
  const result = said?.result;
  // The event's input first: the transcript's may be cut by other limits.
  const input = told.input ?? said?.input ?? told.heardInput ?? {};
  const response = told.response ?? result?.response;
  const error = told.error ?? result?.error;
  const at = said?.at ?? done?.at ?? '';
  const isUntold = said !== undefined && done !== undefined && telemetryRow(done.name) !== undefined;
  // Telemetry alone does not say what the call worked on.
  const heard = isUntold ? { ...done, ...wordsOf(actionOf(said, input, at)) } : done && withHeard(done, told);
  const action = heard ? withSaid(heard, said) : actionOf(said, input, at);
  const item: ActionItem = {
    kind: 'action',
    at,
    action,
    input,
    images: result?.images ?? [],
    ...present({
      response,
      error,
      seq: done?.seqs[0],
      entry: said?.entry,
      resultEntry: result?.entry,
      requestId: said?.requestId ?? told.requestId,
      decision: told.decision ?? decisionOf(result),
      diff: isFields(response) ? diffOf(response, input) : undefined,
    }),
  };
  const cwd = told.cwd ?? said?.cwd;
  return {
    item,
    wait: waitOf(item, said, cwd),
    lane: action.agentId ?? said?.lane ?? mainLane,
    promptId: done?.promptId,
  };
}

interface Told {
  cwd?: string | undefined;
  input?: Fields;
  /** Telemetry's, which shortens what is long. */
  heardInput?: Fields | undefined;
  response?: unknown;
  error?: string;
  requestId?: string | undefined;
  decision?: Decision;
}

function toldByEvents(action: Action | undefined, eventOf: ReadonlyMap<number, TelltaleEvent>): Told {
  const told: Told = {};
  for (const seq of action?.seqs ?? []) {
    const event = eventOf.get(seq);
    const payload = event?.payload;
    if (!payload) continue;
    if (event.source === 'otel') {
      told.requestId ??= textAt(payload, 'request_id');
      // The decision comes first, with other names for the same.
      told.heardInput = jsonAt(payload, 'tool_input') ?? told.heardInput ?? jsonAt(payload, 'tool_parameters');
      const by = event.name === 'tool_decision' ? textAt(payload, 'source') : undefined;
      if (by !== undefined) told.decision = { isAllowed: textAt(payload, 'decision') !== 'reject', by };
    }
    told.cwd ??= textAt(payload, 'cwd');
    const entry = 'tool_calls' in payload ? batchEntry(payload, action?.toolUseId) : payload;
    if (!entry) continue;
    const input = fieldsAt(entry, 'tool_input');
    if (input) told.input ??= input;
    if (entry === payload && payload.tool_response !== undefined) told.response = payload.tool_response;
    const isBad = action?.state === 'denied' || action?.state === 'never-ran' || action?.state === 'failed';
    const error = textAt(entry, 'error') ?? (entry === payload || !isBad ? undefined : responseText(entry));
    if (error !== undefined && error !== '') told.error ??= error;
  }
  return told;
}

function jsonAt(payload: Fields, key: string): Fields | undefined {
  const text = textAt(payload, key);
  if (text === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return isFields(value) ? value : undefined;
  } catch {
    // Cut by the client.
    return { [key]: text };
  }
}

function decisionOf(result: SaidResult | undefined): Decision | undefined {
  if (result?.decidedBy === undefined) return undefined;
  return { isAllowed: result.state !== 'denied', by: result.decidedBy };
}

function batchEntry(payload: Fields, toolUseId: string | undefined): Fields | undefined {
  return listAt(payload, 'tool_calls').find(
    (entry): entry is Fields => isFields(entry) && entry.tool_use_id === toolUseId,
  );
}

function wordsOf({ summary, toolName, agentId, name, errorLine }: Action): Partial<Action> {
  return { summary, name, ...present({ toolName, agentId, errorLine }) };
}

/** What the call worked on, where telemetry alone tells of it and logs that. */
function withHeard(done: Action, { input, heardInput, cwd }: Told): Action {
  if (input || !heardInput || telemetryRow(done.name) === undefined) return done;
  return { ...done, summary: callSummary(done.toolName ?? '', heardInput, cwd) };
}

/** What the events left open, the transcript may tell. */
function withSaid(done: Action, said: SaidCall | undefined): Action {
  const result = said?.result;
  const isOpen = done.state === 'running' || done.state === 'waiting' || done.state === 'unknown-end';
  const ended = isOpen && result ? { state: result.state, endedAt: result.at, errorLine: problemOf(result) } : {};
  return { ...done, ...present({ model: done.model ?? said?.model, ...ended }) };
}

function actionOf(said: SaidCall | undefined, input: Fields, at: string): Action {
  const toolName = said?.toolName ?? 'unknown tool';
  const result = said?.result;
  const isOk = result?.state === 'ok';
  return {
    key: `tool:${said?.toolUseId ?? at}`,
    kind: 'tool',
    state: result?.state ?? 'running',
    name: 'PreToolUse',
    app: '',
    at,
    toolName,
    summary: isOk ? doneSummary(toolName, input, result.response, said?.cwd) : callSummary(toolName, input, said?.cwd),
    seqs: [],
    ...present({
      toolUseId: said?.toolUseId,
      agentId: said === undefined || said.lane === mainLane ? undefined : said.lane,
      endedAt: result?.at,
      durationMs: said && ranMs(said),
      errorLine: result && problemOf(result),
      model: said?.model,
    }),
  };
}

/** From call to result, where nobody was asked in between; else as the tool itself tells. */
function ranMs(said: SaidCall): number | undefined {
  const { result } = said;
  if (!result || result.state === 'denied' || result.state === 'never-ran') return undefined;
  const response = isFields(result.response) ? result.response : undefined;
  const told = numberAt(response, 'totalDurationMs') ?? numberAt(response, 'durationMs');
  if (told !== undefined || result.wasAsked) return told;
  return msBetween(said.at, result.at);
}

/** Faster than anybody answers. */
const nobodyMs = 250;

/** The wait for somebody's answer that the call began with. */
function waitOf(
  { action, input, entry, decision }: ActionItem,
  said: SaidCall | undefined,
  cwd: string | undefined,
): WaitItem | undefined {
  const asking = askingKind(action.toolName);
  const refusedMs = said?.result?.state === 'denied' ? Date.parse(said.result.at) - Date.parse(said.at) : undefined;
  const wasAsked = action.askedAt !== undefined || asking !== undefined || (said?.result?.wasAsked ?? false);
  if (!wasAsked) return undefined;
  const answeredMs = asking && action.endedAt ? Date.parse(action.endedAt) - Date.parse(action.at) : undefined;
  const durationMs = action.waitedMs ?? answeredMs ?? refusedMs;
  // Denied at once: the client asked where nobody could answer.
  if (action.state === 'denied' && (durationMs ?? nobodyMs) < nobodyMs) return undefined;
  return {
    kind: 'wait',
    wait: asking ?? 'permission',
    at: action.askedAt ?? action.at,
    summary: askedWords(action.toolName, callSummary(action.toolName ?? 'unknown tool', input, cwd)),
    answer: answerOf(action),
    ...present({
      toolUseId: action.toolUseId,
      durationMs,
      seq: action.seqs[1] ?? action.seqs[0],
      entry,
      decision,
    }),
  };
}

export function answerOf(action: Action): WaitItem['answer'] {
  if (action.state === 'denied') return 'denied';
  if (action.state === 'unknown-end') return 'unknown';
  if (action.state === 'waiting') return 'open';
  return action.state === 'running' && action.waitedMs === undefined ? 'open' : 'allowed';
}

function diffOf(response: Fields, input: Fields): ActionItem['diff'] {
  if (!Array.isArray(response.structuredPatch)) return undefined;
  const lines = patchLines(response);
  if (response.type === 'create') lines.added = lineCount(textAt(response, 'content') ?? '');
  const path = textAt(response, 'filePath') ?? textAt(input, 'file_path');
  return { ...lines, ...present({ path }) };
}

import { promptKind } from '../catalogue/prompt.ts';
import { isBookkeeping } from '../catalogue/telemetry.ts';
import { hookRow } from '../catalogue.ts';
import type { TelltaleEvent } from '../event.ts';
import { rowOf, textAt } from '../fields.ts';
import { earlier, later, msBetween } from '../iso-time.ts';
import { plural } from '../words.ts';
import { type Action, hasEnded, newAction } from './action.ts';
import { add, type Board, change, endOpenRows, endSession, laneOf, note } from './board.ts';
import { askForCall, attachToOpen, finishBatch, finishCall, startCall } from './calls.ts';
import { startSubagent, stopSubagent, subagentKey } from './subagents.ts';
import { decideCall, tellResult } from './telemetry-calls.ts';

/** What an event does to the rows. */
export function takeStep(board: Board, event: TelltaleEvent): void {
  const step = event.source === 'hook' ? (rowOf(hookSteps, event.name) ?? other) : telemetry;
  step(board, event);
}

type Step = (board: Board, event: TelltaleEvent) => void;

const other: Step = (board, event) => {
  const tone = hookRow(event.name)?.tone;
  note(board, event, event.toolName === undefined || tone !== undefined ? 'other' : 'tool');
};

const telemetry: Step = (board, event) => {
  if (event.source === 'otel' && event.name === 'tool_decision') decideCall(board, event);
  else if (event.source === 'otel' && event.name === 'tool_result') tellResult(board, event);
  else if (event.source === 'otel' && isBookkeeping(event.name)) noteBookkeeping(board, event);
  else {
    const row = toldByHook(board, event);
    if (row === undefined) noteTelemetry(board, event);
    else change(board, row, {}, event);
  }
};

function noteTelemetry(board: Board, event: TelltaleEvent): void {
  const row = note(board, event, 'telemetry', event.outcome === 'failed' ? 'failed' : 'noted');
  if (event.durationMs !== undefined) change(board, row, { durationMs: event.durationMs });
}

/** The row that a hook has made of the same thing: telemetry comes some seconds later. */
function toldByHook(board: Board, event: TelltaleEvent): Action | undefined {
  switch (event.name) {
    case 'user_prompt':
      return board.rows.get(board.pending.get(saidKey('prompt', event)) ?? '');
    case 'assistant_response':
      return board.rows.get(board.pending.get(saidKey('message', event)) ?? '');
    case 'subagent_completed':
      return event.agentId === undefined ? undefined : board.rows.get(subagentKey(event));
    case 'compaction':
      return pendingRow(board, 'compaction', event) ?? pendingRow(board, 'compacted', event);
    default:
      return undefined;
  }
}

function saidKey(what: 'prompt' | 'message', event: TelltaleEvent): string {
  return `${what}|${laneOf(event)}|${event.promptId ?? ''}`;
}

/** Dozens at the start and around each tool: one row for those of a prompt, or of the time before the first. */
function noteBookkeeping(board: Board, event: TelltaleEvent): void {
  const key = `notes:${event.sessionId ?? ''}|${event.promptId ?? ''}`;
  const known = board.rows.get(key);
  const count = (known?.count ?? 0) + 1;
  const summary = `${plural(count, 'note')} of the client on hooks and plugins`;
  if (known === undefined) add(board, { ...newAction(key, 'telemetry', 'noted', event), summary, count });
  else change(board, known, { summary, count, at: earlier(known.at, event.at) }, event);
}

const hookSteps: Readonly<Record<string, Step>> = {
  PreToolUse: startCall,
  PermissionRequest: askForCall,
  PermissionDenied: (board, event) => finishCall(board, event, 'denied', textAt(event.payload, 'reason')),
  PostToolUse: (board, event) => finishCall(board, event, event.outcome ?? 'ok'),
  PostToolUseFailure: (board, event) => finishCall(board, event, event.outcome ?? 'failed'),
  PostToolBatch: finishBatch,

  SubagentStart: startSubagent,
  SubagentStop: (board, event) => {
    if (event.agentId !== undefined) endOpenRows(board, laneOf(event), event.at);
    if (stopSubagent(board, event)) return;
    const row = pendingRow(board, 'compaction', event);
    if (row === undefined) note(board, event, 'other');
    else change(board, row, {}, event);
  },

  UserPromptExpansion: (board, event) => {
    const row = note(board, event, 'prompt');
    if (event.promptId !== undefined) board.pending.set(`expansion|${event.sessionId}`, row.key);
  },
  UserPromptSubmit: (board, event) => {
    const kind = promptKind(textAt(event.payload, 'prompt') ?? '');
    if (kind !== 'client-command') endOpenRows(board, laneOf({ sessionId: event.sessionId }), event.at);
    board.pending.delete(`compaction|${event.sessionId}`);
    const expansion = pendingRow(board, 'expansion', event);
    board.pending.delete(`expansion|${event.sessionId}`);
    if (expansion !== undefined && expansion.promptId === event.promptId) {
      change(board, expansion, { summary: event.summary, name: event.name }, event);
      board.pending.set(saidKey('prompt', event), expansion.key);
    } else {
      const row = note(board, event, kind === 'task-notification' ? 'notification' : 'prompt');
      board.pending.set(saidKey('prompt', event), row.key);
    }
  },
  MessageDisplay: (board, event) => {
    const id = textAt(event.payload, 'message_id');
    const row = id === undefined ? undefined : board.rows.get(`message:${id}`);
    if (row !== undefined) change(board, row, {}, event);
    else if (id === undefined) note(board, event, 'message');
    else {
      add(board, newAction(`message:${id}`, 'message', 'noted', event));
      board.pending.set(saidKey('message', event), `message:${id}`);
    }
  },

  Stop: (board, event) => {
    endOpenRows(board, laneOf({ sessionId: event.sessionId }), event.at);
    note(board, event, 'turn');
  },
  StopFailure: (board, event) => {
    endOpenRows(board, laneOf({ sessionId: event.sessionId }), event.at);
    note(board, event, 'turn', 'failed');
  },

  Notification: (board, event) => {
    const isAsking = textAt(event.payload, 'notification_type') === 'permission_prompt';
    if (!isAsking || !attachToOpen(board, event, (row) => row.state === 'waiting')) note(board, event, 'notification');
  },
  // The call that makes or finishes the task is the row.
  TaskCreated: (board, event) => {
    if (!attachToOpen(board, event, (row) => row.toolName === 'TaskCreate')) note(board, event, 'other');
  },
  TaskCompleted: (board, event) => {
    if (!attachToOpen(board, event, (row) => row.toolName === 'TaskUpdate')) note(board, event, 'other');
  },

  PreCompact: (board, event) => {
    const ended = pendingRow(board, 'compacted', event);
    if (ended !== undefined && ended.at >= event.at) {
      // Loaded after its own end.
      const durationMs = msBetween(event.at, ended.endedAt ?? ended.at);
      change(board, ended, { at: event.at, state: 'ok', durationMs }, event);
      board.pending.delete(`compacted|${event.sessionId}`);
      return;
    }
    const row = note(board, event, 'compaction', 'running');
    board.pending.set(`compaction|${event.sessionId}`, row.key);
  },
  PostCompact: (board, event) => {
    const row = pendingRow(board, 'compaction', event);
    board.pending.delete(`compaction|${event.sessionId}`);
    if (row === undefined) noteCompacted(board, event);
    else finish(board, row, event, { summary: event.summary });
  },

  SessionStart: (board, event) => {
    const isCompaction = textAt(event.payload, 'source') === 'compact';
    const row = isCompaction ? pendingRow(board, 'compaction', event) : undefined;
    if (row !== undefined) finish(board, row, event, event.model === undefined ? {} : { model: event.model });
    else if (isCompaction) noteCompacted(board, event);
    else note(board, event, 'session');
    if (!isCompaction) endSession(board, event.sessionId, event.at);
  },
  SessionEnd: (board, event) => {
    endSession(board, event.sessionId, event.at);
    note(board, event, 'session');
  },

  Elicitation: (board, event) => {
    const row = note(board, event, 'elicitation', 'waiting');
    change(board, row, { askedAt: event.at });
    board.pending.set(elicitationKey(event), row.key);
  },
  ElicitationResult: (board, event) => {
    const row = board.rows.get(board.pending.get(elicitationKey(event)) ?? '');
    board.pending.delete(elicitationKey(event));
    if (row === undefined) {
      note(board, event, 'elicitation', event.outcome ?? 'noted');
      return;
    }
    const waitedMs = msBetween(row.askedAt ?? row.at, event.at);
    change(board, row, { state: event.outcome ?? 'ok', endedAt: event.at, waitedMs }, event);
  },
};

function pendingRow(board: Board, what: string, event: TelltaleEvent): Action | undefined {
  return board.rows.get(board.pending.get(`${what}|${event.sessionId}`) ?? '');
}

/** The end of a compaction whose beginning was not heard; it is one row with another end that came later. */
function noteCompacted(board: Board, event: TelltaleEvent): void {
  const known = pendingRow(board, 'compacted', event);
  if (known !== undefined && Math.abs(Date.parse(known.at) - Date.parse(event.at)) < sameCompactionMs) {
    change(
      board,
      known,
      { at: earlier(known.at, event.at), endedAt: later(known.endedAt ?? known.at, event.at) },
      event,
    );
    return;
  }
  const row = change(board, note(board, event, 'compaction', 'ok'), { endedAt: event.at });
  board.pending.set(`compacted|${event.sessionId}`, row.key);
}

/** SessionStart and PostCompact of one compaction come together. */
const sameCompactionMs = 5000;

function finish(board: Board, row: Action, event: TelltaleEvent, patch: Partial<Action>): void {
  const durationMs = hasEnded(row) ? (row.durationMs ?? 0) : msBetween(row.at, event.at);
  change(board, row, { ...patch, state: 'ok', endedAt: event.at, durationMs }, event);
}

function elicitationKey(event: TelltaleEvent): string {
  return `elicitation|${event.sessionId}|${textAt(event.payload, 'mcp_server_name') ?? ''}`;
}

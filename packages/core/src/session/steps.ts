import { notifiedTaskId, promptKind } from '../catalogue/prompt.ts';
import type { TelltaleEvent } from '../event.ts';
import { fieldsAt, textAt } from '../fields.ts';
import { oneLine, saidLine } from '../words.ts';
import {
  backgroundOf,
  countForAgent,
  endAgent,
  endAllAgents,
  isBackgroundRunning,
  joinAgent,
  noteSpawn,
  startAgent,
} from './agents.ts';
import { type CallCount, dropCalls, endBatch, endCall, startCall } from './calls.ts';
import { type FoldLimits, keep, remove, type SessionFold } from './fold.ts';
import {
  endApiTrouble,
  endFailingOf,
  endTroubleOfTurn,
  noteApiTrouble,
  noteFailure,
  noteStopFailure,
  noteSuccess,
} from './trouble.ts';
import {
  confirmWaits,
  dropAllWaits,
  dropWaitsOfAgent,
  endElicitation,
  endWaitOfCall,
  endWaitsOfAgent,
  waitForAnswer,
  waitForElicitation,
  waitForPermission,
} from './waits.ts';

/** One step of a session's state machine. What the client sends when, and what it does not tell, is recorded in fixtures/. */
export type Step = (fold: SessionFold, event: TelltaleEvent, limits: FoldLimits) => void;

export const hookSteps: Readonly<Record<string, Step>> = {
  SessionStart: (fold, event, limits) => {
    const source = textAt(event.payload, 'source');
    fold.isCompacting = false;
    // Compaction starts the context anew, not the session: it may be in the middle of a turn.
    if (source === 'compact') return;
    if (source !== undefined) fold.startSource ??= source;
    const title = textAt(event.payload, 'session_title');
    if (title !== undefined) fold.title = title;
    revive(fold);
    endEverything(fold, event.at, limits);
    endTroubleOfTurn(fold);
  },

  UserPromptSubmit: (fold, event, limits) => {
    const prompt = textAt(event.payload, 'prompt') ?? '';
    const kind = promptKind(prompt);
    if (kind === 'client-command') return;
    revive(fold);
    dropWaitsOfAgent(fold, undefined);
    endCallsOfMain(fold, limits);
    fold.isCompacting = false;
    startTurn(fold, event);
    if (kind === 'task-notification') {
      const id = notifiedTaskId(prompt);
      remove(fold.background, (task) => task.id === id);
      delete fold.failure;
      return;
    }
    endTroubleOfTurn(fold);
    fold.prompts += 1;
    fold.firstPrompt ||= oneLine(prompt, 200);
  },

  PreToolUse: (fold, event, limits) => {
    revive(fold);
    const call = startCall(fold, event, limits);
    count(fold, event, { started: call === undefined ? 0 : 1, failed: 0 }, limits);
    if (call !== undefined) noteSpawn(fold, event);
    waitForAnswer(fold, event, limits);
    startTurn(fold, event);
  },

  PermissionRequest: (fold, event, limits) => {
    waitForPermission(fold, event, limits);
    startTurn(fold, event, false);
  },

  PermissionDenied: (fold, event, limits) => {
    endWaitOfCall(fold, event);
    count(fold, event, endCall(fold, event, false, limits), limits);
  },

  PostToolUse: (fold, event, limits) => {
    endWaitOfCall(fold, event);
    count(fold, event, endCall(fold, event, false, limits), limits);
    joinAgent(fold, event, limits);
    noteSuccess(fold, event);
    noteEdit(fold, event, limits);
  },

  PostToolUseFailure: (fold, event, limits) => {
    endWaitOfCall(fold, event);
    const counted = endCall(fold, event, event.outcome !== 'interrupted', limits);
    count(fold, event, counted, limits);
    joinAgent(fold, event, limits);
    if (counted.failed > 0) noteFailure(fold, event, limits);
    say(fold, event);
  },

  PostToolBatch: (fold, event, limits) => {
    endWaitsOfAgent(fold, event.agentId, event.at);
    const counted = endBatch(fold, event, limits);
    count(fold, event, counted, limits);
    if (counted.failed > 0) say(fold, event);
  },

  MessageDisplay: (fold, event) => {
    // Text comes before the calls of its message, and its last piece may be heard after them; later text is a new answer.
    const isLater = (since: string) => Date.parse(event.at) - Date.parse(since) > 2000;
    if (fold.waits.some((wait) => wait.agentId === event.agentId && isLater(wait.since))) {
      dropWaitsOfAgent(fold, event.agentId);
    }
    // It begins no turn: the client may send the last text after Stop.
    if (textAt(event.payload, 'delta') !== undefined) say(fold, event);
  },

  Notification: (fold, event, limits) => {
    const type = textAt(event.payload, 'notification_type');
    if (type === 'permission_prompt') confirmWaits(fold, event, limits);
    else if (type === 'elicitation_complete' || type === 'elicitation_response') endElicitation(fold, event);
    else if (type === 'idle_prompt') {
      // The input line is open: a turn that was interrupted ends here, nothing else tells it.
      dropWaitsOfAgent(fold, undefined);
      if (fold.isInTurn) finishTurn(fold, event, limits);
    }
  },

  Elicitation: waitForElicitation,
  ElicitationResult: endElicitation,

  SubagentStart: (fold, event, limits) => {
    startAgent(fold, event, limits);
  },

  SubagentStop: (fold, event, limits) => {
    dropWaitsOfAgent(fold, event.agentId);
    dropCalls(fold, (call) => event.agentId !== undefined && call.agentId === event.agentId, limits);
    if (!endAgent(fold, event, limits)) return;
    endFailingOf(fold, event.agentId);
    const hadBackground = isBackgroundRunning(fold);
    fold.background = backgroundOf(event) ?? fold.background;
    remove(fold.background, (task) => task.id === event.agentId);
    if (hadBackground && !fold.isInTurn && !isBackgroundRunning(fold)) fold.turnFinishedAt = event.at;
  },

  Stop: (fold, event, limits) => {
    dropWaitsOfAgent(fold, undefined);
    const tasks = backgroundOf(event);
    fold.background = tasks ?? [];
    // An empty list says that nothing runs any more, whatever end was not heard.
    if (tasks?.length === 0) endAllAgents(fold, event.at);
    const words = saidLine(textAt(event.payload, 'last_assistant_message') ?? '', 160);
    if (words !== '') fold.lastLine = words;
    endApiTrouble(fold);
    finishTurn(fold, event, limits);
  },

  StopFailure: (fold, event, limits) => {
    dropWaitsOfAgent(fold, undefined);
    noteStopFailure(fold, event);
    fold.lastLine = event.summary;
    // It is not awaited by the client and may come after SessionEnd.
    if (fold.endedAt === undefined) finishTurn(fold, event, limits);
  },

  PreCompact: (fold, event) => {
    dropWaitsOfAgent(fold, undefined);
    fold.isCompacting = true;
    fold.lastLine = event.summary;
  },

  PostCompact: (fold, event) => {
    fold.isCompacting = false;
    fold.lastLine = event.summary;
  },

  SessionEnd: (fold, event, limits) => {
    endEverything(fold, event.at, limits);
    fold.failing.length = 0;
    fold.troubles.length = 0;
    fold.endedAt = event.at;
    const reason = textAt(event.payload, 'reason');
    if (reason !== undefined) fold.endReason = reason;
  },
};

export const telemetrySteps: Readonly<Record<string, Step>> = {
  // The only sign of an answer while an approved call runs, and of a refusal by Esc.
  tool_decision: (fold, event, limits) => {
    fold.hasTelemetry = true;
    const agentId = event.agentId ?? fold.calls.find((call) => call.id === event.toolUseId)?.agentId;
    endWaitOfCall(fold, event);
    // A refusal by hand ends the turn, and nothing else tells it.
    const isByHand = byHand.has(textAt(event.payload, 'source') ?? '');
    if (event.outcome === 'denied' && isByHand && agentId === undefined && fold.isInTurn)
      finishTurn(fold, event, limits);
  },
  api_error: noteApiTrouble,
  api_retries_exhausted: noteApiTrouble,
  api_request: endApiTrouble,
};

const byHand: ReadonlySet<string> = new Set(['user_reject', 'user_abort']);

function startTurn(fold: SessionFold, event: TelltaleEvent, speaks = true): void {
  if (event.agentId !== undefined || fold.endedAt !== undefined) return;
  fold.isInTurn = true;
  delete fold.turnFinishedAt;
  if (speaks) fold.lastLine = event.summary;
}

function finishTurn(fold: SessionFold, event: TelltaleEvent, limits: FoldLimits): void {
  fold.isInTurn = false;
  fold.isCompacting = false;
  fold.turnFinishedAt = event.at;
  endCallsOfMain(fold, limits);
  endFailingOf(fold, undefined);
}

/** Any sign of life after an end that was no end, or after a process that was resumed. */
function revive(fold: SessionFold): void {
  delete fold.endedAt;
  delete fold.endReason;
}

function endEverything(fold: SessionFold, at: string, limits: FoldLimits): void {
  dropAllWaits(fold);
  dropCalls(fold, () => true, limits);
  fold.background.length = 0;
  endAllAgents(fold, at);
  fold.isInTurn = false;
  fold.isCompacting = false;
  delete fold.turnFinishedAt;
}

function endCallsOfMain(fold: SessionFold, limits: FoldLimits): void {
  dropCalls(fold, (call) => call.agentId === undefined, limits);
}

function count(fold: SessionFold, event: TelltaleEvent, counted: CallCount, limits: FoldLimits): void {
  fold.tools += counted.started;
  fold.failures += counted.failed;
  countForAgent(fold, event, counted, limits);
}

function say(fold: SessionFold, event: TelltaleEvent): void {
  if (event.agentId === undefined) fold.lastLine = event.summary;
}

function noteEdit(fold: SessionFold, event: TelltaleEvent, limits: FoldLimits): void {
  if (!editingTools.has(event.toolName ?? '')) return;
  const input = fieldsAt(event.payload, 'tool_input');
  const path = textAt(input, 'file_path') ?? textAt(input, 'notebook_path');
  if (path === undefined) return;
  remove(fold.edits, (edit) => edit.path === path);
  keep(fold.edits, { path, at: event.at }, limits.edits);
}

const editingTools: ReadonlySet<string> = new Set(['Edit', 'MultiEdit', 'Write', 'NotebookEdit']);

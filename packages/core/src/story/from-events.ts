import { type Action, actionsOf } from '../actions.ts';
import { promptKind } from '../catalogue/prompt.ts';
import type { TelltaleEvent } from '../event.ts';
import { rowOf, textAt } from '../fields.ts';
import { byTime, msBetween } from '../iso-time.ts';
import { present } from '../present.ts';
import { type DraftPrompt, type Drafts, mainLane } from './draft.ts';
import type { CompactionItem, SessionMark, TextItem } from './story.ts';

/** What the events tell: what was done, and of what was said the prompts and the last answers. */
export interface EventDrafts extends Drafts {
  /** Calls by `tool_use_id`. */
  calls: Map<string, Action>;
  /** Subagents by id. */
  agents: Map<string, Action>;
  elicitations: Action[];
  eventOf: Map<number, TelltaleEvent>;
}

export function fromEvents(events: readonly TelltaleEvent[]): EventDrafts {
  const board: Board = {
    items: [],
    prompts: [],
    ends: [],
    marks: [],
    calls: new Map(),
    agents: new Map(),
    elicitations: [],
    eventOf: new Map(),
    messages: new Map(),
    commands: new Map(),
    compaction: undefined,
  };
  const sorted = uniqueById(events).sort(byTime);
  for (const event of sorted) {
    board.eventOf.set(event.seq, event);
    (rowOf(steps, event.name) ?? telemetry)(board, event);
  }
  for (const action of actionsOf(sorted)) noteAction(board, action);
  return board;
}

interface Board extends EventDrafts {
  /** Displayed messages by id; their pieces come one by one. */
  messages: Map<string, TextItem>;
  /** Typed commands by prompt: the prompt itself carries what became of them. */
  commands: Map<string, string>;
  compaction: CompactionItem | undefined;
}

type Step = (board: Board, event: TelltaleEvent) => void;

const telemetry: Step = (board, event) => {
  if (event.source === 'alert') notice(board, event);
  if (event.source !== 'otel' || event.name !== 'api_error') return;
  add(board, event, { kind: 'api-error', at: event.at, seq: event.seq, text: event.summary });
};

const notice: Step = (board, event) => {
  add(board, event, { kind: 'notice', at: event.at, seq: event.seq, name: event.name, text: event.summary });
};

const steps: Readonly<Record<string, Step>> = {
  UserPromptExpansion: (board, event) => {
    const name = textAt(event.payload, 'command_name');
    const args = textAt(event.payload, 'command_args');
    if (event.promptId !== undefined && name !== undefined) {
      board.commands.set(event.promptId, `/${name.replace(/^\//, '')}${args === undefined ? '' : ` ${args}`}`);
    }
  },
  UserPromptSubmit: (board, event) => {
    // A live frame leaves large payloads out; the summary has the first words.
    const text = textAt(event.payload, 'prompt') ?? event.summary.replace(/^“|”$/g, '');
    const command = event.promptId === undefined ? undefined : board.commands.get(event.promptId);
    board.prompts.push(promptDraft(event, promptKinds[promptKind(text)], command ?? text));
  },
  MessageDisplay: (board, event) => {
    const id = textAt(event.payload, 'message_id') ?? event.id;
    const delta = textAt(event.payload, 'delta') ?? '';
    const known = board.messages.get(id);
    if (known) {
      known.text += delta;
      return;
    }
    const item: TextItem = { kind: 'text', at: event.at, seq: event.seq, text: delta, messageId: id, isAnswer: false };
    board.messages.set(id, item);
    add(board, event, item);
  },
  Stop: (board, event) => end(board, event, mainLane),
  SubagentStop: (board, event) => {
    // Compaction sends one of its own, without a type: its words are the summary.
    if (event.agentId !== undefined && event.agentType !== undefined) end(board, event, event.agentId);
  },
  StopFailure: (board, event) => {
    const text = textAt(event.payload, 'error_details') ?? textAt(event.payload, 'last_assistant_message');
    add(board, event, { kind: 'stop-failure', at: event.at, seq: event.seq, text: text ?? event.summary });
  },
  PreCompact: (board, event) => {
    const trigger = textAt(event.payload, 'trigger') ?? 'auto';
    board.compaction = { kind: 'compaction', at: event.at, seq: event.seq, trigger, isRunning: true };
    add(board, event, board.compaction);
    // The hook of a prompt never fires for `/compact`.
    const isCommand = trigger === 'manual' && board.prompts.at(-1)?.promptId !== event.promptId;
    if (!isCommand || event.promptId === undefined) return;
    const instructions = textAt(event.payload, 'custom_instructions');
    const text = instructions === undefined ? '/compact' : `/compact ${instructions}`;
    board.prompts.push(promptDraft(event, 'command', text));
  },
  PostCompact: (board, event) => {
    const item = board.compaction ?? newCompaction(board, event);
    board.compaction = undefined;
    item.isRunning = false;
    item.durationMs = msBetween(item.at, event.at);
    const summary = textAt(event.payload, 'compact_summary');
    if (summary !== undefined) item.summary = summary;
  },
  SessionStart: (board, event) => {
    const source = textAt(event.payload, 'source') ?? 'startup';
    if (source === 'compact') return;
    const mark = rowOf(startMarks, source) ?? 'start';
    board.marks.push({ kind: 'mark', mark, at: event.at, seq: event.seq, words: event.summary });
  },
  SessionEnd: (board, event) => {
    board.marks.push({ kind: 'mark', mark: 'end', at: event.at, seq: event.seq, words: event.summary });
  },
  Notification: (board, event) => {
    // Both are told better by what they are about: the wait, and the end of the turn.
    const type = textAt(event.payload, 'notification_type');
    if (type !== 'permission_prompt' && type !== 'idle_prompt') notice(board, event);
  },
  CwdChanged: notice,
  ConfigChange: notice,
  TeammateIdle: notice,
};

const startMarks: Readonly<Record<string, SessionMark['mark']>> = { resume: 'resume', clear: 'clear', fork: 'fork' };
const promptKinds = {
  typed: 'typed',
  'task-notification': 'notification',
  'client-command': 'command',
} as const;

function promptDraft(event: TelltaleEvent, kind: DraftPrompt['kind'], text: string): DraftPrompt {
  return { kind, text, at: event.at, promptId: event.promptId, seq: event.seq, images: [], isQueued: false };
}

function newCompaction(board: Board, event: TelltaleEvent): CompactionItem {
  const trigger = textAt(event.payload, 'trigger') ?? 'auto';
  const item: CompactionItem = { kind: 'compaction', at: event.at, seq: event.seq, trigger, isRunning: false };
  add(board, event, item);
  return item;
}

function end(board: Board, event: TelltaleEvent, lane: string): void {
  const text = textAt(event.payload, 'last_assistant_message');
  board.ends.push({ lane, promptId: event.promptId, ...present({ at: event.at, seq: event.seq, text }) });
}

function add(board: Board, event: TelltaleEvent, item: Drafts['items'][number]['item']): void {
  board.items.push({ item, lane: event.agentId ?? mainLane, promptId: event.promptId });
}

function noteAction(board: Board, action: Action): void {
  if (action.kind === 'tool') board.calls.set(action.toolUseId ?? action.key, action);
  else if (action.kind === 'subagent' && action.agentId !== undefined) board.agents.set(action.agentId, action);
  else if (action.kind === 'elicitation') board.elicitations.push(action);
}

export function uniqueById(events: readonly TelltaleEvent[]): TelltaleEvent[] {
  return [...new Map(events.map((event) => [event.id, event])).values()];
}

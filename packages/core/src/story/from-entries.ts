import { type Fields, fieldsAt, numberAt, rowOf, textAt } from '../fields.ts';
import { present } from '../present.ts';
import { blocksOf, contentText, imagesOf, isToolResult, isToolUse } from '../transcript/blocks.ts';
import { isHouseAgent, queuedPrompt, type UserRow, userRow } from '../transcript/said.ts';
import type { TranscriptEntry } from '../transcript-entry.ts';
import { type DraftPrompt, type Drafts, mainLane } from './draft.ts';
import { noteCall, noteResult, type Placed, type SaidCall } from './said-calls.ts';
import type { CompactionItem, StoryItem } from './story.ts';

export interface EntryDrafts extends Drafts {
  calls: Map<string, SaidCall>;
  /** The prompt of each subagent, which is its first row. */
  agentPrompts: Map<string, string>;
  agentTypes: Map<string, string>;
  /** What the client itself noted about a subagent. */
  agentMeta: Map<string, { description?: string; toolUseId?: string }>;
}

/** What the transcript tells: what was said, and of what was done the calls and their results. */
export function fromEntries(entries: readonly TranscriptEntry[]): EntryDrafts {
  const board: Board = {
    items: [],
    prompts: [],
    ends: [],
    marks: [],
    calls: new Map(),
    agentPrompts: new Map(),
    agentTypes: new Map(),
    agentMeta: new Map(),
    seen: new Set(),
    lastAt: '',
    compaction: undefined,
  };
  for (const entry of entries) {
    if (entry.agentId !== undefined && isHouseAgent(entry.agentId)) continue;
    const key = entry.uuid && `${entry.agentId ?? ''} ${entry.uuid}`;
    if (key !== undefined && board.seen.has(key)) continue;
    if (key !== undefined) board.seen.add(key);
    board.lastAt = entry.at ?? board.lastAt;
    rowOf(steps, entry.type)?.(board, placed(board, entry));
  }
  noteForks(board);
  return board;
}

interface Board extends EntryDrafts {
  seen: Set<string>;
  lastAt: string;
  /** The last compaction, which its summary row belongs to. */
  compaction: CompactionItem | undefined;
}

function placed(board: Board, { agentId, at, seq, line }: TranscriptEntry): Placed {
  const sidechain = line.isSidechain === true ? 'sidechain' : mainLane;
  return { line, at: at ?? board.lastAt, entry: seq, lane: agentId ?? textAt(line, 'agentId') ?? sidechain };
}

type Step = (board: Board, row: Placed) => void;

const steps: Readonly<Record<string, Step>> = {
  user: (board, row) => {
    const said = userRow(row.line);
    if (said.kind === 'tool-results') noteResults(board, row);
    else if (row.lane !== mainLane) noteAgentPrompt(board, row);
    else if (said.kind === 'interrupt') add(board, row, { kind: 'interrupt', at: row.at, entry: row.entry });
    else if (said.kind === 'compact-summary') noteSummary(board, row);
    else if (said.kind === 'command-output')
      noteOutput(board, row, contentText(fieldsAt(row.line, 'message')?.content));
    else notePrompt(board, row, said, false);
  },
  assistant: (board, row) => {
    const message = fieldsAt(row.line, 'message');
    const model = textAt(message, 'model');
    const type = textAt(row.line, 'attributionAgent');
    if (row.lane !== mainLane && type !== undefined) board.agentTypes.set(row.lane, type);
    if (row.line.isApiErrorMessage === true) {
      add(board, row, { kind: 'stop-failure', at: row.at, entry: row.entry, text: contentText(message?.content) });
      return;
    }
    // The client speaks in the model's name where there was nothing to say.
    if (model === '<synthetic>') return;
    for (const block of blocksOf(row.line)) noteBlock(board, row, block, model, textAt(message, 'id'));
    if (textAt(message, 'stop_reason') === 'end_turn') board.ends.push({ at: row.at, lane: row.lane });
  },
  'agent-meta': (board, { lane, line }) => {
    const type = textAt(line, 'agentType');
    if (type !== undefined) board.agentTypes.set(lane, type);
    const [description, toolUseId] = [textAt(line, 'description'), textAt(line, 'toolUseId')];
    board.agentMeta.set(lane, present({ description, toolUseId }));
  },
  system: (board, row) => rowOf(systemSteps, textAt(row.line, 'subtype'))?.(board, row),
  attachment: (board, row) => {
    const said = queuedPrompt(row.line);
    if (said && row.lane === mainLane) notePrompt(board, row, said, true);
  },
};

const systemSteps: Readonly<Record<string, Step>> = {
  compact_boundary: (board, row) => {
    const metadata = fieldsAt(row.line, 'compactMetadata');
    board.compaction = {
      kind: 'compaction',
      at: row.at,
      entry: row.entry,
      trigger: textAt(metadata, 'trigger') ?? 'auto',
      isRunning: false,
      ...present({ tokensBefore: numberAt(metadata, 'preTokens'), durationMs: numberAt(metadata, 'durationMs') }),
    };
    add(board, row, board.compaction);
  },
  api_error: (board, row) => {
    const error = fieldsAt(row.line, 'error');
    const text = textAt(error, 'formatted') ?? textAt(error, 'message') ?? textAt(row.line, 'content') ?? 'API error';
    add(board, row, {
      kind: 'api-error',
      at: row.at,
      entry: row.entry,
      text,
      ...present({
        attempt: numberAt(row.line, 'retryAttempt'),
        maxAttempts: numberAt(row.line, 'maxRetries'),
        retryInMs: numberAt(row.line, 'retryInMs'),
      }),
    });
  },
  stop_hook_summary: (board, row) => board.ends.push({ at: row.at, lane: row.lane }),
  turn_duration: (board, row) => board.ends.push({ at: row.at, lane: row.lane }),
  local_command: (board, row) => noteOutput(board, row, textAt(row.line, 'content') ?? ''),
};

function noteBlock(
  board: Board,
  row: Placed,
  block: Fields,
  model: string | undefined,
  messageId: string | undefined,
): void {
  const { at, entry } = row;
  const requestId = textAt(row.line, 'requestId');
  if (isToolUse(block)) noteCall(board.calls, row, block, model);
  else if (isToolResult(block)) noteResult(board.calls, row, block);
  else if (block.type === 'text') {
    const text = textAt(block, 'text');
    if (text !== undefined) {
      add(board, row, { kind: 'text', at, entry, text, isAnswer: false, ...present({ model, messageId, requestId }) });
    }
  } else if (block.type === 'thinking' || block.type === 'redacted_thinking') {
    const durationMs = numberAt(row.line, 'thinkingDurationMs');
    const text = textAt(block, 'thinking') ?? '';
    add(board, row, { kind: 'thinking', at, entry, text, ...present({ durationMs, requestId }) });
  }
}

function noteResults(board: Board, row: Placed): void {
  for (const block of blocksOf(row.line)) if (isToolResult(block)) noteResult(board.calls, row, block);
}

function noteAgentPrompt(board: Board, { line, lane }: Placed): void {
  if (!board.agentPrompts.has(lane)) board.agentPrompts.set(lane, contentText(fieldsAt(line, 'message')?.content));
}

function notePrompt(board: Board, row: Placed, said: UserRow, isQueued: boolean): void {
  if (said.kind !== 'typed' && said.kind !== 'notification' && said.kind !== 'command') return;
  const { at, entry, line } = row;
  if (said.text === '/clear') {
    board.marks.push({ kind: 'mark', mark: 'clear', at, entry, words: 'started after /clear' });
    return;
  }
  const prompt: DraftPrompt = {
    kind: said.kind,
    text: said.text,
    at,
    promptId: isQueued ? undefined : textAt(line, 'promptId'),
    entry,
    images: imagesOf(blocksOf(line)),
    isQueued,
  };
  board.prompts.push(prompt);
}

/**
 * `--fork-session` copies rows and gives them the prompt id of the fork's first prompt: of prompts with one id the
 * last is the session's own.
 */
function noteForks(board: Board): void {
  const own = new Map<string, DraftPrompt>();
  for (const prompt of board.prompts) {
    if (prompt.promptId === undefined) continue;
    const copy = own.get(prompt.promptId);
    if (copy) copy.promptId = undefined;
    own.set(prompt.promptId, Object.assign(prompt, { isForked: copy !== undefined }));
  }
  for (const { isForked, at, entry } of own.values()) {
    if (!isForked) continue;
    const words = 'forked from another session';
    board.marks.push({ kind: 'mark', mark: 'fork', at, words, ...present({ entry }) });
  }
}

function noteSummary(board: Board, row: Placed): void {
  const summary = contentText(fieldsAt(row.line, 'message')?.content);
  if (board.compaction && board.compaction.summary === undefined) board.compaction.summary = summary;
  else {
    add(board, row, { kind: 'compaction', at: row.at, entry: row.entry, trigger: 'auto', summary, isRunning: false });
  }
}

function noteOutput(board: Board, row: Placed, content: string): void {
  const text = content.replace(/<\/?(?:local-command|bash)-\w+>/g, '').trim();
  // The compaction has its own band.
  if (text === '' || text.startsWith('Compacted')) return;
  add(board, row, { kind: 'notice', at: row.at, entry: row.entry, name: 'output', text });
}

/** Its turn is found by its time: a fork rewrites the prompt ids of the rows that it copies. */
function add(board: Board, row: Placed, item: StoryItem): void {
  board.items.push({ item, lane: row.lane });
}

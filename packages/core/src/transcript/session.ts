import { projectName, worktreeOf } from '../catalogue/path.ts';
import { callSummary, isAgentTool } from '../catalogue/tools.ts';
import { type Fields, fieldsAt, rowOf, textAt } from '../fields.ts';
import { present } from '../present.ts';
import type { Amount } from '../reconciliation/amount.ts';
import { lostAfterMs, type SessionFacts, yourTurnMs } from '../session/view.ts';
import type { Session, SessionGroup, SessionState } from '../session-view.ts';
import type { TranscriptEntry } from '../transcript-entry.ts';
import { firstLine, oneLine } from '../words.ts';
import {
  type AgentBoard,
  agentOfRow,
  agentsOf,
  joinAgent,
  noteAgentCall,
  noteAgentMeta,
  startAgent,
} from './agents.ts';
import { blocksOf, isToolResult, isToolUse, resultOutcome } from './blocks.ts';
import { reckonedIn } from './reckoned.ts';
import { isHouseAgent, queuedPrompt, type UserRow, userRow } from './said.ts';

/** What a session's transcript has told so far; plain JSON of bounded size. */
export interface TranscriptFold extends AgentBoard {
  sessionId: string;
  firstAt: string;
  lastAt: string;
  cwd?: string | undefined;
  branch?: string | undefined;
  model?: string | undefined;
  permissionMode?: string | undefined;
  entrypoint?: string | undefined;
  parentSessionId?: string | undefined;
  customTitle?: string | undefined;
  aiTitle?: string | undefined;
  summary?: string | undefined;
  firstPrompt?: string | undefined;
  prompts: number;
  tools: number;
  failures: number;
  lastLine?: string;
  /** What the client itself reckoned for the conversation, as its last row tells. */
  reckoned?: Amount | undefined;
  /** How the last row of the main agent left it. */
  turn: 'none' | 'running' | 'finished' | 'failed';
}

const day = 24 * 60 * 60_000;

export function emptyTranscriptFold(sessionId: string): TranscriptFold {
  return {
    sessionId,
    firstAt: '',
    lastAt: '',
    prompts: 0,
    tools: 0,
    failures: 0,
    subagents: 0,
    turn: 'none',
    agents: [],
    spawns: [],
    countedAgents: [],
  };
}

/** Adds one entry. The caller feeds each once, in the order of its file; files may come in any order. */
export function foldEntry(fold: TranscriptFold, entry: TranscriptEntry): void {
  if (entry.agentId !== undefined && isHouseAgent(entry.agentId)) return;
  if (entry.type === 'agent-meta') {
    noteAgentMeta(fold, entry);
    return;
  }
  noteTitle(fold, entry);
  if (entry.type === 'cost-state' && entry.agentId === undefined) fold.reckoned = reckonedIn(entry) ?? fold.reckoned;
  if (entry.at !== undefined) {
    if (fold.firstAt === '' || entry.at < fold.firstAt) fold.firstAt = entry.at;
    if (entry.at > fold.lastAt) fold.lastAt = entry.at;
  }
  noteEnvironment(fold, entry);
  if (entry.type === 'user') foldUser(fold, entry);
  else if (entry.type === 'assistant') foldAssistant(fold, entry);
  else if (entry.type === 'attachment' && entry.agentId === undefined) notePrompt(fold, queuedPrompt(entry.line));
}

/** What `sessionOf` (events) takes from the transcript. */
export function transcriptFacts(fold: TranscriptFold): SessionFacts {
  return {
    title: fold.customTitle ?? fold.aiTitle ?? fold.summary,
    branch: fold.branch,
    worktree: worktreeOf(fold.cwd),
    model: fold.model,
    parentSessionId: fold.parentSessionId,
  };
}

/** A session that only its transcript tells; nothing when no row carries a time. */
export function sessionOfTranscript(
  fold: TranscriptFold,
  context: { now: number; app?: string | undefined },
): Session | undefined {
  if (fold.firstAt === '') return undefined;
  const silentMs = context.now - Date.parse(fold.lastAt);
  const state = stateOf(fold, silentMs);
  const facts = transcriptFacts(fold);
  return present({
    id: fold.sessionId,
    app: context.app ?? projectName(fold.cwd),
    title: facts.title || fold.firstPrompt || undefined,
    cwd: fold.cwd,
    branch: fold.branch,
    worktree: facts.worktree,
    entrypoint: fold.entrypoint,
    state,
    group: groupOf(state, silentMs),
    startedAt: fold.firstAt,
    // Its end is not told; a transcript that is silent ended with its last row.
    endedAt: state === 'ended' || state === 'failed' ? fold.lastAt : undefined,
    lastEventAt: fold.lastAt,
    lastSeq: 0,
    model: fold.model,
    permissionMode: fold.permissionMode,
    prompts: fold.prompts,
    tools: fold.tools,
    failures: fold.failures,
    subagents: fold.subagents,
    waitedMs: 0,
    lastLine: fold.lastLine,
    waiting: [],
    trouble: [],
    agents: agentsOf(fold, { firstAt: fold.firstAt, isOver: state === 'ended' || state === 'failed' }),
    turnFinishedAt: state === 'idle' ? fold.lastAt : undefined,
    parentSessionId: fold.parentSessionId,
    knownFrom: 'transcript' as const,
  });
}

function stateOf(fold: TranscriptFold, silentMs: number): SessionState {
  if (fold.turn === 'failed') return 'failed';
  if (silentMs >= (fold.turn === 'running' ? lostAfterMs : yourTurnMs)) return 'ended';
  return fold.turn === 'running' ? 'working' : 'idle';
}

function groupOf(state: SessionState, silentMs: number): SessionGroup {
  if (state === 'working') return 'working';
  if (state === 'idle') return 'your-turn';
  // An imported failure is history, not an alarm.
  return state === 'ended' && silentMs < day ? 'done' : 'quiet';
}

function noteTitle(fold: TranscriptFold, { type, line, agentId }: TranscriptEntry): void {
  if (agentId !== undefined) return;
  const key = rowOf(titleKeys, type);
  if (key !== undefined) fold[key] = textAt(line, key) ?? fold[key];
}

/** Rows that carry a title; in row and fold it has one name. */
const titleKeys = { 'custom-title': 'customTitle', 'ai-title': 'aiTitle', summary: 'summary' } as const;

function noteEnvironment(fold: TranscriptFold, { type, line, agentId }: TranscriptEntry): void {
  if (agentId !== undefined) return;
  fold.cwd ??= textAt(line, 'cwd');
  fold.branch = branchOf(line.gitBranch) ?? fold.branch;
  fold.entrypoint ??= textAt(line, 'entrypoint');
  fold.permissionMode = textAt(line, 'permissionMode') ?? fold.permissionMode;
  const parent = textAt(fieldsAt(line, 'forkedFrom'), 'sessionId') ?? textAt(line, 'session_id');
  if (type !== 'system' && parent !== undefined && parent !== textAt(line, 'sessionId'))
    fold.parentSessionId ??= parent;
}

/** Outside a repository the client writes `HEAD` or nothing. */
function branchOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' && value !== 'HEAD' ? value : undefined;
}

function foldUser(fold: TranscriptFold, entry: TranscriptEntry): void {
  const isMain = entry.agentId === undefined && entry.line.isSidechain !== true;
  const row = userRow(entry.line);
  if (row.kind === 'tool-results') {
    for (const block of blocksOf(entry.line)) if (isToolResult(block)) foldResult(fold, entry, block);
    return;
  }
  if (!isMain) startAgent(fold, entry);
  else if (row.kind === 'interrupt') fold.turn = 'finished';
  else notePrompt(fold, row);
}

function notePrompt(fold: TranscriptFold, row: UserRow | undefined): void {
  if (row?.kind === 'notification') fold.turn = 'running';
  if (row?.kind !== 'typed') return;
  fold.turn = 'running';
  fold.prompts += 1;
  fold.firstPrompt ||= oneLine(row.text, 200);
}

function foldResult(fold: TranscriptFold, entry: TranscriptEntry, block: Fields): void {
  if (resultOutcome(entry.line, block) === 'failed') {
    fold.failures += 1;
    const agent = fold.agents.find((one) => one.id === entry.agentId);
    if (agent) agent.failures += 1;
  }
  joinAgent(fold, entry, textAt(block, 'tool_use_id'));
}

function foldAssistant(fold: TranscriptFold, entry: TranscriptEntry): void {
  const { line, agentId } = entry;
  const message = fieldsAt(line, 'message');
  const model = textAt(message, 'model');
  const isMain = agentId === undefined && line.isSidechain !== true;
  if (isMain && model !== undefined && model !== '<synthetic>') fold.model = model;
  for (const block of blocksOf(line)) {
    if (isToolUse(block)) foldCall(fold, entry, block);
    else if (isMain && block.type === 'text')
      fold.lastLine = firstLine(textAt(block, 'text') ?? '') || (fold.lastLine ?? '');
  }
  if (!isMain) agentOfRow(fold, entry);
  else if (line.isApiErrorMessage === true) fold.turn = 'failed';
  else fold.turn = textAt(message, 'stop_reason') === 'end_turn' ? 'finished' : 'running';
}

function foldCall(fold: TranscriptFold, entry: TranscriptEntry, block: Fields): void {
  const toolName = textAt(block, 'name') ?? 'unknown tool';
  const input = fieldsAt(block, 'input') ?? {};
  const words = callSummary(toolName, input, fold.cwd);
  fold.tools += 1;
  const agent = agentOfRow(fold, entry);
  if (agent) {
    agent.tools += 1;
    agent.lastLine = words;
  } else fold.lastLine = words;
  const toolUseId = textAt(block, 'id');
  if (isAgentTool(toolName) && toolUseId !== undefined) noteAgentCall(fold, entry, toolUseId, input);
}

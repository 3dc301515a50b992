import type { Agent, Trouble, Wait } from '../session-view.ts';

/** Of this fold and of the transcript fold: those of another version are thrown away and made anew. */
export const foldVersion = 7;

/** Everything that a session's view needs, as plain JSON of bounded size: the store keeps it beside the session. */
export interface SessionFold {
  sessionId: string;
  app: string;
  /** Where the fold stands: the newest event by (`at`, `id`); empty before the first. */
  lastAt: string;
  lastId: string;
  lastSeq: number;
  firstAt: string;
  /** The last sign of life: an alert about the session is none. */
  heardAt?: string;

  cwd?: string;
  worktree?: string;
  host?: string;
  user?: string;
  repo?: string;
  provider?: string;
  commit?: string;
  terminal?: string;
  tmuxPane?: string;
  entrypoint?: string;
  pid?: number;
  model?: string;
  permissionMode?: string;
  title?: string;
  firstPrompt?: string;
  startSource?: string;
  /** How our hooks were installed, of the current process. */
  installs: string[];

  prompts: number;
  tools: number;
  failures: number;
  subagents: number;
  /** What telemetry counts; it is told where no hook was ever heard. */
  metered?: { prompts: number; tools: number; failures: number };
  hasHooks?: true;
  waitedMs: number;
  /** Up to when waiting is counted, so that two waits at once are one. */
  waitedTo: number;

  /** A turn of the main agent is running. */
  isInTurn: boolean;
  isCompacting: boolean;
  turnFinishedAt?: string;
  endedAt?: string;
  endReason?: string;
  /** Tool decisions are heard, so that the end of a permission wait is known. */
  hasTelemetry: boolean;
  lastLine?: string;

  calls: OpenCall[];
  /** Ids of calls that have ended lately: what comes late or twice does not count again. */
  endedCalls: string[];
  /** Of these, the ones whose own end was not heard (a batch, a prompt or the session ended them): it may still come. */
  endedUnheard: string[];
  waits: OpenWait[];
  background: BackgroundTask[];
  agents: AgentFold[];
  spawns: Spawn[];
  failing: FailingCall[];
  /** The turn ended with an API error; until somebody goes on. */
  failure?: Trouble;
  /** An API error or an MCP server that is down; over with the next success. */
  troubles: OpenTrouble[];
  edits: EditedFile[];
}

/** A call between PreToolUse and its end. */
export interface OpenCall {
  id: string;
  toolName: string;
  summary: string;
  at: string;
  /** Equal for equal inputs: PermissionRequest carries no id. */
  print: string;
  agentId?: string;
}

export interface OpenWait extends Omit<Wait, 'mayBeRunning'> {
  /** When the client last showed that it still waits. */
  confirmedAt: string;
  print: string;
  /** Of an elicitation. */
  server?: string;
}

interface BackgroundTask {
  id: string;
  type: string;
}

export interface AgentFold extends Agent {
  /** The call that started it is known from its answer, not guessed. */
  isLinked: boolean;
}

/** An Agent call whose agent is not known for certain yet. */
export interface Spawn {
  toolUseId: string;
  parentAgentId?: string;
  type?: string;
  description?: string;
  background: boolean;
}

interface FailingCall {
  key: string;
  summary: string;
  count: number;
  since: string;
  seq: number;
}

export interface OpenTrouble extends Trouble {
  /** Of an MCP server: its name. */
  about?: string;
}

interface EditedFile {
  path: string;
  at: string;
}

/** How much a fold may keep; past it the oldest is forgotten, never a count. */
export interface FoldLimits {
  calls: number;
  endedCalls: number;
  waits: number;
  agents: number;
  failing: number;
  edits: number;
}

export const foldLimits: FoldLimits = {
  calls: 64,
  endedCalls: 128,
  waits: 16,
  agents: 60,
  failing: 16,
  edits: 32,
};

export function emptyFold(sessionId: string): SessionFold {
  return {
    sessionId,
    app: '',
    lastAt: '',
    lastId: '',
    lastSeq: 0,
    firstAt: '',
    installs: [],
    prompts: 0,
    tools: 0,
    failures: 0,
    subagents: 0,
    waitedMs: 0,
    waitedTo: 0,
    isInTurn: false,
    isCompacting: false,
    hasTelemetry: false,
    calls: [],
    endedCalls: [],
    endedUnheard: [],
    waits: [],
    background: [],
    agents: [],
    spawns: [],
    failing: [],
    troubles: [],
    edits: [],
  };
}

/** True when the event belongs before what is folded already: the caller folds the session anew. */
export function isBefore(event: { at: string; id: string }, fold: SessionFold): boolean {
  return event.at === fold.lastAt ? event.id < fold.lastId : event.at < fold.lastAt;
}

/** Adds and forgets the oldest past `max`. */
export function keep<T>(list: T[], item: T, max: number): void {
  list.push(item);
  if (list.length > max) list.splice(0, list.length - max);
}

/** Whether anything was there to go. */
export function remove<T>(list: T[], isGone: (item: T) => boolean): boolean {
  let kept = 0;
  for (const item of list) {
    if (isGone(item)) continue;
    list[kept] = item;
    kept += 1;
  }
  const wasThere = kept < list.length;
  list.length = kept;
  return wasThere;
}

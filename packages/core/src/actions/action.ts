import type { TelltaleEvent } from '../event.ts';

const actionKinds = [
  'tool',
  'prompt',
  'message',
  'turn',
  'subagent',
  'compaction',
  'elicitation',
  'notification',
  'session',
  'telemetry',
  'other',
] as const;

/** `noted` is something that happened and has no end: a prompt, a notification. */
const actionStates = [
  'running',
  'waiting',
  'ok',
  'failed',
  'denied',
  'never-ran',
  'interrupted',
  'unknown-end',
  'noted',
] as const;

export type ActionKind = (typeof actionKinds)[number];
export type ActionState = (typeof actionStates)[number];

/** One row of the feed and of the story: one action, made of the events that tell of it. */
export interface Action {
  /** Stable while events arrive. */
  key: string;
  kind: ActionKind;
  state: ActionState;
  /** Name of the first event, for its row of the catalogue. */
  name: string;
  app: string;
  sessionId?: string;
  promptId?: string;
  agentId?: string;
  agentType?: string;
  toolName?: string;
  toolUseId?: string;
  /** When it began, as far as heard. */
  at: string;
  endedAt?: string;
  /** Of the work itself, without the time that permission took. */
  durationMs?: number;
  /** When permission was asked, and how long the answer took. */
  askedAt?: string;
  waitedMs?: number;
  /** What happened, in words: `Edit src/app.ts +12 −3`. */
  summary: string;
  /** The first line of what went wrong, or why it was denied. */
  errorLine?: string;
  model?: string;
  /** Of an Agent call: the agent that it started. */
  spawnedAgentId?: string;
  /** Of a subagent and of the call that starts it. */
  description?: string;
  subagentType?: string;
  /** Of many events in one row: how many. */
  count?: number;
  /** Of a subagent: what it did. */
  tools?: number;
  failures?: number;
  /** Its events, in the order in which they came. */
  seqs: readonly number[];
}

export type ActionPatch = { [Key in keyof Action]?: Action[Key] };

export function hasEnded(action: Action): boolean {
  return action.state !== 'running' && action.state !== 'waiting';
}

export function newAction(key: string, kind: ActionKind, state: ActionState, event: TelltaleEvent): Action {
  const action: Action = {
    key,
    kind,
    state,
    name: event.name,
    app: event.app,
    at: event.at,
    summary: event.summary,
    seqs: [event.seq],
  };
  if (event.sessionId !== undefined) action.sessionId = event.sessionId;
  if (event.promptId !== undefined) action.promptId = event.promptId;
  if (event.agentId !== undefined) action.agentId = event.agentId;
  if (event.agentType !== undefined) action.agentType = event.agentType;
  if (event.toolName !== undefined) action.toolName = event.toolName;
  if (event.toolUseId !== undefined) action.toolUseId = event.toolUseId;
  if (event.model !== undefined) action.model = event.model;
  return action;
}

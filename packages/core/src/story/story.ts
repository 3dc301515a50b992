import type { Action } from '../actions.ts';
import type { StoryImage } from '../transcript/blocks.ts';

/** A session as it reads: what was said and what was done, each once, in the order in which it happened. */
export interface Story {
  turns: StoryTurn[];
  /** What came after the last turn: the end of the session. */
  after: SessionMark[];
  from?: string;
  to?: string;
  /** Typed prompts, those typed in the middle of a turn included. */
  prompts: number;
  tools: number;
  failures: number;
}

/** Where something stands, so that the page can jump: the event and the transcript entry that tell it. */
export interface Place {
  at: string;
  /** `seq` of the event. */
  seq?: number;
  /** `seq` of the transcript entry. */
  entry?: number;
}

/** A prompt and everything up to the next. */
export interface StoryTurn extends Place {
  /** Stable while the session grows. */
  key: string;
  /** `none`: what happened before the first prompt. */
  kind: 'typed' | 'notification' | 'command' | 'none';
  /** The typed prompt's number, from 1. */
  number?: number;
  promptId?: string;
  text: string;
  images: StoryImage[];
  /** Session marks between the turn before and this prompt. */
  before: SessionMark[];
  items: StoryItem[];
  state: 'running' | 'done' | 'failed' | 'interrupted';
  endedAt?: string;
  durationMs?: number;
  /** Calls, those of subagents included. */
  tools: number;
  failures: number;
  /** Time spent waiting for the user's answers. */
  waitedMs: number;
}

export interface SessionMark extends Place {
  kind: 'mark';
  mark: 'start' | 'resume' | 'clear' | 'fork' | 'end';
  words: string;
}

export type StoryItem =
  | TextItem
  | ThinkingItem
  | ActionItem
  | WaitItem
  | SubagentItem
  | CompactionItem
  | ApiErrorItem
  | StopFailureItem
  | InterruptItem
  | QueuedPromptItem
  | NoticeItem;

/** What the agent said, in Markdown. */
export interface TextItem extends Place {
  kind: 'text';
  text: string;
  model?: string;
  messageId?: string;
  /** The API request that said it. */
  requestId?: string;
  /** The last words of a turn that has ended. */
  isAnswer: boolean;
}

export interface ThinkingItem extends Place {
  kind: 'thinking';
  /** Empty where the client wrote none. */
  text: string;
  durationMs?: number;
  requestId?: string;
}

/** One call: its row, and what it was given and gave. */
export interface ActionItem extends Place {
  kind: 'action';
  action: Action;
  input: Record<string, unknown>;
  /** The tool's own structure where one is known, else its text. */
  response?: unknown;
  /** What went wrong, whole. */
  error?: string;
  diff?: { path?: string; added: number; removed: number };
  images: StoryImage[];
  /** Transcript entry of the result. */
  resultEntry?: number;
  /** The API request that asked for it. */
  requestId?: string;
  decision?: Decision;
}

/** Who let a call run, or did not. */
export interface Decision {
  isAllowed: boolean;
  /** `config`, `hook`, `user_temporary`, `user_permanent`, `user_abort`, `user_reject`, as the client spells it. */
  by: string;
}

export interface WaitItem extends Place {
  kind: 'wait';
  wait: 'permission' | 'question' | 'plan' | 'elicitation';
  /** What was asked, in words. */
  summary: string;
  toolUseId?: string;
  /** Absent while nobody has answered, and where only the transcript tells of it. */
  durationMs?: number;
  answer: 'allowed' | 'denied' | 'open' | 'unknown';
  decision?: Decision;
}

/** A subagent's own story, folded to one line. */
export interface SubagentItem extends Place {
  kind: 'subagent';
  agentId?: string;
  agentType?: string;
  description?: string;
  prompt?: string;
  /** The call that started it. */
  call?: ActionItem;
  state: Action['state'];
  isBackground: boolean;
  endedAt?: string;
  durationMs?: number;
  tools: number;
  failures: number;
  items: StoryItem[];
}

export interface CompactionItem extends Place {
  kind: 'compaction';
  trigger: string;
  summary?: string;
  tokensBefore?: number;
  durationMs?: number;
  isRunning: boolean;
}

/** A request that failed and was tried again, or given up. */
interface ApiErrorItem extends Place {
  kind: 'api-error';
  text: string;
  attempt?: number;
  maxAttempts?: number;
  retryInMs?: number;
}

interface StopFailureItem extends Place {
  kind: 'stop-failure';
  text: string;
}

interface InterruptItem extends Place {
  kind: 'interrupt';
}

/** Typed while the agent worked, and handed over in the middle of the turn. */
interface QueuedPromptItem extends Place {
  kind: 'queued-prompt';
  /** A report of a background task can be handed over like this too. */
  isTyped: boolean;
  text: string;
}

/** Anything else worth a line: a notification, a directory change, the output of a command. */
interface NoticeItem extends Place {
  kind: 'notice';
  name: string;
  text: string;
}

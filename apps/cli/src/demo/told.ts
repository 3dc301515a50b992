/** One hook call of a session that is told, not run: what the client would have put on stdin, and when. */
export interface ToldHook {
  atMs: number;
  headers: Record<string, string>;
  input: Record<string, unknown>;
}

/** One line of its transcript, of a subagent where there is one. */
export interface ToldEntry {
  agentId?: string;
  line: Record<string, unknown>;
}

export interface Told {
  sessionId: string;
  app: string;
  user: string;
  host: string;
  model: string;
  terminal: string;
  hooks: readonly ToldHook[];
  entries: readonly ToldEntry[];
}

export interface TellerOptions {
  /** Makes the ids: the same name tells the same session. */
  name: string;
  cwd: string;
  branch?: string;
  model?: string;
  startMs: number;
  tmuxPane?: string;
  terminal?: string;
  permissionMode?: string;
  /** Else made of the name. */
  sessionId?: string;
  /** Else the base name of `cwd`. */
  app?: string;
  user?: string;
  host?: string;
  /** What the subagents run on; else what the session does. */
  agentModel?: string;
  /** How long a request takes before its answer is there; 0: the answers come at once. */
  thinkMs?: number;
  /** What the context holds from the start: instructions, tools, files. */
  heldTokens?: number;
  /** After so long without a request the context is written to the cache anew; else it is warm for ever. */
  cacheMs?: number;
}

export interface CallOptions {
  /** How long it took. */
  ms?: number;
  /** What the model says before it. */
  say?: string;
}

/** Tells what one agent did; each step moves the clock on. */
export interface Teller extends Told {
  atMs: number;
  /** Nothing happens for a while. */
  pass(ms: number): void;
  say(text: string): void;
  call(tool: string, input: object, response: unknown, options?: CallOptions): void;
  fail(tool: string, input: object, error: string, options?: CallOptions): void;
  /** A call that has begun and not ended. */
  begin(tool: string, input: object): string;
}

export interface SessionTeller extends Teller {
  prompt(text: string): void;
  /** Asks for permission and gets no answer yet. */
  ask(tool: string, input: object): string;
  /** The answer after all: the call runs. */
  allow(id: string, tool: string, input: object, response: unknown, waitedMs: number, ms?: number): void;
  subagent(type: string, description: string, prompt: string, work: (agent: Teller) => void, answer?: string): void;
  /** The answer is no: what was asked for never runs. */
  refuse(id: string, waitedMs: number): void;
  /** The context is full: what was said becomes a summary. */
  compact(summary: string): void;
  stop(text: string): void;
  stopFailure(error: string): void;
  end(reason?: string): void;
}

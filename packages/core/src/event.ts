import * as z from 'zod';

/** Where an event came from. One road each, never guessed from the payload. */
const eventSources = ['hook', 'otel', 'alert', 'sdk', 'mcp'] as const;

/** How the action that an event reports ended; absent where the event reports no end. */
export const outcomes = ['ok', 'failed', 'denied', 'interrupted'] as const;

/** The process behind an event, as far as its sender told. Never the whole environment. */
export const originSchema = z.object({
  /** How the hook is installed, as its script says: `project`, `global`, `plugin`; or `http`, `envelope` of other senders. */
  install: z.string().optional(),
  pid: z.number().int().optional(),
  host: z.string().optional(),
  user: z.string().optional(),
  /** The git repository as its remote names it, without scheme and user: `github.com/ada/shop`. */
  repo: z.string().optional(),
  /** What was checked out when the session began. */
  commit: z.string().optional(),
  entrypoint: z.string().optional(),
  /** Which agent it is, as its sender calls it: `cursor`, `codex`; absent for Claude Code. */
  provider: z.string().optional(),
  /** `TERM_PROGRAM`, for example `vscode`, `iTerm.app`, `tmux`. */
  terminal: z.string().optional(),
  tmuxPane: z.string().optional(),
  tty: z.string().optional(),
});

/**
 * One thing that happened, as the API and the live feed tell it.
 * `seq` is the order of arrival (feed, resume); a session's story folds by (`at`, `id`).
 * What is absent is left out, never null.
 */
export const eventSchema = z.object({
  seq: z.number().int().nonnegative(),
  id: z.string().min(1),
  source: z.enum(eventSources),
  /** The `hook_event_name`, or the OTel event name. Unknown names are kept. */
  name: z.string().min(1),
  sessionId: z.string().optional(),
  promptId: z.string().optional(),
  toolUseId: z.string().optional(),
  agentId: z.string().optional(),
  agentType: z.string().optional(),
  /** Name of the project. */
  app: z.string(),
  /** ISO 8601 with milliseconds, UTC; the sender's clock where it told one. */
  at: z.string(),
  toolName: z.string().optional(),
  outcome: z.enum(outcomes).optional(),
  model: z.string().optional(),
  durationMs: z.number().nonnegative().optional(),
  /** One line of words: what happened. */
  summary: z.string(),
  origin: originSchema.optional(),
  /** The sender's own JSON, redacted. Left out of live frames above 8 kB: then `payloadBytes` says its size. */
  payload: z.record(z.string(), z.unknown()).optional(),
  payloadBytes: z.number().int().optional(),
  /** How many secrets were masked in the payload; absent when none. */
  masked: z.number().int().optional(),
  /** The sensitive file (a key, `.env`, a workflow) that the call touched; absent where it touched none. */
  sensitive: z.string().optional(),
});

export type EventSource = (typeof eventSources)[number];
export type Outcome = (typeof outcomes)[number];
export type Origin = z.infer<typeof originSchema>;
export type TelltaleEvent = z.infer<typeof eventSchema>;

/** A parsed event before the store gave it a `seq`. */
export type NewEvent = Omit<TelltaleEvent, 'seq' | 'payload' | 'payloadBytes'> & { payload: Record<string, unknown> };

/** A record that can never become an event: what is wrong, where, in words for the sender. */
export interface Rejection {
  rejected: string;
  at?: string;
}

/** A rejection as one text; where a reason begins with the place, that is said once. */
export function rejectionWords({ rejected, at }: Rejection): string {
  return at === undefined || rejected.startsWith(`${at} `) ? rejected : `${at}: ${rejected}`;
}

export function isRejection(value: unknown): value is Rejection {
  return typeof value === 'object' && value !== null && 'rejected' in value;
}

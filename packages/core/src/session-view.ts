import * as z from 'zod';
import { activitySchema, costSources, lastRequestSchema, tokensSchema } from './cost-view.ts';
import { statusLineSchema } from './status-line-view.ts';

/** What a session is doing; computed with `now` passed in, see `session/view.ts`. */
export const sessionStates = [
  'working',
  'waiting-permission',
  'waiting-input',
  'idle',
  'ended',
  'failed',
  'lost',
] as const;

/** The column of the live page a session stands in: who needs me, exactly. */
export const sessionGroups = ['needs-you', 'trouble', 'your-turn', 'working', 'done', 'quiet'] as const;

export const waitKinds = ['permission', 'question', 'plan', 'elicitation'] as const;

const waitSchema = z.object({
  kind: z.enum(waitKinds),
  /** What is asked, in words: "Bash rm -rf dist". */
  summary: z.string(),
  since: z.string(),
  toolName: z.string().optional(),
  toolUseId: z.string().optional(),
  agentId: z.string().optional(),
  /** The event that asked. */
  seq: z.number().int().optional(),
  /** True when the answer cannot be seen (no telemetry): the call may be running already. */
  mayBeRunning: z.boolean(),
});

const troubleKinds = [
  'api-error',
  'retries-exhausted',
  'stop-failure',
  'lost',
  'repeated-failure',
  'mcp-down',
  'edit-conflict',
  'alert',
] as const;

/** What retention takes, in this order. */
export const prunedParts = ['results', 'transcript', 'events'] as const;

const troubleSchema = z.object({
  kind: z.enum(troubleKinds),
  /** Evidence in words: "failed 3 times: Bash npm test". */
  summary: z.string(),
  since: z.string(),
  seq: z.number().int().optional(),
});

const agentSchema = z.object({
  id: z.string(),
  type: z.string().optional(),
  /** The Agent call's `description`. */
  description: z.string().optional(),
  /** The Agent call that started it. */
  toolUseId: z.string().optional(),
  parentAgentId: z.string().optional(),
  startedAt: z.string(),
  endedAt: z.string().optional(),
  tools: z.number().int(),
  failures: z.number().int(),
  background: z.boolean(),
  /** What it is doing now, in words. */
  lastLine: z.string().optional(),
});

/** One session, as lists, cards and the API tell it. */
export const sessionSchema = z.object({
  id: z.string(),
  app: z.string(),
  /** The session's own title, else its first prompt. */
  title: z.string().optional(),
  cwd: z.string().optional(),
  branch: z.string().optional(),
  /** Name of the git worktree, where the session runs in one. */
  worktree: z.string().optional(),
  host: z.string().optional(),
  user: z.string().optional(),
  /** The git repository, as its remote names it. */
  repo: z.string().optional(),
  /** What was checked out when it began, or went on. */
  commit: z.string().optional(),
  /** Which agent ran it: `claude-code`, or as its sender calls it. */
  provider: z.string().optional(),
  /** Where it runs, for the way there. */
  terminal: z.string().optional(),
  tmuxPane: z.string().optional(),
  entrypoint: z.string().optional(),
  pid: z.number().int().optional(),
  state: z.enum(sessionStates),
  group: z.enum(sessionGroups),
  startedAt: z.string(),
  endedAt: z.string().optional(),
  lastEventAt: z.string(),
  /** `seq` of the newest stored event of the session. */
  lastSeq: z.number().int(),
  model: z.string().optional(),
  permissionMode: z.string().optional(),
  /** Typed prompts; task notifications and slash commands that the client makes are not counted. */
  prompts: z.number().int(),
  tools: z.number().int(),
  failures: z.number().int(),
  subagents: z.number().int(),
  /** Total time spent waiting for the user's answer to a permission or question. */
  waitedMs: z.number().int(),
  /** The last thing it did or said, in words. */
  lastLine: z.string().optional(),
  waiting: z.array(waitSchema),
  trouble: z.array(troubleSchema),
  agents: z.array(agentSchema),
  /** When the last turn finished, while nobody has answered. */
  turnFinishedAt: z.string().optional(),
  /** The session this one was resumed, forked or cleared from. */
  parentSessionId: z.string().optional(),
  startSource: z.string().optional(),
  endReason: z.string().optional(),
  /** True where the same hooks are installed twice. */
  installedTwice: z.boolean().optional(),
  /** `transcript`: known only from an imported transcript, without hooks; `metrics`: only from what it cost. */
  knownFrom: z.enum(['events', 'transcript', 'metrics']),
  /** What people put on it, or on anything in it; each absent where there is none. */
  labels: z.array(z.string()).optional(),
  pinned: z.literal(true).optional(),
  notes: z.number().int().optional(),
  bookmarks: z.number().int().optional(),
  /** When the last of it was put there or taken away. */
  annotatedAt: z.string().optional(),
  /** What age or size took of it: its tool results, its transcript, its events. Totals stay. */
  pruned: z.array(z.enum(prunedParts)).optional(),
  /** List price in dollars, as the client reckoned it; absent while nothing is known. */
  costUsd: z.number().optional(),
  costSource: z.enum(costSources).optional(),
  /** Of `costUsd`: priced by table, from the transcript alone. */
  estimatedUsd: z.number().optional(),
  /** Of `costUsd`: what only the metric knows. */
  unattributedUsd: z.number().optional(),
  /** Requests of models without a price: they are in no total. */
  unpriced: z.number().int().optional(),
  tokens: tokensSchema.optional(),
  activity: activitySchema.optional(),
  lastRequest: lastRequestSchema.optional(),
  /** Where its client has our status line: see `contextNow` for what counts. */
  statusLine: statusLineSchema.optional(),
});

export type SessionState = (typeof sessionStates)[number];
export type SessionGroup = (typeof sessionGroups)[number];
export type Wait = z.infer<typeof waitSchema>;
export type Trouble = z.infer<typeof troubleSchema>;
export type PrunedPart = (typeof prunedParts)[number];
export type Agent = z.infer<typeof agentSchema>;
export type Session = z.infer<typeof sessionSchema>;

import type { Outcome, TelltaleEvent } from '@telltale/core';

/** One action with everything known of it, as renderers get it: from the feed's events or from a story. */
export interface OpenedAction {
  /** The tool, for tool calls. */
  toolName?: string | undefined;
  /** Name of the deciding event: `PostToolUse`, `UserPromptSubmit`, `Notification`, … */
  name: string;
  sessionId?: string | undefined;
  agentId?: string | undefined;
  toolUseId?: string | undefined;
  outcome?: Outcome | undefined;
  durationMs?: number | undefined;
  cwd?: string | undefined;
  /** The tool's input; for other events the payload without its bookkeeping. */
  input: Readonly<Record<string, unknown>>;
  /** The tool's response as the client reported it; absent while it runs. */
  response?: unknown;
  error?: string | undefined;
  /** Its events, oldest first, with payloads as far as fetched. */
  events: readonly TelltaleEvent[];
}

/** Fields that every hook payload carries and nobody reads twice. */
const bookkeeping = new Set([
  'session_id',
  'transcript_path',
  'agent_transcript_path',
  'cwd',
  'hook_event_name',
  'prompt_id',
  'tool_use_id',
  'tool_name',
  'agent_id',
  'agent_type',
  'permission_mode',
  'effort',
  'turn_id',
  'message_id',
]);

/** Puts the events of one action together; later events win. */
export function openAction(events: readonly TelltaleEvent[]): OpenedAction | undefined {
  const last = events.at(-1);
  if (!last) return undefined;
  const payloads = events.map((event) => event.payload ?? {});
  const latest = (key: string) => payloads.findLast((payload) => payload[key] !== undefined)?.[key];
  const input = latest('tool_input');
  const error = latest('error');
  const cwd = latest('cwd');
  return {
    toolName: latestOf(events, 'toolName'),
    name: last.name,
    sessionId: last.sessionId,
    agentId: last.agentId,
    toolUseId: latestOf(events, 'toolUseId'),
    outcome: latestOf(events, 'outcome'),
    durationMs: latestOf(events, 'durationMs'),
    cwd: typeof cwd === 'string' ? cwd : undefined,
    input: isRecord(input) ? input : withoutBookkeeping(Object.assign({}, ...payloads)),
    response: latest('tool_response'),
    error: typeof error === 'string' ? error : undefined,
    events,
  };
}

function latestOf<K extends keyof TelltaleEvent>(
  events: readonly TelltaleEvent[],
  key: K,
): TelltaleEvent[K] | undefined {
  return events.findLast((event) => event[key] !== undefined)?.[key];
}

function withoutBookkeeping(payload: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(payload).filter(([key]) => !bookkeeping.has(key)));
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

import * as z from 'zod';
import { withProviderOf } from '../agent-provider.ts';
import { baseName, projectName } from '../catalogue/path.ts';
import { describeEvent, outcomeOf } from '../catalogue.ts';
import type { NewEvent, Origin, Rejection } from '../event.ts';
import { type Fields, isFields, numberAt, textAt } from '../fields.ts';

/** What a hook input must have; every other field is kept as it is. `parseHook` checks the same by hand, for speed. */
export const hookInputSchema = z.looseObject({ session_id: z.string().min(1), hook_event_name: z.string().min(1) });

/** What the sender and the service know about one hook call beside its input. */
export interface HookContext {
  /** One per invocation of the hook, reused by every retry. */
  id: string;
  /** The sender's clock, see `sources/at.ts`; absent: `receivedAt`. */
  at?: string;
  /** Name of the project; absent: made from the payload, see `projectOf`. */
  app?: string;
  origin?: Origin;
  /** ISO 8601, UTC: the service's clock. */
  receivedAt: string;
}

/**
 * The JSON that Claude Code gives a hook → event. Unknown events and fields are kept.
 * The summary is cut from the payload: redact the text before parsing it, or a cut secret escapes the patterns.
 */
export function parseHook(input: unknown, context: HookContext): NewEvent | Rejection {
  if (!isFields(input)) return { rejected: `a hook input is a JSON object, got ${kindOf(input)}` };
  const sessionId = textAt(input, 'session_id');
  if (sessionId === undefined) return { rejected: missing(input, 'session_id'), at: 'session_id' };
  const name = textAt(input, 'hook_event_name');
  if (name === undefined) return { rejected: missing(input, 'hook_event_name'), at: 'hook_event_name' };

  const event: NewEvent = {
    id: context.id,
    source: 'hook',
    name,
    sessionId,
    app: context.app ?? projectOf(input),
    at: context.at ?? context.receivedAt,
    summary: describeEvent(name, input) || name,
    payload: input,
  };
  // One by one, as in `otlp/logs.ts`: `present` would take as long as all the rest, for every event.
  const promptId = textAt(input, 'prompt_id');
  if (promptId !== undefined) event.promptId = promptId;
  const toolUseId = textAt(input, 'tool_use_id');
  if (toolUseId !== undefined) event.toolUseId = toolUseId;
  const agentId = textAt(input, 'agent_id');
  if (agentId !== undefined) event.agentId = agentId;
  const agentType = textAt(input, 'agent_type');
  if (agentType !== undefined) event.agentType = agentType;
  const toolName = textAt(input, 'tool_name');
  if (toolName !== undefined) event.toolName = toolName;
  const outcome = outcomeOf(name, input);
  if (outcome !== undefined) event.outcome = outcome;
  const model = textAt(input, 'model');
  if (model !== undefined) event.model = model;
  const durationMs = numberAt(input, 'duration_ms');
  if (durationMs !== undefined && durationMs >= 0) event.durationMs = durationMs;
  const origin = withProviderOf(input, context.origin);
  if (origin !== undefined) event.origin = origin;
  return event;
}

/**
 * The project of a hook that came without our headers (a plain `type: "http"` hook): the folder whose name the client
 * made the transcript's folder from, as `cwd` changes with every `cd`.
 */
export function projectOf(input: Fields): string {
  const cwd = textAt(input, 'cwd');
  const folder = transcriptFolder(textAt(input, 'transcript_path'));
  if (folder === undefined) return cwd === undefined ? 'unknown' : baseName(cwd) || 'unknown';
  for (let path = cwd ?? ''; path !== ''; path = parentOf(path)) {
    if (path.replace(/[^a-zA-Z0-9]/g, '-') === folder) return projectName(path);
  }
  return folder.replace(/^-+/, '') || 'unknown';
}

function transcriptFolder(path: string | undefined): string | undefined {
  return /[/\\]projects[/\\]([^/\\]+)[/\\]/.exec(path ?? '')?.[1];
}

function parentOf(path: string): string {
  return path.slice(0, Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\'), 0));
}

function missing(input: Fields, key: string): string {
  const value = input[key];
  if (value === undefined) return `${key} is missing`;
  return value === '' ? `${key} is empty` : `${key} must be a text, got ${kindOf(value)}`;
}

function kindOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'an array';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}

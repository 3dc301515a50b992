import { callOf } from './catalogue/call.ts';
import { hookCatalogue } from './catalogue/hooks.ts';
import type { HookRow } from './catalogue/row.ts';
import type { Outcome } from './event.ts';
import { type Fields, numberAt, rowOf, textAt } from './fields.ts';
import { durationWords, oneLine } from './words.ts';

export { hookCatalogue } from './catalogue/hooks.ts';
export type { HookRow } from './catalogue/row.ts';

/** Keys that every hook input may have; the rest is the event's own. */
export const commonHookFields = [
  'session_id',
  'transcript_path',
  'cwd',
  'hook_event_name',
  'prompt_id',
  'permission_mode',
  'effort',
  'agent_id',
  'agent_type',
] as const;

export type HookName = keyof typeof hookCatalogue;

/** The row of an event, or none: unknown events are stored and shown generically. */
export function hookRow(name: string): HookRow | undefined {
  return rowOf<HookRow>(hookCatalogue, name);
}

/** One line of words about any hook event. */
export function describeEvent(name: string, payload: Fields): string {
  return hookRow(name)?.summary(payload) ?? genericSummary(name, payload);
}

/** How the action that a hook event reports ended; absent where it reports no end. */
export function outcomeOf(name: string, payload: Fields): Outcome | undefined {
  return hookRow(name)?.outcome?.(payload);
}

/** An event that nobody wrote a row for: its most telling text. */
function genericSummary(name: string, payload: Fields): string {
  for (const key of ['message', 'description', 'reason', 'error', 'file_path', 'name', 'status']) {
    const text = textAt(payload, key);
    if (text !== undefined) return `${name} · ${oneLine(text, 120)}`;
  }
  if (textAt(payload, 'tool_name') !== undefined) return `${name} · ${callOf(payload)}`;
  const duration = numberAt(payload, 'duration_ms');
  return duration === undefined ? name : `${name} · ${durationWords(duration)}`;
}

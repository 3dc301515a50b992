import { type Fields, fieldsAt, isFields, listAt, textAt } from '../fields.ts';
import { oneLine, plural } from '../words.ts';
import { callSummary, errorLine, toolLabel } from './tools.ts';

/** What a PostToolBatch says: which calls ended, or which never ran and why. */
export function batchSummary(payload: Fields): string {
  const calls = listAt(payload, 'tool_calls').filter(isFields);
  const failed = neverRan(payload);
  const [first] = failed;
  if (first === undefined)
    return `${plural(calls.length, 'call')} ended: ${oneLine(calls.map(labelOf).join(', '), 100)}`;
  const cwd = textAt(payload, 'cwd');
  const call = callSummary(toolNameOf(first), fieldsAt(first, 'tool_input') ?? {}, cwd);
  const more = failed.length > 1 ? ` and ${failed.length - 1} more` : '';
  return `${call}${more} · never ran: ${errorLine(responseText(first))}`;
}

/** Calls of a PostToolBatch that never ran: unknown tool, bad input, Edit of a missing file. */
export function neverRan(payload: Fields): readonly Fields[] {
  return listAt(payload, 'tool_calls').filter(
    (call): call is Fields => isFields(call) && isNeverRan(responseText(call)),
  );
}

/** Whether a call's answer says that it never began. */
export function isNeverRan(answer: string): boolean {
  return /^\s*<tool_use_error>/.test(answer);
}

/** The first text of a batch entry's response. */
export function responseText(call: Fields): string {
  const response = call.tool_response;
  if (typeof response === 'string') return response;
  if (!Array.isArray(response)) return '';
  for (const block of response) {
    const text = isFields(block) ? textAt(block, 'text') : undefined;
    if (text !== undefined) return text;
  }
  return '';
}

function labelOf(call: Fields): string {
  return toolLabel(toolNameOf(call));
}

/** The call that a payload tells of, as it starts. */
export function callOf(payload: Fields): string {
  return callSummary(toolNameOf(payload), fieldsAt(payload, 'tool_input') ?? {}, textAt(payload, 'cwd'));
}

export function toolNameOf(payload: Fields): string {
  return textAt(payload, 'tool_name') ?? 'unknown tool';
}

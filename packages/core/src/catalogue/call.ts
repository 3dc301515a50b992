import { type Fields, fieldsAt, isFields, textAt } from '../fields.ts';
import { callSummary } from './tools.ts';

/** The call that a hook's payload or an entry of its batch tells of, as it starts. */
export function callOf(told: Fields, cwd = textAt(told, 'cwd')): string {
  return callSummary(toolNameOf(told), fieldsAt(told, 'tool_input') ?? {}, cwd);
}

export function toolNameOf(told: Fields): string {
  return textAt(told, 'tool_name') ?? 'unknown tool';
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

/** Whether a call's answer says that it never began. */
export function isNeverRan(answer: string): boolean {
  return /^\s*<tool_use_error>/.test(answer);
}

import { type Fields, isFields, listAt, textAt } from '../fields.ts';
import { oneLine, plural } from '../words.ts';
import { callOf, isNeverRan, responseText, toolNameOf } from './call.ts';
import { errorLine, toolLabel } from './tools.ts';

/** What a PostToolBatch says: which calls ended, or which never ran and why. */
export function batchSummary(payload: Fields): string {
  const calls = listAt(payload, 'tool_calls').filter(isFields);
  const failed = neverRan(payload);
  const [first] = failed;
  if (first === undefined)
    return `${plural(calls.length, 'call')} ended: ${oneLine(calls.map(labelOf).join(', '), 100)}`;
  const call = callOf(first, textAt(payload, 'cwd'));
  const more = failed.length > 1 ? ` and ${failed.length - 1} more` : '';
  return `${call}${more} · never ran: ${errorLine(responseText(first))}`;
}

/** Calls of a PostToolBatch that never ran: unknown tool, bad input, Edit of a missing file. */
export function neverRan(payload: Fields): readonly Fields[] {
  return listAt(payload, 'tool_calls').filter(
    (call): call is Fields => isFields(call) && isNeverRan(responseText(call)),
  );
}

function labelOf(call: Fields): string {
  return toolLabel(toolNameOf(call));
}

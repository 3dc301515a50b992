import { isFields } from './fields.ts';

/** Hook events that carry what a tool gave back: most of what a session stores. */
export const resultNames = ['PostToolUse', 'PostToolUseFailure', 'PostToolBatch'] as const;

/** A smaller result stays: nothing would be freed. */
const leastBytes = 200;

/** The payload without its results, which `telltale_pruned` stands for; undefined where there is nothing to take. */
export function withoutResult(payload: Record<string, unknown>): Record<string, unknown> | undefined {
  const { tool_response: response, tool_calls: calls, ...rest } = payload;
  const kept = Array.isArray(calls) ? { ...rest, tool_calls: calls.map(withoutResponse) } : rest;
  const bytes = sizeOf(payload) - sizeOf(kept);
  return bytes < leastBytes ? undefined : { ...kept, telltale_pruned: { bytes } };
}

/** How large the results were that retention took; undefined where they are there. */
export function prunedBytes(payload: Readonly<Record<string, unknown>>): number | undefined {
  const mark = payload.telltale_pruned;
  return isFields(mark) && typeof mark.bytes === 'number' ? mark.bytes : undefined;
}

function withoutResponse(call: unknown): unknown {
  if (!isFields(call)) return call;
  const { tool_response: _, ...rest } = call;
  return rest;
}

function sizeOf(value: unknown): number {
  return JSON.stringify(value).length;
}

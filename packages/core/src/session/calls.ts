import { neverRan } from '../catalogue/batch.ts';
import type { TelltaleEvent } from '../event.ts';
import { type Fields, fieldsAt, isFields, listAt, textAt } from '../fields.ts';
import { type FoldLimits, keep, type OpenCall, remove, type SessionFold } from './fold.ts';

/** What an event says about calls: how many began and failed that nobody had counted yet. */
export interface CallCount {
  started: number;
  failed: number;
}

/** A call that has begun. One that is known already (a retry, a tie in time) counts nothing. */
export function startCall(fold: SessionFold, event: TelltaleEvent, limits: FoldLimits): OpenCall | undefined {
  const id = event.toolUseId;
  if (id === undefined || isKnown(fold, id)) return undefined;
  const call: OpenCall = {
    id,
    toolName: event.toolName ?? '',
    summary: event.summary,
    at: event.at,
    print: printOf(event.toolName, fieldsAt(event.payload, 'tool_input')),
    ...(event.agentId === undefined ? {} : { agentId: event.agentId }),
  };
  keep(fold.calls, call, limits.calls);
  return call;
}

/** A call that has ended; counts it when its beginning was never heard. */
export function endCall(fold: SessionFold, event: TelltaleEvent, hasFailed: boolean, limits: FoldLimits): CallCount {
  const id = event.toolUseId;
  if (id === undefined) return { started: 0, failed: 0 };
  if (fold.endedCalls.includes(id)) {
    const wasUnheard = remove(fold.endedUnheard, (ended) => ended === id);
    return { started: 0, failed: hasFailed && wasUnheard ? 1 : 0 };
  }
  const wasOpen = forget(fold, id, limits);
  return { started: wasOpen ? 0 : 1, failed: hasFailed ? 1 : 0 };
}

/**
 * PostToolBatch names every call of the batch. One that is still open was denied; one that nobody has heard of never
 * ran (unknown tool, bad input, Edit of a missing file): no other event tells it.
 */
export function endBatch(fold: SessionFold, event: TelltaleEvent, limits: FoldLimits): CallCount {
  const count: CallCount = { started: 0, failed: 0 };
  const failed = new Set<unknown>(event.payload === undefined ? [] : neverRan(event.payload));
  for (const entry of listAt(event.payload, 'tool_calls')) {
    const id = isFields(entry) ? textAt(entry, 'tool_use_id') : undefined;
    if (id === undefined) continue;
    if (fold.endedCalls.includes(id)) {
      if (failed.has(entry) && remove(fold.endedUnheard, (ended) => ended === id)) count.failed += 1;
      continue;
    }
    if (!forget(fold, id, limits)) count.started += 1;
    if (failed.has(entry)) count.failed += 1;
    else keep(fold.endedUnheard, id, limits.calls);
  }
  // All calls of a batch have an end; those that it does not name were lost with their ids.
  dropCalls(fold, (call) => call.agentId === event.agentId, limits);
  return count;
}

/** Calls that are over without a word of their end. Should it come after all, it is known whose it is. */
export function dropCalls(fold: SessionFold, isOver: (call: OpenCall) => boolean, limits: FoldLimits): void {
  for (const { id } of fold.calls.filter(isOver)) {
    forget(fold, id, limits);
    keep(fold.endedUnheard, id, limits.calls);
  }
}

/** The open call that a PermissionRequest means: it has no id, so the newest of equal agent, tool and input. */
export function callAsked(fold: SessionFold, event: TelltaleEvent, print: string): OpenCall | undefined {
  const isWaitedFor = (call: OpenCall) => fold.waits.some((wait) => wait.toolUseId === call.id);
  const mine = fold.calls.filter(
    (call) => call.agentId === event.agentId && call.toolName === event.toolName && !isWaitedFor(call),
  );
  return mine.findLast((call) => call.print === print) ?? mine.at(-1);
}

/** Short and equal for equal inputs, at a cost that does not grow with them. */
export function printOf(toolName: string | undefined, input: Fields | undefined): string {
  let hash = mix(0x811c9dc5, toolName ?? '');
  for (const key of Object.keys(input ?? {}).sort()) {
    const value = input?.[key];
    hash = mix(mix(hash, key), typeof value === 'string' ? sample(value) : sample(JSON.stringify(value) ?? ''));
  }
  return (hash >>> 0).toString(36);
}

function isKnown(fold: SessionFold, id: string): boolean {
  return fold.endedCalls.includes(id) || fold.calls.some((call) => call.id === id);
}

/** Moves a call to those that have ended; false when it was not open. */
function forget(fold: SessionFold, id: string, limits: FoldLimits): boolean {
  const index = fold.calls.findIndex((call) => call.id === id);
  if (index >= 0) fold.calls.splice(index, 1);
  keep(fold.endedCalls, id, limits.endedCalls);
  return index >= 0;
}

function sample(text: string): string {
  return text.length <= 256 ? text : `${text.length}:${text.slice(0, 160)}${text.slice(-64)}`;
}

/** FNV-1a. */
function mix(hash: number, text: string): number {
  let mixed = hash;
  for (let index = 0; index < text.length; index += 1) mixed = Math.imul(mixed ^ text.charCodeAt(index), 0x01000193);
  return Math.imul(mixed ^ 0xff, 0x01000193);
}

import { fieldsAt, priceOf, textAt } from '@telltale/core';
import type { Told, ToldEntry } from './told.ts';

/** One request to the model, as its answer in the transcript tells it. */
export interface ToldRequest {
  /** When the answer was there. */
  atMs: number;
  promptId: string;
  agentId?: string;
  id: string;
  model: string;
  tokens: { input: number; output: number; cacheRead: number; cacheCreation: number };
  costNanos: number;
  durationMs: number;
  /** Until the first token. */
  ttftMs: number;
}

export function requestsOf({ entries }: Told): ToldRequest[] {
  const before = new Map<string, number>();
  return entries.flatMap((entry) => {
    const [atMs, thread] = [timeOf(entry), entry.agentId ?? ''];
    const sinceMs = before.get(thread) ?? atMs;
    before.set(thread, atMs);
    const request = requestOf(entry, atMs, sinceMs);
    return request ? [request] : [];
  });
}

/** `sinceMs`: of the entry before, in the same conversation. */
function requestOf({ line, agentId }: ToldEntry, atMs: number, sinceMs: number): ToldRequest | undefined {
  const message = fieldsAt(line, 'message');
  const usage = fieldsAt(message, 'usage');
  const id = textAt(line, 'requestId');
  if (!usage || !id) return undefined;
  const model = textAt(message, 'model') ?? '';
  const tokens = {
    input: Number(usage.input_tokens),
    output: Number(usage.output_tokens),
    cacheRead: Number(usage.cache_read_input_tokens),
    cacheCreation: Number(usage.cache_creation_input_tokens),
  };
  const at = new Date(atMs).toISOString();
  const durationMs = Math.max(350, Math.min(atMs - sinceMs, 900 + tokens.output * 24));
  return {
    ...{ atMs, promptId: textAt(line, 'promptId') ?? '', id, model, tokens, durationMs },
    ...(agentId !== undefined && { agentId }),
    costNanos: priceOf(model, { ...tokens, cacheCreation1h: 0 }, { at })?.nanos ?? 0,
    ttftMs: Math.round(durationMs * 0.3),
  };
}

export const timeOf = ({ line }: ToldEntry) => Date.parse(textAt(line, 'timestamp') ?? '');

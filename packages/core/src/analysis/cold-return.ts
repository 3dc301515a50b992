import { cacheLifeMs, coldNanosOf } from '../pricing/cold-cost.ts';
import type { Prices } from '../pricing.ts';

/** A request of one conversation, as far as its cache is concerned. */
export interface CachedRequest {
  /** When its answer was here, ms. */
  at: number;
  durationMs?: number | undefined;
  model: string;
  cacheRead: number;
  cacheCreation: number;
  /** Of them written for an hour. */
  cache1h: number;
  speed?: string | undefined;
}

export interface ColdReturn {
  at: number;
  model: string;
  idleMs: number;
  /** Tokens that the cache had held and that were written to it again. */
  tokens: number;
  /** What that cost beyond reading them; absent where the table has no price. */
  lostNanos?: number;
}

/**
 * Requests that came after the cache's life had ended and wrote again what it had held. `requests` are those of one
 * conversation, oldest first. What was written again after a compaction, or within the cache's life, is no such loss.
 */
export function coldReturns(requests: readonly CachedRequest[], prices?: Prices): ColdReturn[] {
  const found: ColdReturn[] = [];
  let before: CachedRequest | undefined;
  for (const request of requests) {
    const cold = before && coldReturn(before, request, prices);
    if (cold) found.push(cold);
    // One that only reads keeps alive what an earlier one wrote, as long as that one said.
    before = request.cacheCreation > 0 ? request : { ...request, cache1h: before?.cache1h ?? 0 };
  }
  return found;
}

function coldReturn(before: CachedRequest, request: CachedRequest, prices?: Prices): ColdReturn | undefined {
  const { at, model, speed } = request;
  const idleMs = at - (request.durationMs ?? 0) - before.at;
  if (before.model !== model || idleMs < cacheLifeMs[before.cache1h > 0 ? 'long' : 'short']) return undefined;
  const held = before.cacheRead + before.cacheCreation;
  const tokens = Math.min(held - request.cacheRead, request.cacheCreation);
  if (tokens <= 0) return undefined;
  const lostNanos = coldNanosOf(
    model,
    { tokens, isLong: request.cache1h > 0, speed },
    { at: new Date(at).toISOString(), ...(prices && { prices }) },
  );
  return { at, model, idleMs, tokens, ...(lostNanos !== undefined && { lostNanos }) };
}

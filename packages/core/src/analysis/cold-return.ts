import { type Prices, priceOf } from '../pricing.ts';

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

const shortMs = 5 * 60_000;
const longMs = 60 * 60_000;

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
    before = request;
  }
  return found;
}

function coldReturn(before: CachedRequest, request: CachedRequest, prices?: Prices): ColdReturn | undefined {
  const { at, model, speed } = request;
  const idleMs = at - (request.durationMs ?? 0) - before.at;
  if (before.model !== model || idleMs < (before.cache1h > 0 ? longMs : shortMs)) return undefined;
  const held = before.cacheRead + before.cacheCreation;
  const tokens = Math.min(held - request.cacheRead, request.cacheCreation);
  if (tokens <= 0) return undefined;
  const priced = (usage: { cacheRead: number; cacheCreation: number; cacheCreation1h: number }) =>
    priceOf(
      model,
      { input: 0, output: 0, speed, ...usage },
      { at: new Date(at).toISOString(), ...(prices && { prices }) },
    )?.nanos;
  const written = priced({ cacheRead: 0, cacheCreation: tokens, cacheCreation1h: request.cache1h > 0 ? tokens : 0 });
  const read = priced({ cacheRead: tokens, cacheCreation: 0, cacheCreation1h: 0 });
  const cold = { at, model, idleMs, tokens };
  return written === undefined || read === undefined ? cold : { ...cold, lostNanos: written - read };
}

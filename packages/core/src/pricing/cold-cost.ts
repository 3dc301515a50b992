import { type Prices, priceOf } from '../pricing.ts';

/** How long the API keeps what was written to the cache since it was read last. */
export const cacheLifeMs = { short: 5 * 60_000, long: 60 * 60_000 } as const;

export interface Cached {
  tokens: number;
  /** Written for an hour instead of five minutes. */
  isLong: boolean;
  speed?: string | undefined;
  geo?: string | undefined;
}

/** Billionths of a dollar that writing to the cache again costs beyond reading it; nothing where there is no price. */
export function coldNanosOf(
  model: string,
  { tokens, isLong, speed, geo }: Cached,
  when: { at: string; prices?: Prices },
): number | undefined {
  const none = { input: 0, output: 0, cacheRead: 0, cacheCreation: 0, cacheCreation1h: 0, speed, geo };
  const written = priceOf(model, { ...none, cacheCreation: tokens, cacheCreation1h: isLong ? tokens : 0 }, when);
  const read = priceOf(model, { ...none, cacheRead: tokens }, when);
  return written && read && written.nanos - read.nanos;
}

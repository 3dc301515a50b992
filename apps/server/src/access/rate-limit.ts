/** So many at once, and so many a second for good. */
export interface Rate {
  burst: number;
  perSecond: number;
}

/** Who is not heard of for longest is forgotten first. */
const maxKeys = 10_000;

/**
 * A bucket of tokens for each key. It answers at once, without a promise and without a timer: the guard stands before
 * every event that is taken in.
 */
export function createRateLimit({ burst, perSecond }: Rate, now: () => number = performance.now.bind(performance)) {
  const buckets = new Map<string, { left: number; at: number }>();
  return {
    /** Takes; answers 0, or after how many seconds there is room again. */
    take(key: string, cost = 1): number {
      const at = now();
      const known = buckets.get(key) ?? { left: burst, at };
      const left = Math.min(burst, known.left + (Math.max(0, at - known.at) / 1000) * perSecond);
      const isLet = left >= cost;
      buckets.delete(key);
      if (buckets.size >= maxKeys) for (const oldest of buckets.keys()) if (buckets.delete(oldest)) break;
      buckets.set(key, { left: isLet ? left - cost : left, at });
      return isLet ? 0 : Math.max(1, Math.ceil((cost - left) / perSecond));
    },
  };
}

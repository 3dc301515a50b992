/** What a look at the fresh events told. */
export interface FreshLook {
  newestSeq: number;
  oldestSeq: number;
  /** Milliseconds of a clock that only goes on. */
  at: number;
}

/** While events come faster than this, settling is put off, until so many wait for it that reading them gets slow. */
const calmPerSecond = 500;
const maxPutOff = 50_000;

/** Senders come first: what a burst left is settled after it. */
export function isBurst(before: FreshLook, now: FreshLook, calm = calmPerSecond): boolean {
  const perSecond = ((now.newestSeq - before.newestSeq) / (now.at - before.at)) * 1000;
  return perSecond > calm && now.newestSeq - now.oldestSeq < maxPutOff;
}

import type { Meta } from '../meta.ts';

/** Up to when (ms) everything of a kind was forgotten. */
export interface Cutoff {
  ms(): number;
  /** Inside a transaction. */
  move(before: number): void;
}

/**
 * It never goes back: more days from now on do not bring back what is gone. Only one that lies in the future is none: the
 * clock was wrong, and nothing would be taken until it is right.
 */
export function createCutoff(meta: Meta, key: string, now: () => number): Cutoff {
  let known = Number(meta.get(key) ?? 0);
  const ms = () => (known > now() ? 0 : known);
  return {
    ms,
    move(before) {
      if (before <= ms()) return;
      known = before;
      meta.set(key, before);
    },
  };
}

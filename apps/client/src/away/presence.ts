/** Where a viewer was last: at what time, and what the newest event was. */
export interface Presence {
  store: string;
  seq: number;
  atMs: number;
}

const awayAfterMs = 10 * 60_000;

/** From which event on a viewer who is back has missed something; nothing when they were hardly away. */
export function missedFrom(last: Presence | undefined, store: string, now: number): number | undefined {
  if (!last || last.store !== store || now - last.atMs < awayAfterMs) return undefined;
  return last.seq;
}

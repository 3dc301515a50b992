/** Waits while hooks and telemetry come in fast: whoever sends them must not wait for an import. */
export interface Calm {
  wait(): Promise<void>;
}

export interface CalmDeps {
  /** The newest `seq` of the store. */
  seq(): number;
  clock?: () => number;
  sleep?: (ms: number) => Promise<void>;
}

/** More events a second than this are a burst. */
const burstPerSecond = 200;
const lookMs = 250;
/** An import that would wait for ever goes on now and then. */
const maxWaitMs = 10_000;

export function createCalm({ seq, clock = () => performance.now(), sleep = pause }: CalmDeps): Calm {
  let last = { seq: seq(), at: clock() };

  function isBurst(): boolean {
    const at = clock();
    const ms = at - last.at;
    const perSecond = ms === 0 ? 0 : ((seq() - last.seq) / ms) * 1000;
    // Over too short a time a single event would look like a burst.
    if (ms >= lookMs) last = { seq: seq(), at };
    return ms >= lookMs && perSecond > burstPerSecond;
  }

  return {
    async wait() {
      const until = clock() + maxWaitMs;
      while (isBurst() && clock() < until) await sleep(lookMs);
    },
  };
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms).unref());
}

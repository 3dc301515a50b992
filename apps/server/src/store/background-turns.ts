/** Work in the background, turn after turn, that gives way to whoever pauses it. */
export interface BackgroundTurns {
  /** It begins paused; this is its first `resume`. */
  start(): void;
  /** Resolves when no turn is under way; none begins before each `pause` has got its `resume`. */
  pause(): Promise<void>;
  resume(): void;
  /** Does this while no turn is under way. */
  alone(work: () => Promise<void>): Promise<void>;
  /** What is under way ends at its next step. */
  isStopping(): boolean;
  /** Gives others time after a step that took so long; none where it is stopping. */
  rest: Rest;
}

export type Rest = (tookMs: number) => Promise<void>;

export interface BackgroundTurnsOptions {
  /** One turn; after how many milliseconds the next begins. Never rejects: what goes wrong is told by whoever works. */
  turn(): Promise<number>;
  /** How long after it was resumed the first turn begins. */
  idleMs: number;
  onResume?(): void;
}

/** A step is followed by a rest of so many times what it took. */
const restFactor = 4;

export function createBackgroundTurns({ turn, idleMs, onResume }: BackgroundTurnsOptions): BackgroundTurns {
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<unknown> = Promise.resolve();
  let pauses = 1;
  let isStopping = false;

  function schedule(ms: number): void {
    if (pauses > 0) return;
    timer = setTimeout(() => {
      running = turn().then(schedule);
    }, ms).unref();
  }

  async function pause(): Promise<void> {
    pauses += 1;
    isStopping = true;
    clearTimeout(timer);
    await running;
  }

  function resume(): void {
    pauses -= 1;
    isStopping = pauses > 0;
    if (isStopping) return;
    onResume?.();
    schedule(idleMs);
  }

  return {
    start: resume,
    pause,
    resume,
    async alone(work) {
      await pause();
      isStopping = false;
      try {
        await work();
      } finally {
        resume();
      }
    },
    isStopping: () => isStopping,
    rest: (tookMs) =>
      isStopping ? Promise.resolve() : new Promise((resolve) => setTimeout(resolve, tookMs * restFactor)),
  };
}

/** For who does everything at once. */
export const noRest: Rest = () => Promise.resolve();

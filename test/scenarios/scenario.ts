import type { ClientAge } from '../client/binary.ts';
import type { Stage } from '../client/stage.ts';

/** One way to use the real client, and what its hooks are known to fire then. */
export interface Scenario {
  name: string;
  /** What it is there to show. */
  about: string;
  needs?: 'tmux' | 'git';
  /** The old client tells it as today's does, by hooks that others fire, too: it plays it in `npm run test:soak` only. */
  isAlikeInOld?: true;
  settings?: Record<string, unknown>;
  play(stage: Stage): Promise<void>;
  /** Hooks the client leaves behind unfinished when it exits (StopFailure in -p): whoever hears them had luck. */
  unawaited?: string[];
  /** How often each hook fires, whatever the order. */
  fires: Fires | ((age: ClientAge) => Fires);
}

type Fires = Record<string, number>;

import type { GroupCommit } from './group-commit.ts';
import type { Meta } from './meta.ts';

/** Makes again what depends on a version, in the background and in small steps; a restart goes on where it was. */
export interface BackgroundBuild {
  start(): void;
  stop(): void;
}

/** Where a part is: behind what it goes on. */
interface Place {
  at: number;
  seq: number;
  id: string;
}

/** A step, inside a transaction: takes from `place` on and says where it came to; nothing when its part is over. */
export type Step = (place: Place) => Partial<Place> | undefined;

export interface BackgroundBuildOptions {
  meta: Meta;
  commits: GroupCommit;
  /** What is built; its place is kept under this name. */
  name: string;
  /** Another version than the one that was built is built anew. */
  version: string;
  /** One after the other. */
  parts: readonly Step[];
  /** Nothing is there that it could be made of. */
  isEmpty(): boolean;
  onProblem(error: unknown): void;
}

/** After each step a rest of so many times what it took. */
const restFactor = 4;
const startMs = 100;

export function createBackgroundBuild(options: BackgroundBuildOptions): BackgroundBuild {
  const { meta, commits, name, version, parts, isEmpty, onProblem } = options;
  const builtKey = `${name}_built`;
  const placeKey = `${name}_place`;
  let timer: NodeJS.Timeout | undefined;
  let isStopped = false;

  function placeNow(): Place & { part: number } {
    const kept = JSON.parse(meta.get(placeKey) ?? '{}') as Partial<Place> & { version?: string; part?: number };
    return { part: 0, at: 0, seq: 0, id: '', ...(kept.version === version && kept) };
  }

  /** False when nothing is left. */
  function step(): boolean {
    const { part, ...place } = placeNow();
    // Broken off from here on it is of no version: going back to the one before builds that anew.
    if (meta.get(builtKey)) meta.set(builtKey, '');
    const behind = parts[part]?.(place);
    const isOver = behind === undefined && part + 1 >= parts.length;
    if (isOver) meta.set(builtKey, version);
    else meta.set(placeKey, JSON.stringify({ version, part: behind ? part : part + 1, ...behind }));
    return !isOver;
  }

  function work(): void {
    const startedAt = performance.now();
    commits.run(step).then(
      (hasMore) => {
        if (hasMore && !isStopped) timer = setTimeout(work, restFactor * (performance.now() - startedAt)).unref();
      },
      (error) => {
        // What a stop cuts short is done at the next start.
        if (!isStopped) onProblem(error);
      },
    );
  }

  return {
    start() {
      if (meta.get(builtKey) === version) return;
      if (isEmpty()) meta.set(builtKey, version);
      else timer = setTimeout(work, startMs).unref();
    },
    stop() {
      isStopped = true;
      clearTimeout(timer);
    },
  };
}

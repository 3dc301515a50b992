import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';

/** A process as its session knows it. */
export interface WatchedProcess {
  pid?: number | undefined;
  host?: string | undefined;
  /** When it was last heard of. */
  lastAt: string;
}

/** One look per process and this long: session views ask for each session again and again. */
const freshMs = 2000;
const maxKnown = 2000;
/** The start of a process is known to a tick, the start of the machine to a second. */
const startSlackMs = 3000;

interface Seen {
  isAlive: boolean;
  startedAtMs: number | undefined;
  seenAt: number;
}

/**
 * Whether a session's client is gone from this machine; undefined for other machines, of which nothing is known.
 * A process that started after the session was last heard of has only taken its number.
 */
export function createProcessWatch(now: () => number = Date.now, host: string = hostname(), startOf = startedAtMs) {
  const known = new Map<number, Seen>();

  function look(pid: number): Seen {
    const before = known.get(pid);
    if (before && now() - before.seenAt < freshMs) return before;
    if (known.size >= maxKnown) known.clear();
    const alive = isAlive(pid);
    const seen = { isAlive: alive, startedAtMs: alive ? startOf(pid) : undefined, seenAt: now() };
    known.set(pid, seen);
    return seen;
  }

  return (process: WatchedProcess): boolean | undefined => {
    if (process.pid === undefined || process.host !== host) return undefined;
    const seen = look(process.pid);
    const { startedAtMs: startedAt = 0 } = seen;
    return !seen.isAlive || startedAt > Date.parse(process.lastAt) + startSlackMs;
  };
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it lives and belongs to another user.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

/** Linux counts in hundredths of a second for programs, whatever the kernel does itself. */
const ticksPerSecond = 100;

/** Only Linux tells it without a process of its own. */
function startedAtMs(pid: number): number | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const ticks = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]);
    const bootS = Number(/^btime (\d+)$/m.exec(readFileSync('/proc/stat', 'utf8'))?.[1]);
    const startedAt = bootS * 1000 + (ticks / ticksPerSecond) * 1000;
    return Number.isFinite(startedAt) ? startedAt : undefined;
  } catch {
    // No /proc here, or the process ended meanwhile: its start stays unknown.
    return undefined;
  }
}

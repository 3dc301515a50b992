import type { LostTranscripts, TelltaleEvent } from '@telltale/core';
import { numericAt } from '@telltale/core/fields';
import type { Found } from './discovery.ts';

/**
 * Knows which transcripts on this machine are not here yet, and so notices when Claude Code deletes one of them. It
 * looks at the start, now and then, and when Claude Code says that it has swept.
 */
export interface ArchiveWatch {
  /** Looks what is there, and what is gone since the last look. */
  look(): Promise<void>;
  /** Hears of every stored event. */
  hear(events: readonly TelltaleEvent[]): void;
  lost(): LostTranscripts | undefined;
  start(): void;
  stop(): void;
}

export interface ArchiveWatchDeps {
  discover(): Promise<Found>;
  memo: { get(): string | undefined; set(value: string): Promise<void> };
  now(): number;
  onProblem(error: unknown): void;
}

/** What outlives the service. */
interface Remembered {
  /** Path and session of what is not here, or not wholly. */
  lacking: [path: string, sessionId: string][];
  lost?: LostTranscripts;
}

const everyMs = 60 * 60_000;
const firstMs = 15_000;
/** More are not remembered: the page says anyway how many are not here. */
const maxLacking = 5000;
/** So long it is said. */
const saidMs = 30 * 24 * 60 * 60_000;

export function createArchiveWatch({ discover, memo, now, onProblem }: ArchiveWatchDeps): ArchiveWatch {
  let timers: NodeJS.Timeout[] = [];
  let isStopped = false;
  let looking: Promise<void> = Promise.resolve();

  const remembered = (): Remembered => JSON.parse(memo.get() ?? '{"lacking":[]}') as Remembered;

  async function lookNow(swept: number): Promise<void> {
    if (isStopped) return;
    const before = remembered();
    const found = await discover();
    const at = new Date(now()).toISOString();
    if (!found.isThere) {
      if (swept === 0 && before.lacking.length === 0) return;
      // A folder that is not there has lost everything, or cannot be seen from here: only what was said is known.
      const files = (before.lost?.files ?? 0) + swept;
      if (swept > 0) await memo.set(JSON.stringify({ ...before, lost: { files, sessions: 0, at, isSeen: false } }));
      return;
    }
    const there = new Set(found.files.map(({ path }) => path));
    const gone = before.lacking.filter(([path]) => !there.has(path));
    const lacking = found.files.filter((file) => file.lacking > 0).slice(0, maxLacking);
    const next: Remembered = { lacking: lacking.map(({ path, sessionId }) => [path, sessionId]) };
    const { lost } = before;
    if (gone.length > 0) {
      const sessions = new Set(gone.map(([, sessionId]) => sessionId)).size;
      next.lost = {
        ...{ files: gone.length + (lost?.files ?? 0), sessions: sessions + (lost?.sessions ?? 0), at, isSeen: true },
      };
    } else if (lost) next.lost = lost;
    const text = JSON.stringify(next);
    if (text !== memo.get()) await memo.set(text);
  }

  function look(swept = 0): Promise<void> {
    looking = looking.then(() => lookNow(swept)).catch((error: unknown) => void (isStopped || onProblem(error)));
    return looking;
  }

  return {
    look: () => look(),
    hear(events) {
      for (const event of events) {
        const swept = sweptBy(event);
        if (swept > 0) void look(swept);
      }
    },
    lost() {
      const { lost } = remembered();
      return lost && now() - Date.parse(lost.at) < saidMs ? lost : undefined;
    },
    start() {
      timers = [setTimeout(() => void look(), firstMs).unref(), setInterval(() => void look(), everyMs).unref()];
    },
    stop() {
      isStopped = true;
      for (const timer of timers) clearTimeout(timer);
    },
  };
}

/** How many transcripts a sweep of the client deleted, as far as it says. */
function sweptBy({ source, name, payload = {} }: TelltaleEvent): number {
  if (source !== 'otel' || name !== 'retention_sweep') return 0;
  return Math.max(0, numericAt(payload, 'transcripts_deleted') ?? numericAt(payload, 'session_files_deleted') ?? 0);
}

import { setTimeout as pause } from 'node:timers/promises';
import type { Complaints } from '../../complaints.ts';
import type { ArchiveStorage } from './storage.ts';

export interface ArchivePlaceDeps {
  storage: ArchiveStorage;
  complaints: Complaints;
  /** Documents are there already. */
  wasUsed: boolean;
  checkMs?: number;
  recheckMs?: number;
}

/** Whether the archive's place can be used, before the first session waits for it. */
export interface ArchivePlace {
  /**
   * Throws where it cannot: the name is wrong, or whose it is. A place that was used before may be a disk that is not
   * mounted yet: then it is a notice, until it can be used again.
   */
  open(): Promise<void>;
  close(): void;
}

export function createArchivePlace(deps: ArchivePlaceDeps): ArchivePlace {
  const { storage, complaints, wasUsed, checkMs = 5000, recheckMs = 15_000 } = deps;
  let timer: NodeJS.Timeout | undefined;
  let isClosed = false;

  async function problem(): Promise<string | undefined> {
    // A disk in the network may not answer at all.
    const silence = new AbortController();
    try {
      await Promise.race([
        storage.check?.(),
        pause(checkMs, undefined, { ref: false, signal: silence.signal }).then(() => {
          throw new Error('it does not answer');
        }),
      ]);
      return undefined;
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    } finally {
      silence.abort();
    }
  }

  async function watch(): Promise<void> {
    const found = await problem();
    if (isClosed) return;
    if (found === undefined) complaints.settle('archive');
    else timer = setTimeout(() => void watch(), recheckMs).unref();
  }

  return {
    async open() {
      const found = await problem();
      if (found === undefined) return;
      if (!wasUsed)
        throw new Error(
          `TELLTALE_ARCHIVE=${storage.name} cannot be used (${found}): name a folder that this user may write to, or mount its disk first`,
        );
      complaints.raise('archive', `${storage.name} takes no sessions now: ${found}`);
      timer = setTimeout(() => void watch(), recheckMs).unref();
    },
    close() {
      isClosed = true;
      clearTimeout(timer);
    },
  };
}

import { mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isAlive } from '../process-watch.ts';

export interface SpoolLock {
  /** False when a living sender has it. */
  take(): Promise<boolean>;
  /** False when another has it now: this process slept for more than a minute. */
  renew(): Promise<boolean>;
  release(): Promise<void>;
}

/** A lock that was not renewed for so long is nobody's. */
const lockMs = 60_000;

/** The lock of one destination's spool folder, as the senders of hooks/ take it: a folder holding "pid time". */
export function createSpoolLock(own: string): SpoolLock {
  const lock = join(own, 'lock');
  const owner = join(lock, 'owner');
  const taken = join(lock, 'taken');

  async function renew(): Promise<boolean> {
    if (pidOf(await readText(owner)) !== process.pid) return false;
    await writeOwner();
    return true;
  }

  async function writeOwner(): Promise<void> {
    await writeFile(owner, `${process.pid} ${Math.floor(Date.now() / 1000)}\n`, { mode: 0o600 });
  }

  return {
    renew,
    async take() {
      for (let tries = 0; tries < 3; tries++) {
        if (await makeFolder(lock)) {
          await writeOwner();
          return true;
        }
        const seen = await readText(owner);
        if (isHeld(seen)) return false;
        const age = await ageMs(lock);
        if (age === undefined) continue;
        // Without a name its owner is just writing it, unless it was killed there a minute ago.
        if (!seen && age < lockMs) return false;
        // One taker at a time, and only of the lock that was seen: another may have made a new one since.
        if (!(await makeFolder(taken))) {
          if (((await ageMs(taken)) ?? 0) > lockMs) await rm(taken, { recursive: true, force: true });
          return false;
        }
        const isSame = (await readText(owner)) === seen;
        if (isSame) await writeOwner();
        await rm(taken, { recursive: true, force: true });
        if (isSame) return true;
      }
      return false;
    },
    async release() {
      if (!(await renew())) return;
      const gone = join(own, `lock.${process.pid}`);
      await rename(lock, gone).catch(() => {});
      await rm(gone, { recursive: true, force: true });
    },
  };
}

function isHeld(owner: string | undefined): boolean {
  const pid = pidOf(owner);
  const beatS = Number(owner?.split(' ')[1]);
  return pid > 0 && isAlive(pid) && Date.now() - beatS * 1000 < lockMs;
}

function pidOf(owner: string | undefined): number {
  return Number(owner?.split(' ')[0]) || 0;
}

async function makeFolder(folder: string): Promise<boolean> {
  return mkdir(folder, { mode: 0o700 }).then(
    () => true,
    () => false,
  );
}

async function ageMs(path: string): Promise<number | undefined> {
  const stats = await stat(path).catch(() => undefined);
  return stats && Date.now() - stats.mtimeMs;
}

async function readText(file: string): Promise<string | undefined> {
  return readFile(file, 'utf8').catch(() => undefined);
}

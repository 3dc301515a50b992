import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** Runs `work` while no other process on this machine holds the same lock; one whose holder died is taken over. */
export async function withLock<T>(lock: string, work: () => Promise<T>, waitMs = 300_000): Promise<T> {
  await mkdir(dirname(lock), { recursive: true });
  const until = Date.now() + waitMs;
  while (!(await isTaken(lock))) {
    if (Date.now() > until)
      throw new Error(`${lock} has been held for ${waitMs / 1000} s; remove it if nobody uses it`);
    await removeIfAbandoned(lock);
    await sleep(200);
  }
  try {
    return await work();
  } finally {
    await rm(lock, { recursive: true, force: true });
  }
}

async function isTaken(lock: string): Promise<boolean> {
  try {
    await mkdir(lock);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
  await writeFile(join(lock, 'pid'), String(process.pid));
  return true;
}

async function removeIfAbandoned(lock: string): Promise<void> {
  const pid = Number(await readFile(join(lock, 'pid'), 'utf8').catch(() => Number.NaN));
  if (Number.isNaN(pid)) return; // just made, or just removed
  try {
    process.kill(pid, 0);
  } catch {
    await rm(lock, { recursive: true, force: true }); // no such process
  }
}

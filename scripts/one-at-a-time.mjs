import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const pauseMs = 200;
const patienceMs = 15 * 60_000;

/**
 * Installs and builds of one folder come one after the other: two at once break each other's node_modules.
 * @param {string} root
 * @param {(line: string) => void} say
 * @param {() => string | undefined} work returns what went wrong
 * @returns {string | undefined} what went wrong
 */
export function oneAtATime(root, say, work) {
  const lock = join(root, '.telltale-start.lock');
  const until = Date.now() + patienceMs;
  for (let hasSaid = false; !take(lock); ) {
    const owner = ownerOf(lock);
    if (owner !== undefined && !isAlive(owner)) removeLeft(lock, owner);
    else if (Date.now() > until)
      return `Process ${owner} still installs or builds here; if that is not so, remove ${lock} and start again.`;
    else {
      // Its number is written a moment after its lock.
      if (!hasSaid && owner !== undefined) {
        say(`Another one (process ${owner}) installs or builds here; waiting for it …`);
        hasSaid = true;
      }
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, pauseMs);
    }
  }
  try {
    return work();
  } finally {
    rmSync(lock, { force: true });
  }
}

/** @param {string} lock */
function take(lock) {
  try {
    writeFileSync(lock, `${process.pid}\n`, { flag: 'wx' });
    return true;
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code === 'EEXIST') return false;
    return true; // A folder that cannot be written: install and build say so themselves, if they have to.
  }
}

/**
 * Removes the lock of a process that is gone. One remover at a time, which looks again: the first to find a dead lock
 * may have taken it since, and that one must stay.
 * @param {string} lock
 * @param {number} owner
 */
function removeLeft(lock, owner) {
  const remover = `${lock}.left`;
  if (take(remover)) {
    if (ownerOf(lock) === owner) rmSync(lock, { force: true });
    rmSync(remover, { force: true });
    return;
  }
  const other = ownerOf(remover);
  // It was killed in the middle: the next look takes its place.
  if (other !== undefined && !isAlive(other)) rmSync(remover, { force: true });
}

/** @param {string} lock */
function ownerOf(lock) {
  try {
    return Number(readFileSync(lock, 'utf8')) || undefined;
  } catch {
    return undefined; // Gone meanwhile, or not written yet.
  }
}

/** @param {number} pid */
function isAlive(pid) {
  if (pid === process.pid) return false; // A container numbers its processes the same each time.
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return /** @type {NodeJS.ErrnoException} */ (error).code === 'EPERM';
  }
}

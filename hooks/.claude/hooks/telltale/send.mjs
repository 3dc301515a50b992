import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createClient } from './client.mjs';
import { isAlive, publish, read, readConfig, remove } from './spool.mjs';
import { createTranscripts } from './transcripts.mjs';

// send.sh for machines without a POSIX shell or without curl: posts what lies in one destination's spool, oldest first.

const spool = process.argv[2];
for (const signal of /** @type {const} */ (['SIGHUP', 'SIGINT', 'SIGTERM'])) process.on(signal, () => {});
if (spool) await main(spool).catch(() => {}); // Detached: nobody could read a message. What is unsent stays.

/** @param {string} spool */
async function main(spool) {
  process.chdir(spool);
  const url = read('url')?.trim();
  if (!url) return;
  const client = createClient(url, () => read('token')?.trim() || readConfig(join(spool, '..', '..')).token);
  const transcripts = createTranscripts(client, renewLock);
  // After the lock is released the folder is listed once more: a hook may have come that still saw it held.
  while (await takeLock()) {
    sweep();
    const isDown = await workUntilIdle(client, transcripts).finally(releaseLock);
    publishStrays();
    if (isDown || !(listItems().length > 0 || transcripts.areDue())) break;
  }
  client.close();
}

/**
 * @param {import('./client.mjs').Client} client
 * @param {import('./transcripts.mjs').Transcripts} transcripts
 * @returns {Promise<boolean>} whether the destination is down
 */
async function workUntilIdle(client, transcripts) {
  /** @type {Set<string>} */
  const skipped = new Set();
  for (let idle = 0, failures = 0; idle < 10; ) {
    renewLock();
    const items = listItems();
    const batch = items.filter((name) => !skipped.has(name)).slice(0, 4);
    if (items.length === 0) {
      await transcripts.sendDue();
      idle++;
      await sleep(200);
    } else if (batch.length > 0 && (await sendBatch(client, batch, skipped))) {
      idle = failures = 0;
    } else {
      if (batch.length === 0) skipped.clear();
      keepCap();
      if (++failures >= 40) return true;
      await sleep([300, 1000, 2000][failures - 1] ?? 5000);
    }
  }
  return !(await transcripts.sendLate());
}

/**
 * @param {import('./client.mjs').Client} client
 * @param {string[]} batch
 * @param {Set<string>} skipped those that have to wait are added
 * @returns {Promise<boolean>} whether one was answered for good
 */
async function sendBatch(client, batch, skipped) {
  let isSent = false;
  for (const name of batch) {
    const head = headOf(name);
    const body = readIfThere(name);
    if (body === undefined) continue;
    const { status } = await client.post('/ingest/hook', body, itemHeaders(name, read(head) ?? ''));
    if (status >= 200 && status < 300) {
      if (read('delivered') === undefined) writeFileSync('delivered', '', { mode: 0o600 });
      remove(name);
      remove(head);
    } else if ([400, 413, 422].includes(status)) {
      move(name, join('rejected', name));
      move(head, join('rejected', head));
      keepNewest('rejected', 16_000_000);
    } else {
      skipped.add(name);
      if (status === 0) break;
      continue;
    }
    isSent = true;
  }
  return isSent;
}

/**
 * @param {string} name starts with nanoseconds since 1970
 * @param {string} head
 */
function itemHeaders(name, head) {
  const nanos = name.slice(0, name.indexOf('-'));
  const second = new Date(Number(nanos.slice(0, -9)) * 1000).toISOString().slice(0, -5);
  const lines = head.split('\n').filter(Boolean);
  /** @type {[string, string][]} */
  const pairs = lines.map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)]);
  return {
    ...Object.fromEntries(pairs),
    'content-type': 'application/json',
    'telltale-at': `${second}.${nanos.slice(-9)}Z`,
  };
}

/** @param {string} name */
function readIfThere(name) {
  try {
    return readFileSync(name);
  } catch {
    return undefined; // Another sender was faster: two may be at work for a moment.
  }
}

/**
 * @param {string} from
 * @param {string} to
 */
function move(from, to) {
  try {
    renameSync(from, to);
  } catch {
    // Another sender was faster.
  }
}

function listItems(folder = '.') {
  return readdirSync(folder)
    .filter((name) => /^\d+-.*\.json$/.test(name))
    .sort();
}

// The lock is a folder holding "pid time"; its owner renews the time, so an old one is nobody's.
async function takeLock() {
  for (let tries = 0; tries < 3; tries++) {
    if (makeFolder('lock')) {
      writeOwner();
      return true;
    }
    const seen = read('lock/owner');
    if (isAlive(seen)) return false;
    if (!existsSync('lock')) continue;
    // Without a name its owner is just writing it, unless it was killed there a minute ago.
    if (!seen && Date.now() - writtenMs('lock') < 60_000) return false;
    // One taker at a time, and only of the lock that was seen: another may have made a new one since.
    if (!makeFolder('lock/taken')) {
      if (Date.now() - writtenMs('lock/taken') > 60_000) remove('lock/taken');
      return false;
    }
    const isTaken = read('lock/owner') === seen;
    if (isTaken) writeOwner();
    remove('lock/taken');
    if (isTaken) return true;
  }
  return false;
}

/** @param {string} name */
function makeFolder(name) {
  try {
    mkdirSync(name);
    return true;
  } catch {
    return false; // It exists: somebody else's.
  }
}

// A sender that slept for more than a minute may find another's name in its lock, and leaves.
function renewLock() {
  if (read('lock/owner')?.split(' ')[0] !== String(process.pid)) process.exit(0);
  writeOwner();
}

function releaseLock() {
  renewLock();
  move('lock', `lock.${process.pid}`);
  remove(`lock.${process.pid}`);
}

function writeOwner() {
  writeFileSync('lock/owner', `${process.pid} ${Math.floor(Date.now() / 1000)}\n`);
}

// 2 MB until this destination took something once, then 256 MB; the newest are kept.
function keepCap() {
  const dropped = keepNewest('.', read('delivered') === undefined ? 2_000_000 : 256_000_000);
  if (dropped > 0) publish('dropped', `${(Number(read('dropped')) || 0) + dropped}\n`);
}

/**
 * @param {string} folder of items
 * @param {number} cap bytes it may hold
 * @returns {number} how many it lost
 */
function keepNewest(folder, cap) {
  const sizes = listItems(folder).map((name) => ({ name, bytes: sizeOf(join(folder, name)) }));
  let total = sizes.reduce((sum, { bytes }) => sum + bytes, 0);
  let dropped = 0;
  for (const { name, bytes } of sizes) {
    if (total <= cap) break;
    remove(join(folder, name));
    remove(join(folder, headOf(name)));
    total -= bytes;
    dropped++;
  }
  return dropped;
}

/** @param {string} file */
function sizeOf(file) {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}

// What hooks leave when they are killed: complete events that nobody published, and what never became complete.
function sweep() {
  publishStrays();
  const heads = new Set(listItems().map(headOf));
  for (const name of readdirSync('.').filter((file) => /\.(tmp|head)$/.test(file))) {
    if (Date.now() - writtenMs(name) > 600_000 && !heads.has(name)) remove(name);
  }
}

function publishStrays() {
  for (const name of readdirSync('.').filter((file) => /^\d+-\w+\.tmp$/.test(file))) {
    const stem = name.slice(0, -'.tmp'.length);
    const nanos = `${Math.round(writtenMs(name) * 1000)}000`;
    // A head is there for a moment before its one write: an empty one is not yet written.
    if (read(`${stem}.head`)) move(name, `${nanos}-${stem}.json`);
  }
}

/** @param {string} file */
function writtenMs(file) {
  return statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? Date.now();
}

/**
 * <time>-<pid>-<n>.json has its headers in <pid>-<n>.head.
 * @param {string} item
 */
function headOf(item) {
  return item.slice(item.indexOf('-') + 1).replace(/json$/, 'head');
}

import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

// The spool as hook.sh and send.sh know it (README.md is the contract), for machines without a POSIX shell or curl.

/** @returns {string} the folder of this installation */
export function telltaleHome() {
  return resolve(process.env.TELLTALE_HOME || join(homedir(), '.telltale'));
}

/**
 * @param {string} home
 * @returns {{ url: string, token: string | undefined }}
 */
export function destinationOf(home) {
  const config = readConfig(home);
  const url = (process.env.TELLTALE_URL || config.url || 'http://127.0.0.1:4000').replace(/\/$/, '');
  return { url, token: process.env.TELLTALE_TOKEN || config.token };
}

/**
 * Whether a text is an address that curl's configuration and a header can hold as it is.
 * @param {string} url
 */
export function isDestination(url) {
  return /^https?:\/\/[\w:/.~%@[\]-]+$/.test(url);
}

/**
 * @param {string} home
 * @returns {{ url?: string, token?: string, who?: string }}
 */
export function readConfig(home) {
  const text = read(join(home, 'config.json'));
  if (text === undefined) return {};
  try {
    return JSON.parse(text);
  } catch {
    return {}; // A hook must not fail because of a typing error in a file; `connect` complains about it.
  }
}

/**
 * The spool folder of a destination, made when it is the first event for it.
 * @param {string} home
 * @param {string} url
 */
export function openSpool(home, url) {
  const root = join(home, 'spool');
  for (const name of existsSync(root) ? readdirSync(root) : [])
    if (read(join(root, name, 'url'))?.trim() === url) return join(root, name);
  const bytes = Buffer.from(url);
  const spool = join(root, `${cksum(bytes)}-${bytes.length}`);
  for (const folder of ['rejected', 'transcripts']) mkdirSync(join(spool, folder), { recursive: true, mode: 0o700 });
  publish(join(spool, 'url'), `${url}\n`);
  return spool;
}

/**
 * Writes a file that nobody ever sees half written.
 * @param {string} path
 * @param {string | Buffer} content
 */
export function publish(path, content) {
  writeFileSync(`${path}.${process.pid}`, content, { mode: 0o600 });
  renameSync(`${path}.${process.pid}`, path);
}

/** @param {string} path */
export function read(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined; // Absent and unreadable are the same to a hook.
  }
}

/** @param {string} path */
export function remove(path) {
  rmSync(path, { force: true, recursive: true });
}

/**
 * Whether a living sender renewed its lock in the last minute.
 * @param {string | undefined} owner what the lock says: "pid time"
 */
export function isAlive(owner = '') {
  const [pid = 0, beat = 0] = owner.split(' ').map(Number);
  if (!pid || Date.now() / 1000 - beat >= 60) return false;
  // Killed, and nobody has asked how it died: a signal takes a zombie for alive.
  if (read(`/proc/${pid}/stat`)?.includes(') Z ')) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false; // ESRCH: that sender is gone.
  }
}

/**
 * POSIX cksum.
 * @param {Uint8Array} bytes
 */
export function cksum(bytes) {
  let crc = 0;
  /** @param {number} byte */
  const add = (byte) => {
    crc ^= byte << 24;
    for (let bit = 0; bit < 8; bit++) crc = crc & 0x80000000 ? (crc << 1) ^ 0x04c11db7 : crc << 1;
  };
  for (const byte of bytes) add(byte);
  for (let length = bytes.length; length > 0; length = Math.floor(length / 256)) add(length & 255);
  return ~crc >>> 0;
}

import { closeSync, openSync, readdirSync, readSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { cksum, read, remove } from './spool.mjs';

// What transcripts.sh does, for send.mjs: the service knows how far it has come, and gets whole lines from there on.

const chunkBytes = 1_048_576;
const dayMs = 86_400_000;

/**
 * @typedef {object} Transcripts
 * @property {() => boolean} areDue
 * @property {() => Promise<void>} sendDue  each session that asked, once now …
 * @property {() => Promise<boolean>} sendLate  … and once more, because the client writes behind its hooks; whether all went
 */

/**
 * @param {import('./client.mjs').Client} client
 * @param {() => void} renewLock
 * @returns {Transcripts}
 */
export function createTranscripts(client, renewLock) {
  /** @type {Map<string, number>} files that were complete at this size */
  const known = new Map();

  return {
    areDue: () => marked('.due').length > 0,
    async sendDue() {
      if (read('transcripts/sweep') !== undefined) markAll();
      for (const record of marked('.due')) {
        renameSync(`${record}.due`, `${record}.late`);
        await sendSession(record);
      }
    },
    async sendLate() {
      let haveAllGone = true;
      for (const record of marked('.late')) {
        remove(`${record}.late`);
        if (await sendSession(record)) forgetFinished(record);
        else {
          writeFileSync(`${record}.due`, '');
          haveAllGone = false;
        }
      }
      return haveAllGone;
    },
  };

  /**
   * The main transcript and the subagents' files beside it, and no other file.
   * @param {string} record
   */
  async function sendSession(record) {
    const [path = '', app = ''] = (read(record) ?? '').split('\n');
    const session = record.slice('transcripts/'.length);
    const folder = join(dirname(path), session, 'subagents');
    let isComplete = await sendFile(path, session, '', app);
    for (const name of list(folder)) {
      const [, agent] = /^agent-([\w-]+)\.jsonl$/.exec(name) ?? [];
      if (agent && !(await sendFile(join(folder, name), session, agent, app))) isComplete = false;
    }
    return isComplete;
  }

  /**
   * @param {string} file
   * @param {string} session
   * @param {string} agent
   * @param {string} app
   */
  async function sendFile(file, session, agent, app) {
    const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
    const firstLine = readLine(file, 0);
    if (known.get(file) === size || firstLine === undefined) return true;
    const target = `/ingest/transcript?session=${session}&agent=${agent}`;
    const head = `head=${cksum(firstLine)}-${firstLine.length}`;
    const asked = await client.get(`${target}&size=${size}&${head}`);
    if (asked.status !== 200) return false;
    for (let offset = parseOffset(asked.body), isFirst = true; offset !== size; isFirst = false) {
      if (!(offset < size)) return false;
      const chunk = cutChunk(file, offset, size);
      if (chunk === undefined) return true;
      const meta = isFirst && agent ? read(file.replace(/\.jsonl$/, '.meta.json')) : undefined;
      if (meta !== undefined) await client.post(`${target}&meta=1`, Buffer.from(meta), typed('application/json', app));
      renewLock();
      const rest = `&offset=${offset}&${head}`;
      const { status, body } = await client.post(target + rest, chunk, typed('application/x-ndjson', app));
      const next = status === 409 ? parseOffset(body) : offset + chunk.length;
      if ((status !== 409 && (status < 200 || status > 299)) || next === offset) return false;
      offset = next;
    }
    known.set(file, size);
    return true;
  }
}

/**
 * @param {string} type
 * @param {string} app
 */
function typed(type, app) {
  return { 'content-type': type, ...(app && { 'telltale-app': app }) };
}

/** @param {string} text */
function parseOffset(text) {
  return /^\d+$/.test(text.trim()) ? Number(text) : Number.NaN;
}

/**
 * Whole lines only, at most 1 MB; one longer line alone.
 * @param {string} file
 * @param {number} offset
 * @param {number} size
 */
export function cutChunk(file, offset, size) {
  const bytes = readBytes(file, offset, Math.min(chunkBytes, size - offset));
  const end = bytes.lastIndexOf(10) + 1;
  return end > 0 ? bytes.subarray(0, end) : readLine(file, offset);
}

/**
 * The line that starts at the offset, with its newline; undefined while it is still being written.
 * @param {string} file
 * @param {number} offset
 */
export function readLine(file, offset) {
  if (statSync(file, { throwIfNoEntry: false }) === undefined) return undefined;
  for (let length = 65_536; ; length *= 4) {
    const bytes = readBytes(file, offset, length);
    const end = bytes.indexOf(10) + 1;
    if (end > 0) return bytes.subarray(0, end);
    if (bytes.length < length) return undefined;
  }
}

/**
 * @param {string} file
 * @param {number} offset
 * @param {number} length
 */
function readBytes(file, offset, length) {
  const handle = openSync(file, 'r');
  const buffer = Buffer.alloc(length);
  const count = readSync(handle, buffer, 0, length, offset);
  closeSync(handle);
  return buffer.subarray(0, count);
}

function markAll() {
  remove('transcripts/sweep');
  for (const name of list('transcripts')) {
    if (/^[\w-]+$/.test(name)) writeFileSync(`transcripts/${name}.due`, '');
  }
}

/** @param {string} mark */
function marked(mark) {
  return list('transcripts').flatMap((name) =>
    name.endsWith(mark) ? `transcripts/${name.slice(0, -mark.length)}` : [],
  );
}

// Ended, or its file untouched for two days (a session that was killed has no end).
/** @param {string} record */
function forgetFinished(record) {
  const [path = ''] = (read(record) ?? '').split('\n');
  const changedAt = statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  if (read(`${record}.end`) === undefined && Date.now() - changedAt < 2 * dayMs) return;
  remove(record);
  remove(`${record}.end`);
}

/** @param {string} folder */
function list(folder) {
  try {
    return readdirSync(folder);
  } catch {
    return []; // No subagents.
  }
}

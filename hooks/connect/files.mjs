import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { Refusal } from './refusal.mjs';

/**
 * The text of a file; undefined when there is none.
 * @param {string} path
 */
export function readText(path) {
  if (!existsSync(path)) return undefined;
  return guarded(path, 'read', () => readFileSync(path, 'utf8'));
}

/**
 * A JSON file of ours; undefined when there is none.
 * @param {string} path
 */
export function readOwnJson(path) {
  const text = readText(path);
  try {
    return text === undefined ? undefined : JSON.parse(text);
  } catch {
    throw new Refusal(`${path} is not JSON; mend or remove it.`);
  }
}

/**
 * Refuses a file that writing would not be allowed for, before anything is written anywhere.
 * @param {string} path
 */
export function checkWritable(path) {
  // A rename would replace a read-only file without asking.
  if (existsSync(path) && !(statSync(path).mode & 0o222))
    throw new Refusal(`${path} is read-only. Nothing was changed.`);
}

/**
 * All or nothing: written beside and renamed. Follows a symbolic link, keeps the mode.
 * @param {string} path
 * @param {string} text
 * @param {number} [mode] of a new file
 */
export function writeText(path, text, mode = 0o644) {
  guarded(path, 'write', () => {
    mkdirSync(dirname(path), { recursive: true });
    checkWritable(path);
    const target = existsSync(path) ? realpathSync(path) : path;
    const kept = existsSync(target) ? statSync(target).mode & 0o7777 : mode;
    const beside = `${target}.telltale-${process.pid}`;
    try {
      writeFileSync(beside, text, { mode: kept, flag: 'wx' });
      chmodSync(beside, kept);
      renameSync(beside, target);
    } finally {
      rmSync(beside, { force: true });
    }
  });
}

/**
 * @template T
 * @param {string} path
 * @param {string} verb
 * @param {() => T} work
 * @returns {T}
 */
function guarded(path, verb, work) {
  try {
    return work();
  } catch (error) {
    if (error instanceof Refusal) throw error;
    const code = error instanceof Error && 'code' in error ? error.code : error;
    throw new Refusal(`Cannot ${verb} ${path} (${code}).`);
  }
}

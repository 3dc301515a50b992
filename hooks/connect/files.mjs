import {
  accessSync,
  chmodSync,
  constants,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { Refusal } from './refusal.mjs';

const strictly = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * The text of a file; undefined when there is none. Refuses bytes that would not come back as they were.
 * @param {string} path
 */
export function readText(path) {
  if (!existsSync(path)) return undefined;
  const bytes = guarded(path, 'read', () => readFileSync(path));
  try {
    return strictly.decode(bytes);
  } catch {
    throw new Refusal(`${path} is not written in UTF-8; save it so, then run this again. Nothing was changed.`);
  }
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
  // A rename would replace a read-only file or a link without asking.
  const isThere = existsSync(path);
  if (isThere && !(statSync(path).mode & 0o222)) throw new Refusal(`${path} is read-only. Nothing was changed.`);
  const folder = nearest(dirname(isThere ? realpathSync(path) : path));
  if (!statSync(folder).isDirectory())
    throw new Refusal(`${folder} is a file, and has to be a folder for ${path}. Nothing was changed.`);
  if (!isThere && lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink())
    throw new Refusal(`${path} is a link to ${readlinkSync(path)}, which is not there. Nothing was changed.`);
  try {
    accessSync(folder, constants.W_OK);
  } catch {
    throw new Refusal(`You may not write into ${folder}, where ${path} has to be. Nothing was changed.`);
  }
}

/**
 * The folder itself, or the one above it that is there.
 * @param {string} folder
 * @returns {string}
 */
function nearest(folder) {
  return existsSync(folder) || dirname(folder) === folder ? folder : nearest(dirname(folder));
}

/**
 * All or nothing: written beside and renamed. Follows a symbolic link, keeps the mode.
 * @param {string} path
 * @param {string} text
 * @param {number} [mode] of a new file
 * @param {number} [most] what may be left of the mode of a file that is there
 */
export function writeText(path, text, mode = 0o644, most = 0o7777) {
  guarded(path, 'write', () => {
    checkWritable(path);
    mkdirSync(dirname(path), { recursive: true });
    const target = existsSync(path) ? realpathSync(path) : path;
    const kept = (existsSync(target) ? statSync(target).mode : mode) & most;
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
    const code = String(error instanceof Error && 'code' in error ? error.code : error);
    throw new Refusal(`Cannot ${verb} ${path}: ${reasons[code] ?? code}.`);
  }
}

/** @type {Partial<Record<string, string>>} */
const reasons = {
  EACCES: 'you may not (EACCES)',
  EPERM: 'you may not (EPERM)',
  EISDIR: 'it is a folder (EISDIR)',
  ENOSPC: 'the disk is full (ENOSPC)',
  EDQUOT: 'your share of the disk is full (EDQUOT)',
  EROFS: 'the disk is read-only (EROFS)',
};

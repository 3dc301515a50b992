import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { telltaleHome } from '../.claude/hooks/telltale/spool.mjs';
import { readOwnJson, readText, writeText } from './files.mjs';

/**
 * What connect did to one settings file. Where it still holds what we wrote, undo gives back the exact bytes of before.
 * @typedef {object} InstallRecord
 * @property {string} folder
 * @property {string} settings
 * @property {string} connectedAt
 * @property {string | undefined} backup absent: there was no settings file
 * @property {string} written SHA-256 of what we wrote
 * @property {boolean} [hooks] whether our hooks are in it; absent, in records of before there were variables: they are
 * @property {string | undefined} [label] what we put into OTEL_RESOURCE_ATTRIBUTES; absent: nothing
 * @property {Record<string, string> | undefined} [variables] what we put into env
 * @property {boolean | undefined} [statusLine] whether the status line in it is ours
 * @property {string[] | undefined} [variablesFor] the folders of the installations that wanted them
 */

export const recordsFile = () => join(telltaleHome(), 'installs.json');

/**
 * Also where the project's folder was moved: the file of then is gone, and what we wrote lies here.
 * @param {string} settings
 */
export function recordOf(settings) {
  const records = readRecords();
  const own = records.find((record) => record.settings === settings);
  if (own || records.every((record) => existsSync(record.settings))) return own;
  const here = digest(readText(settings) ?? '');
  return records.find(({ settings: then, written }) => written === here && !existsSync(then));
}

/** Whether anything is installed by us on this machine. */
export function hasRecords() {
  return readRecords().length > 0;
}

/** @param {InstallRecord} record */
export function keepRecord(record) {
  writeRecords([...readRecords().filter(({ settings }) => settings !== record.settings), record]);
}

/** @param {string} settings */
export function dropRecord(settings) {
  const rest = readRecords().filter((record) => record.settings !== settings);
  if (rest.length < readRecords().length) writeRecords(rest);
}

/**
 * @param {string} settings
 * @param {string} text
 * @returns {string} the path of the copy
 */
export function keepBackup(settings, text) {
  const stamp = new Date().toISOString().replace(/[:.]/g, '-');
  const path = join(telltaleHome(), 'backups', `${stamp}-${digest(settings).slice(0, 8)}-settings.json`);
  writeText(path, text, 0o600);
  return path;
}

/** @param {string} text */
export function digest(text) {
  return createHash('sha256').update(text).digest('hex');
}

/** @returns {InstallRecord[]} */
function readRecords() {
  return readOwnJson(recordsFile()) ?? [];
}

/** @param {InstallRecord[]} records */
function writeRecords(records) {
  writeText(recordsFile(), `${JSON.stringify(records, null, 2)}\n`, 0o600);
}

import { existsSync, readdirSync, rmdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readText, writeText } from './files.mjs';

/** Where they lie in a clone. */
export const ownScripts = fileURLToPath(new URL('../.claude/hooks/telltale/', import.meta.url));

/**
 * The scripts that are missing or different in a folder.
 * @param {string} folder
 * @param {string} source
 */
export function outdatedScripts(folder, source) {
  return readdirSync(source).filter((name) => readText(join(folder, name)) !== readText(join(source, name)));
}

/**
 * @param {string} folder
 * @param {string} source
 */
export function copyScripts(folder, source) {
  for (const name of outdatedScripts(folder, source)) writeText(join(folder, name), readText(join(source, name)) ?? '');
}

/**
 * Takes our files away, and the folders that this leaves empty, up to but not including a folder of the client or user.
 * @param {string} folder
 * @param {string} source
 */
export function removeScripts(folder, source) {
  for (const name of readdirSync(source)) rmSync(join(folder, name), { force: true });
  for (const empty of [folder, dirname(folder)]) {
    if (existsSync(empty) && readdirSync(empty).length === 0) rmdirSync(empty);
  }
}

import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { hookSettings, isOurs } from '../registration.mjs';
import { readText } from './files.mjs';
import { parseSettings } from './merge.mjs';
import { clientFolder } from './place.mjs';

/** Settings of an administrator, which beat all others. */
export const managedSettings = [
  '/etc/claude-code/managed-settings.json',
  '/Library/Application Support/ClaudeCode/managed-settings.json',
];

/**
 * What would keep our hooks from running, or make them run twice.
 * @param {import('./place.mjs').Place} place
 * @param {boolean} isWindows
 * @returns {string[]}
 */
export function findWarnings(place, isWindows) {
  const own = place.isGlobal ? [] : [place.settings, join(place.folder, '.claude', 'settings.local.json')];
  const files = [...own, join(clientFolder(), 'settings.json'), ...managedSettings];
  const wanted = hookSettings(isWindows ? 'windows' : 'posix');
  return files.flatMap((file) => {
    const settings = readSettings(file);
    const warnings = [];
    if (settings?.disableAllHooks === true)
      warnings.push(`${file} has "disableAllHooks": no hook runs until that is gone.`);
    if (settings?.allowManagedHooksOnly === true)
      warnings.push(`${file} allows managed hooks only: ours will not run.`);
    if (file !== place.settings && hasOtherVersion(settings?.hooks ?? {}, wanted))
      warnings.push(
        `${file} has Telltale's hooks of another version too: every event would come twice. Connect it again.`,
      );
    return warnings;
  });
}

/**
 * @param {string} file
 * @returns {import('./merge.mjs').Settings & { allowManagedHooksOnly?: unknown } | undefined}
 */
function readSettings(file) {
  try {
    return parseSettings(readText(file) ?? '{}', file);
  } catch {
    return undefined; // Not the file we change: the client says what is wrong with it.
  }
}

/**
 * @param {Record<string, { hooks?: unknown }[]>} hooks
 * @param {ReturnType<typeof hookSettings>} wanted
 */
function hasOtherVersion(hooks, wanted) {
  return Object.entries(hooks).some(([event, groups]) =>
    groups
      .flatMap((group) => (Array.isArray(group.hooks) ? group.hooks : []))
      .some((handler) => isOurs(handler) && !isDeepStrictEqual(handler, wanted[event]?.[0]?.hooks[0])),
  );
}

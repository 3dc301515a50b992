import { existsSync, rmdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { checkConfig, writeConfig } from './config.mjs';
import { checkWritable, readText } from './files.mjs';
import { addHooks } from './merge.mjs';
import { globalPlace, projectPlace } from './place.mjs';
import { addLabel, labelOf } from './project-label.mjs';
import { recordOf, recordsFile } from './records.mjs';
import { copyScripts, outdatedScripts, ownScripts, removeScripts } from './scripts.mjs';
import { addingEdit, applyEdit, undoingEdit } from './settings-edit.mjs';
import { addVariables } from './variables.mjs';
import { findWarnings } from './warnings.mjs';

/**
 * What is wanted of one installation.
 * @typedef {object} Wanted
 * @property {boolean} isGlobal
 * @property {string | undefined} project its folder, where it is not global
 * @property {string | undefined} [url] where to send from now on
 * @property {string | undefined} [token]
 * @property {string | undefined} [who] on or off: whether events say who and where
 * @property {string | undefined} [app] the project's name, where its folder's is not meant
 * @property {Record<string, string> | undefined} [variables] of telemetry, for the user's own settings
 */

/**
 * What would be done, to be shown and then applied, or not.
 * @typedef {object} Plan
 * @property {import('./place.mjs').Place} place
 * @property {import('./settings-edit.mjs').Edit[]} edits of settings files, those that change something
 * @property {number} scripts how many are copied or taken away
 * @property {string[]} notes what keeps hooks from running, or runs them twice
 * @property {Record<string, string>} kept variables that the user has set to something else; they stay
 * @property {boolean} hasChange
 * @property {() => string[]} apply does it; the paths of the backups
 */

const isWindows = process.platform === 'win32';

/**
 * @param {Wanted} wanted
 * @param {string} [source] the folder with our scripts
 * @returns {Plan}
 */
export function planConnect(wanted, source = ownScripts) {
  const { url, token } = wanted;
  checkConfig({ url, token });
  const place = placeOf(wanted);
  const { edits, kept } = editsOf(place, wanted);
  const changed = edits.filter(({ before, after }) => before !== after);
  const scripts = outdatedScripts(place.scripts, source).length;
  return {
    ...{ place, edits: changed, scripts, kept, notes: findWarnings(place, isWindows) },
    hasChange: changed.length > 0 || scripts > 0,
    apply() {
      // All that may be refused is asked before the first byte is written; settings whose scripts are not there yet do nothing.
      for (const { settings } of changed) checkWritable(settings);
      if (scripts > 0) checkWritable(join(place.scripts, 'hook.sh'));
      if (changed.length > 0) checkWritable(recordsFile());
      const backups = edits.flatMap((edit) => applyEdit(edit) ?? []);
      copyScripts(place.scripts, source);
      writeConfig({ url, token, who: wanted.who });
      return backups;
    },
  };
}

/**
 * @param {Pick<Wanted, 'isGlobal' | 'project'>} wanted
 * @param {string} [source]
 * @returns {Plan}
 */
export function planDisconnect(wanted, source = ownScripts) {
  const place = placeOf(wanted);
  const user = globalPlace().settings;
  const own = undoingEdit(place.settings, { isHooked: true, variablesFor: place.folder, statusLine: place.isGlobal });
  const isElsewhere = user !== place.settings && recordOf(user)?.variablesFor?.includes(place.folder);
  const edits = [
    own,
    ...(isElsewhere ? [undoingEdit(user, { isHooked: false, variablesFor: place.folder, statusLine: false })] : []),
  ];
  const changed = edits.filter(({ before, after }) => before !== after);
  const scripts = existsSync(place.scripts) ? outdatedScripts('', source).length : 0;
  return {
    ...{ place, edits: changed, scripts, kept: {}, notes: [], hasChange: changed.length > 0 || scripts > 0 },
    apply() {
      for (const { settings } of changed) checkWritable(settings);
      for (const edit of edits) applyEdit(edit);
      removeScripts(place.scripts, source);
      if (!place.isGlobal && own.after === undefined && own.before !== undefined) removeEmpty(dirname(place.settings));
      return [];
    },
  };
}

/** @param {Pick<Wanted, 'isGlobal' | 'project'>} wanted */
function placeOf({ isGlobal, project }) {
  return isGlobal || project === undefined ? globalPlace() : projectPlace(project);
}

/**
 * The place's own file; and the user's settings, where the variables go into another file than the hooks.
 * @param {import('./place.mjs').Place} place
 * @param {Pick<Wanted, 'app' | 'variables'>} wanted
 * @returns {{ edits: import('./settings-edit.mjs').Edit[], kept: Record<string, string> }}
 */
function editsOf(place, { app, variables }) {
  const { settings, folder } = place;
  const before = readText(settings);
  const hooked = addHooks(before ?? '', settings, { isWindows });
  const named =
    app === undefined ? undefined : addVariables(hooked, settings, { TELLTALE_APP: app }, variablesOf(settings));
  const text = named?.text ?? hooked;
  const label = place.isGlobal ? undefined : labelOf(folder, text, settings);
  const after = label === undefined ? text : addLabel(text, settings, label);
  const own = addingEdit(
    { settings, before, after },
    {
      ...{ folder, hooks: true, ...(after !== text && { label }) },
      ...(named && { variables: named.added, variablesFor: folder }),
    },
  );
  if (!variables) return { edits: [own], kept: named?.kept ?? {} };

  const user = globalPlace();
  const isSame = user.settings === settings;
  const userBefore = isSame ? before : readText(user.settings);
  const set = addVariables(isSame ? after : (userBefore ?? ''), user.settings, variables, variablesOf(user.settings));
  const edit = addingEdit(
    { settings: user.settings, before: userBefore, after: set.text },
    { folder: user.folder, hooks: isSame, variables: set.added, variablesFor: folder },
  );
  return { edits: isSame ? [edit] : [own, edit], kept: { ...named?.kept, ...set.kept } };
}

/** @param {string} settings */
function variablesOf(settings) {
  return recordOf(settings)?.variables ?? {};
}

/** @param {string} folder */
function removeEmpty(folder) {
  try {
    rmdirSync(folder);
  } catch {
    // Not empty: the user's.
  }
}

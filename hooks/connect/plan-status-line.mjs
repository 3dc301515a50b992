import { checkWritable, readText } from './files.mjs';
import { globalPlace } from './place.mjs';
import { recordOf } from './records.mjs';
import { copyScripts, outdatedScripts, ownScripts, removeScripts } from './scripts.mjs';
import { addingEdit, applyEdit, undoingEdit } from './settings-edit.mjs';
import { addStatusLine } from './status-line.mjs';

// The status line is a person's own, so it stands in the user's settings, whatever project the hooks are in; its scripts
// are those in TELLTALE_HOME.

/**
 * Our status line around the user's own.
 * @param {string} [source] the folder with our scripts
 * @returns {import('./plan.mjs').Plan}
 */
export function planStatusLine(source = ownScripts) {
  const place = globalPlace();
  const { settings, folder } = place;
  const before = readText(settings);
  const edit = addingEdit(
    { settings, before, after: addStatusLine(before ?? '', settings) },
    { folder, hooks: false, statusLine: true },
  );
  const edits = edit.before === edit.after ? [] : [edit];
  const scripts = outdatedScripts(place.scripts, source).length;
  return {
    ...{ place, edits, scripts, notes: [], kept: {} },
    hasChange: edits.length > 0 || scripts > 0,
    apply() {
      checkWritable(settings);
      copyScripts(place.scripts, source);
      return edits.flatMap((one) => applyEdit(one) ?? []);
    },
  };
}

/**
 * The user's own status line as it was.
 * @param {string} [source]
 * @returns {import('./plan.mjs').Plan}
 */
export function planStatusLineAway(source = ownScripts) {
  const place = globalPlace();
  const { settings } = place;
  const edit = undoingEdit(settings, { isHooked: false, variablesFor: '', statusLine: true });
  const edits = edit.before === edit.after ? [] : [edit];
  // Hooks of all projects run from the same folder.
  const isAlone = recordOf(settings)?.statusLine === true && recordOf(settings)?.hooks !== true;
  return {
    ...{ place, edits, scripts: isAlone ? outdatedScripts('', source).length : 0, notes: [], kept: {} },
    hasChange: edits.length > 0,
    apply() {
      if (edits.length > 0) checkWritable(settings);
      for (const one of edits) applyEdit(one);
      if (isAlone) removeScripts(place.scripts, source);
      return [];
    },
  };
}

import { existsSync, rmdirSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { destinationOf, telltaleHome } from './.claude/hooks/telltale/spool.mjs';
import { parseArguments, usage } from './connect/arguments.mjs';
import { checkConfig, writeConfig } from './connect/config.mjs';
import { diffLines } from './connect/diff.mjs';
import { readText, writeText } from './connect/files.mjs';
import { addHooks, removeHooks } from './connect/merge.mjs';
import { globalPlace, projectPlace } from './connect/place.mjs';
import { addLabel, labelOf, removeLabel } from './connect/project-label.mjs';
import { digest, dropRecord, keepBackup, keepRecord, recordOf } from './connect/records.mjs';
import { Refusal } from './connect/refusal.mjs';
import { copyScripts, outdatedScripts, removeScripts } from './connect/scripts.mjs';
import { findWarnings } from './connect/warnings.mjs';

// Puts Telltale's hooks into a project's .claude or the user's. No dependencies: it runs on a fresh clone.

const isWindows = process.platform === 'win32';
const diffLimit = 36;

try {
  const asked = parseArguments(process.argv.slice(2));
  if (asked.isHelp) print(usage);
  else if (asked.isUndo) disconnect(asked);
  else connect(asked);
} catch (error) {
  if (!(error instanceof Refusal)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}

/** @param {import('./connect/arguments.mjs').Arguments} asked */
function connect(asked) {
  checkConfig(asked);
  const place = placeOf(asked);
  const before = readText(place.settings);
  const hooked = addHooks(before ?? '', place.settings, { isWindows });
  const label = place.isGlobal ? undefined : labelOf(place.folder, hooked, place.settings);
  const after = label === undefined ? hooked : addLabel(hooked, place.settings, label);
  const scripts = outdatedScripts(place.scripts);
  const hasChanged = after !== before || scripts.length > 0;

  print(hasChanged ? `Connecting ${place.name}.` : `${place.name} is connected already; nothing to change.`);
  if (after !== before) showDiff(place.settings, before ?? '', after, asked.isDryRun);
  if (scripts.length > 0) print(`\n  ${place.scripts}: ${scripts.length} scripts`);
  for (const warning of findWarnings(place, isWindows)) print(`\nNote: ${warning}`);
  if (asked.isDryRun) return print('\nA dry run: nothing was written.');

  // The one that may be refused comes first; settings whose scripts are not there yet do nothing.
  if (after !== before) writeSettings(place, before, after, after === hooked ? undefined : label);
  copyScripts(place.scripts);
  writeConfig(asked);
  if (hasChanged) print(farewell(place));
}

/** @param {import('./connect/arguments.mjs').Arguments} asked */
function disconnect(asked) {
  const place = placeOf(asked);
  const before = readText(place.settings);
  const after = before === undefined ? undefined : textOfUndo(place, before);
  if (before === after && !existsSync(place.scripts)) return print(`${place.name} is not connected; nothing to undo.`);

  print(`Disconnecting ${place.name}.`);
  if (before !== undefined && before !== after) showDiff(place.settings, before, after ?? '', asked.isDryRun);
  if (asked.isDryRun) return print('\nA dry run: nothing was written.');

  if (after === undefined) removeSettings(place);
  else if (after !== before) writeText(place.settings, after);
  removeScripts(place.scripts);
  dropRecord(place.settings);
  print(`\nDone. What was recorded stays in ${telltaleHome()}.`);
}

/**
 * Untouched since connect: the exact text of before (none where there was no file). Else: without what is ours.
 * @param {import('./connect/place.mjs').Place} place
 * @param {string} text
 */
function textOfUndo(place, text) {
  const record = recordOf(place.settings);
  if (record?.written !== digest(text)) return withoutOurs(place, text, record?.label);
  if (record.backup === undefined) return undefined;
  return readText(record.backup) ?? withoutOurs(place, text, record.label);
}

/**
 * @param {import('./connect/place.mjs').Place} place
 * @param {string} text
 * @param {string | undefined} label
 */
function withoutOurs(place, text, label) {
  const rest = removeHooks(text, place.settings);
  return label === undefined ? rest : removeLabel(rest, place.settings, label);
}

/**
 * @param {import('./connect/place.mjs').Place} place
 * @param {string | undefined} before
 * @param {string} after
 * @param {string | undefined} label
 */
function writeSettings(place, before, after, label) {
  const earlier = recordOf(place.settings);
  // Connected again and untouched in between: the first backup is the one from before us.
  const isOurs = before !== undefined && earlier?.written === digest(before);
  const backup = isOurs ? earlier.backup : before === undefined ? undefined : keepBackup(place.settings, before);
  writeText(place.settings, after);
  const connectedAt = new Date().toISOString();
  keepRecord({
    folder: place.folder,
    settings: place.settings,
    connectedAt,
    backup,
    written: digest(after),
    label: label ?? earlier?.label,
  });
  if (backup !== undefined) print(`\n  Backup: ${backup}`);
}

/** @param {import('./connect/place.mjs').Place} place */
function removeSettings(place) {
  rmSync(place.settings, { force: true });
  removeScripts(place.scripts);
  const folder = dirname(place.settings);
  try {
    if (!place.isGlobal) rmdirSync(folder);
  } catch {
    // Not empty: the user's.
  }
}

/** @param {import('./connect/arguments.mjs').Arguments} asked */
function placeOf({ isGlobal, project }) {
  return isGlobal || project === undefined ? globalPlace() : projectPlace(project);
}

/**
 * @param {string} file
 * @param {string} before
 * @param {string} after
 * @param {boolean} isWhole
 */
function showDiff(file, before, after, isWhole) {
  const lines = diffLines(before, after).map((line) => (line.length > 110 ? `${line.slice(0, 109)}…` : line));
  const shown = isWhole ? lines : lines.slice(0, diffLimit);
  print(`\n  ${file}`);
  for (const line of shown) print(`  ${line}`);
  if (shown.length < lines.length) print(`  … ${lines.length - shown.length} more lines (--dry-run shows all)`);
}

/** @param {import('./connect/place.mjs').Place} place */
function farewell(place) {
  const where = place.isGlobal ? 'any project' : place.folder;
  const undo = `npm run connect -- ${place.isGlobal ? '--global' : quoted(place.folder)} --undo`;
  return `
Done. Work with Claude Code in ${where}: its events go to ${destinationOf(telltaleHome()).url}
(and wait on this machine while nothing listens there). Undo: ${undo}`;
}

/**
 * A path as a shell takes it.
 * @param {string} path
 */
function quoted(path) {
  return /^[\w/.:@%+\\-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`;
}

/** @param {string} line */
function print(line) {
  console.log(line);
}

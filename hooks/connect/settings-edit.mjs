import { rmSync } from 'node:fs';
import { readText, writeText } from './files.mjs';
import { removeHooks } from './merge.mjs';
import { removeLabel } from './project-label.mjs';
import { digest, dropRecord, keepBackup, keepRecord, recordOf } from './records.mjs';
import { removeStatusLine } from './status-line.mjs';
import { removeVariables } from './variables.mjs';

/** @typedef {import('./records.mjs').InstallRecord} InstallRecord */
/** @typedef {Pick<InstallRecord, 'folder' | 'hooks' | 'label' | 'variables' | 'statusLine' | 'variablesFor'>} Claims what is ours in a file */

/**
 * One settings file, before and after.
 * @typedef {object} Edit
 * @property {string} settings
 * @property {string | undefined} before undefined: there is no such file
 * @property {string | undefined} after undefined: there will be none
 * @property {Claims | undefined} claims what is ours in it afterwards; undefined: nothing
 */

/**
 * Something more of ours in a file.
 * @param {{ settings: string, before: string | undefined, after: string }} file
 * @param {Omit<Claims, 'variablesFor'> & { variablesFor?: string }} more
 * @returns {Edit}
 */
export function addingEdit(file, { variablesFor, ...more }) {
  const earlier = recordOf(file.settings);
  const owners = new Set([...(earlier?.variablesFor ?? []), ...(variablesFor === undefined ? [] : [variablesFor])]);
  const claims = {
    folder: more.folder,
    // Records of earlier versions do not say it: hooks were all there was.
    hooks: more.hooks || (earlier !== undefined && earlier.hooks !== false),
    label: more.label ?? earlier?.label,
    variables: more.variables ?? earlier?.variables,
    statusLine: more.statusLine ?? earlier?.statusLine,
    variablesFor: owners.size > 0 ? [...owners] : undefined,
  };
  return { ...file, claims };
}

/**
 * Takes back what one installation put into a file. Nothing else of ours in it, and untouched since: the exact bytes of
 * before. Else: the text without what is ours.
 * @param {string} settings
 * @param {{ isHooked: boolean, variablesFor: string, statusLine: boolean }} given
 * @returns {Edit}
 */
export function undoingEdit(settings, { isHooked, variablesFor, statusLine }) {
  const before = readText(settings);
  const record = recordOf(settings);
  const owners = (record?.variablesFor ?? []).filter((owner) => owner !== variablesFor);
  const hooks = !isHooked && record?.hooks === true;
  const keepsLine = !statusLine && record?.statusLine === true;
  if (record && (owners.length > 0 || hooks || keepsLine)) {
    const variables = owners.length > 0 ? undefined : record.variables;
    const goes = { isHooked, label: undefined, variables, statusLine };
    const after = before === undefined ? undefined : without(before, settings, goes);
    const left = owners.length > 0 ? { variables: record.variables, variablesFor: owners } : {};
    const kept = { folder: record.folder, hooks, label: record.label, ...(keepsLine && { statusLine: true }) };
    return { settings, before, after, claims: { ...left, ...kept } };
  }
  const base = textBefore(record, before);
  // Also of a backup: it may be of a file that held ours already.
  const goes = { isHooked: true, label: record?.label, variables: record?.variables, statusLine: true };
  const after = base === undefined ? undefined : without(base, settings, goes);
  return { settings, before, after, claims: undefined };
}

/** The service's token in the variables of telemetry: nobody else on the machine reads such a file from then on. */
const hasToken = /"OTEL_EXPORTER_OTLP_HEADERS"\s*:\s*"[^"]*\bBearer /;

/**
 * @param {Edit} edit
 * @returns {string | undefined} the path of the backup, where one was made
 */
export function applyEdit({ settings, before, after, claims }) {
  const earlier = recordOf(settings);
  const isChanged = before !== after;
  // It came by other means, a copied folder for example: undo finds ours without a record.
  if (!isChanged && !earlier) return undefined;
  // Changed again and untouched in between: the first backup is the one from before us.
  const isOurs = before !== undefined && earlier?.written === digest(before);
  const made = isChanged && claims && !isOurs && before !== undefined ? keepBackup(settings, before) : undefined;
  if (after === undefined) rmSync(settings, { force: true });
  else if (isChanged && hasToken.test(after)) writeText(settings, after, 0o600, 0o700);
  else if (isChanged) writeText(settings, after);
  if (earlier) dropRecord(earlier.settings);
  if (claims && after !== undefined)
    keepRecord({
      ...{ settings, ...claims, connectedAt: new Date().toISOString() },
      backup: isChanged && !isOurs ? made : earlier?.backup,
      written: isChanged || !earlier ? digest(after) : earlier.written,
    });
  return made;
}

/**
 * @param {InstallRecord | undefined} record
 * @param {string | undefined} text
 */
function textBefore(record, text) {
  if (text === undefined || record?.written !== digest(text)) return text;
  return record.backup === undefined ? undefined : (readText(record.backup) ?? text);
}

/**
 * @param {string} text
 * @param {string} settings
 * @param {{ isHooked: boolean, label: string | undefined, variables: Record<string, string> | undefined, statusLine: boolean }} goes
 */
function without(text, settings, { isHooked, label, variables, statusLine }) {
  if (text.trim() === '') return text;
  let rest = isHooked ? removeHooks(text, settings) : text;
  if (statusLine) rest = removeStatusLine(rest, settings);
  if (label !== undefined) rest = removeLabel(rest, settings, label);
  return variables === undefined ? rest : removeVariables(rest, settings, variables);
}

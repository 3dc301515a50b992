import { insertLast, nodeAt, removeEntry } from './json-text.mjs';
import { parseSettings } from './merge.mjs';
import { Refusal } from './refusal.mjs';

/** @typedef {Record<string, string>} Variables */

/**
 * The settings text with these variables in its env. What the user has set to something else stays.
 * @param {string} text
 * @param {string} name of the file, for messages
 * @param {Variables} wanted
 * @param {Variables} ours what an earlier run put there, which may change
 * @returns {{ text: string, added: Variables, kept: Variables }}
 */
export function addVariables(text, name, wanted, ours) {
  /** @type {Variables} */
  const added = {};
  /** @type {Variables} */
  const kept = {};
  const gone = Object.fromEntries(Object.entries(ours).filter(([variable]) => !(variable in wanted)));
  let result = removeVariables(text.trim() === '' ? '{}\n' : text, name, gone);
  for (const [variable, value] of Object.entries(wanted)) {
    const there = envOf(result, name)[variable];
    const isOurs = there !== undefined && ours[variable] === there;
    if (there === undefined) result = insert(result, variable, value);
    else if (isOurs && there !== value) result = replaceVariable(result, variable, value);
    else if (there !== value) kept[variable] = String(there);
    if (there === undefined || isOurs) added[variable] = value;
  }
  return { text: result, added, kept };
}

/**
 * The settings text without those of the variables that still have this value, and without what that leaves empty.
 * @param {string} text
 * @param {string} name
 * @param {Variables} variables
 */
export function removeVariables(text, name, variables) {
  const env = envOf(text, name);
  const names = Object.keys(variables).filter((variable) => env[variable] === variables[variable]);
  const rest = names.reduce((result, variable) => removeEntry(result, ['env'], variable), text);
  return names.length > 0 && Object.keys(envOf(rest, name)).length === 0 ? removeEntry(rest, [], 'env') : rest;
}

/**
 * @param {string} text
 * @param {string} variable
 * @param {string} value
 */
export function replaceVariable(text, variable, value) {
  const node = nodeAt(text, ['env', variable]);
  return node === undefined ? text : text.slice(0, node.start) + JSON.stringify(value) + text.slice(node.end);
}

/**
 * @param {string} text
 * @param {string} name
 * @returns {Record<string, unknown>}
 */
export function envOf(text, name) {
  const { env = {} } = parseSettings(text.trim() === '' ? '{}' : text, name);
  if (typeof env === 'object' && env !== null && !Array.isArray(env))
    return /** @type {Record<string, unknown>} */ (env);
  throw new Refusal(`${name}: "env" has to be an object; mend it, then run this again.`);
}

/**
 * @param {string} text
 * @param {string} variable
 * @param {string} value
 */
export function insert(text, variable, value) {
  return nodeAt(text, ['env']) === undefined
    ? insertLast(text, [], { [variable]: value }, 'env')
    : insertLast(text, ['env'], value, variable);
}

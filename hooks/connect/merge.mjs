import { isDeepStrictEqual } from 'node:util';
import { hookSettings, isOurs } from '../registration.mjs';
import { insertLast, removeEntry } from './json-text.mjs';
import { Refusal } from './refusal.mjs';

/** @typedef {{ hooks?: unknown }[]} Groups */
/** @typedef {{ disableAllHooks?: unknown, env?: unknown, hooks?: Record<string, Groups> }} Settings */

/**
 * The settings text with our hooks in it, each once; everything that is not ours stays byte by byte.
 * @param {string} text
 * @param {string} name of the file, for messages
 * @param {{ isWindows: boolean }} options
 */
export function addHooks(text, name, { isWindows }) {
  const wanted = hookSettings(isWindows ? 'windows' : 'posix');
  let result = removeOthers(text.trim() === '' ? '{}\n' : text, name, wanted);
  for (const [event, [group]] of Object.entries(wanted)) {
    const { hooks } = parseSettings(result, name);
    if (hooks?.[event]?.some((there) => has(there, group?.hooks[0]))) continue;
    if (!hooks) result = insertLast(result, [], { [event]: [group] }, 'hooks');
    else if (!hooks[event]) result = insertLast(result, ['hooks'], [group], event);
    else result = insertLast(result, ['hooks', event], group);
  }
  return result;
}

/**
 * The settings text without our hooks, of whichever version.
 * @param {string} text
 * @param {string} name
 */
export function removeHooks(text, name) {
  return removeOthers(text, name, {});
}

/**
 * @param {string} text
 * @param {string} name
 * @returns {Settings}
 */
export function parseSettings(text, name) {
  const settings = parseObject(text, name);
  const { hooks } = settings;
  if (hooks === undefined) return settings;
  if (!isObject(hooks)) throw new Refusal(`${name}: "hooks" has to be an object; mend it, then run this again.`);
  for (const [event, groups] of Object.entries(hooks)) {
    if (!Array.isArray(groups) || !groups.every(isObject))
      throw new Refusal(`${name}: "hooks.${event}" has to be a list of objects; mend it, then run this again.`);
  }
  return settings;
}

/**
 * @param {string} text
 * @param {string} name
 */
function parseObject(text, name) {
  let settings;
  try {
    settings = JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (error) {
    const comment = lineOfComment(text);
    const reason =
      comment !== undefined
        ? `has a comment in line ${comment}`
        : `is not strict JSON (${error instanceof Error ? error.message : error})`;
    // Measured with 2.1.197 and 2.1.329: comments and trailing commas make the client pass over the whole file.
    throw new Refusal(
      `${name} ${reason}: Claude Code does not load such a file, so nothing in it is in effect, and hooks would not be either. Mend it, then run this again. Nothing was changed.`,
    );
  }
  if (!isObject(settings)) throw new Refusal(`${name} holds no JSON object. Nothing was changed.`);
  return settings;
}

/**
 * The line of the first comment, which JSON has none of; strings may look like one.
 * @param {string} text
 */
function lineOfComment(text) {
  const [found] = [...text.matchAll(/"(?:[^"\\\n]|\\.)*"|\/[/*]/g)].filter(([match]) => match[0] === '/');
  return found && text.slice(0, found.index).split('\n').length;
}

/**
 * Without every handler of ours that is not wanted as it stands, and without what that leaves empty.
 * @param {string} text
 * @param {string} name
 * @param {ReturnType<typeof hookSettings>} wanted
 */
function removeOthers(text, name, wanted) {
  let result = text;
  const { hooks = {} } = parseSettings(text, name);
  for (const [event, groups] of Object.entries(hooks)) {
    let seen = 0;
    // From the end, so that the indexes before stay true.
    for (let at = groups.length - 1; at >= 0; at--) {
      const handlers = listOf(groups[at]?.hooks);
      const doomed = handlers.flatMap((handler, index) => {
        const isWanted = isDeepStrictEqual(handler, wanted[event]?.[0]?.hooks[0]) && seen++ === 0;
        return isOurs(handler) && !isWanted ? [index] : [];
      });
      if (doomed.length === 0) continue;
      if (doomed.length === handlers.length) result = removeEntry(result, ['hooks', event], at);
      else for (const index of doomed.reverse()) result = removeEntry(result, ['hooks', event, at, 'hooks'], index);
    }
    if (groups.length > 0 && parseSettings(result, name).hooks?.[event]?.length === 0)
      result = removeEntry(result, ['hooks'], event);
  }
  const isEmpty = Object.keys(parseSettings(result, name).hooks ?? { kept: [] }).length === 0;
  return isEmpty && Object.keys(hooks).length > 0 ? removeEntry(result, [], 'hooks') : result;
}

/**
 * @param {Groups[number]} group
 * @param {unknown} handler
 */
function has(group, handler) {
  return listOf(group.hooks).some((there) => isDeepStrictEqual(there, handler));
}

/**
 * @param {unknown} value
 * @returns {unknown[]}
 */
function listOf(value) {
  return Array.isArray(value) ? value : [];
}

/**
 * @param {unknown} value
 * @returns {value is Record<string, unknown>}
 */
function isObject(value) {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

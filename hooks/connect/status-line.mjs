import { insertLast, nodeAt, removeEntry } from './json-text.mjs';
import { parseSettings } from './merge.mjs';
import { Refusal } from './refusal.mjs';

// The user's own status line stays what it is: ours runs it, in the same shell and with the same stdin, and without
// our script only theirs is left.

const run =
  // biome-ignore lint/suspicious/noTemplateCurlyInString: the shell's
  'telltale="${TELLTALE_HOME:-$HOME/.telltale}/hooks"; ' +
  'if [ -r "$telltale/statusline.sh" ]; then . "$telltale/statusline.sh"; else eval "$telltale_command"; fi';
const ours = /^telltale_command='((?:[^']|'\\'')*)'; telltale=/;

/**
 * The command of a status line around the user's own one; an empty one is none.
 * @param {string} own
 */
export function statusLineCommand(own) {
  return `telltale_command='${own.replaceAll("'", "'\\''")}'; ${run}`;
}

/**
 * The user's own command in one of ours; undefined where it is none of ours.
 * @param {string} command
 */
export function ownCommandIn(command) {
  return ours.exec(command)?.[1]?.replaceAll("'\\''", "'");
}

/**
 * The settings text with our status line around the user's; every other field of it keeps its bytes.
 * @param {string} text
 * @param {string} name of the file, for messages
 */
export function addStatusLine(text, name) {
  const settings = text.trim() === '' ? '{}\n' : text;
  const there = statusLineOf(settings, name);
  if (there === undefined)
    return insertLast(settings, [], { type: 'command', command: statusLineCommand('') }, 'statusLine');
  return replaceCommand(settings, statusLineCommand(ownCommandIn(there) ?? there));
}

/**
 * The settings text with the user's own status line, or with none where there was none.
 * @param {string} text
 * @param {string} name
 */
export function removeStatusLine(text, name) {
  const own = ownCommandIn(statusLineOf(text, name) ?? '');
  if (own === undefined) return text;
  return own === '' ? removeEntry(text, [], 'statusLine') : replaceCommand(text, own);
}

/**
 * @param {string} text
 * @param {string} name
 * @returns {string | undefined}
 */
function statusLineOf(text, name) {
  const { statusLine } = /** @type {{ statusLine?: unknown }} */ (
    parseSettings(text.trim() === '' ? '{}' : text, name)
  );
  if (statusLine === undefined) return undefined;
  const { type, command } = /** @type {{ type?: unknown, command?: unknown }} */ (Object(statusLine));
  if (type === 'command' && typeof command === 'string') return command;
  throw new Refusal(`${name}: "statusLine" has to be a command; mend it, then run this again. Nothing was changed.`);
}

/**
 * @param {string} text
 * @param {string} command
 */
function replaceCommand(text, command) {
  const node = nodeAt(text, ['statusLine', 'command']);
  return node === undefined ? text : text.slice(0, node.start) + JSON.stringify(command) + text.slice(node.end);
}

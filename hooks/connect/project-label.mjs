import { appName } from '../.claude/hooks/telltale/app-name.mjs';
import { insertLast, nodeAt, removeEntry } from './json-text.mjs';
import { parseSettings } from './merge.mjs';
import { Refusal } from './refusal.mjs';

// Telemetry names its project only where the client is told one, and in project settings the client honours no other
// variable of OpenTelemetry than this (since 2.1.282).

const variable = 'OTEL_RESOURCE_ATTRIBUTES';

/**
 * What names the project in its telemetry, as its hooks name it.
 * @param {string} folder
 * @param {string} text of the settings file
 * @param {string} name of the file, for messages
 */
export function labelOf(folder, text, name) {
  const told = envOf(text, name).TELLTALE_APP;
  return `project=${encodeURIComponent(typeof told === 'string' && told !== '' ? told : appName(folder))}`;
}

/**
 * The settings text with the label in it; a project that is named already keeps its name.
 * @param {string} text
 * @param {string} name
 * @param {string} label
 */
export function addLabel(text, name, label) {
  const env = envOf(text, name);
  const there = env[variable];
  if (there === undefined) {
    return nodeAt(text, ['env']) === undefined
      ? insertLast(text, [], { [variable]: label }, 'env')
      : insertLast(text, ['env'], label, variable);
  }
  if (typeof there !== 'string' || /(?:^|,)\s*project\s*=/.test(there)) return text;
  return replaceValue(text, there.trim() === '' ? label : `${there},${label}`);
}

/**
 * The settings text without the label, and without what that leaves empty.
 * @param {string} text
 * @param {string} name
 * @param {string} label
 */
export function removeLabel(text, name, label) {
  const there = envOf(text, name)[variable];
  if (typeof there !== 'string') return text;
  const parts = there.split(',');
  const rest = parts.filter((part) => part !== label);
  if (rest.length === parts.length) return text;
  if (rest.length > 0) return replaceValue(text, rest.join(','));
  const without = removeEntry(text, ['env'], variable);
  return Object.keys(envOf(without, name)).length === 0 ? removeEntry(without, [], 'env') : without;
}

/**
 * @param {string} text
 * @param {string} value
 */
function replaceValue(text, value) {
  const node = nodeAt(text, ['env', variable]);
  return node === undefined ? text : text.slice(0, node.start) + JSON.stringify(value) + text.slice(node.end);
}

/**
 * @param {string} text
 * @param {string} name
 * @returns {Record<string, unknown>}
 */
function envOf(text, name) {
  const { env = {} } = parseSettings(text.trim() === '' ? '{}' : text, name);
  if (typeof env === 'object' && env !== null && !Array.isArray(env))
    return /** @type {Record<string, unknown>} */ (env);
  throw new Refusal(`${name}: "env" has to be an object; mend it, then run this again.`);
}

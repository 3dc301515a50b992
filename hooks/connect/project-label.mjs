import { appName } from '../.claude/hooks/telltale/app-name.mjs';
import { envOf, insert, removeVariables, replaceVariable } from './variables.mjs';

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
  const there = envOf(text, name)[variable];
  if (there === undefined) return insert(text, variable, label);
  if (typeof there !== 'string' || /(?:^|,)\s*project\s*=/.test(there)) return text;
  return replaceVariable(text, variable, there.trim() === '' ? label : `${there},${label}`);
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
  if (rest.length > 0) return replaceVariable(text, variable, rest.join(','));
  return removeVariables(text, name, { [variable]: there });
}

import { diffLines } from './diff.mjs';

const diffLimit = 36;
const widthLimit = 110;
/** Is written, and not shown. */
const token = /(\bBearer )[^\s"',]+/g;

/**
 * What a plan would change, for somebody who decides about it.
 * @param {import('./plan.mjs').Plan} plan
 * @param {{ isWhole: boolean }} options isWhole: long changes, too
 * @returns {string[]}
 */
export function linesOf({ place, edits, scripts, notes }, { isWhole }) {
  const lines = edits.flatMap(({ settings, before = '', after = '' }) => {
    const changed = diffLines(before, after)
      .map((line) => line.replace(token, '$1…'))
      .map((line) => (line.length > widthLimit ? `${line.slice(0, widthLimit - 1)}…` : line));
    const shown = isWhole ? changed : changed.slice(0, diffLimit);
    const rest = changed.length - shown.length;
    return [
      `\n  ${settings}`,
      ...shown.map((line) => `  ${line}`),
      ...(rest > 0 ? [`  … ${rest} more lines (--dry-run shows all)`] : []),
    ];
  });
  if (scripts > 0) lines.push(`\n  ${place.scripts}: ${scripts} scripts`);
  return [...lines, ...notes.map((note) => `\nNote: ${note}`)];
}

/**
 * A path as a shell takes it.
 * @param {string} path
 */
export function quoted(path) {
  return /^[\w/.:@%+\\-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`;
}

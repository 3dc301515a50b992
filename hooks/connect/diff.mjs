/**
 * What changed, line by line, with two lines around it: ' ', '+' or '-' before each.
 * @param {string} before
 * @param {string} after
 * @returns {string[]}
 */
export function diffLines(before, after) {
  const [a, b] = [before, after].map((text) => text.replace(/\r?\n$/, '').split(/\r?\n/));
  const all = aroundCommon(before === '' ? [] : (a ?? []), after === '' ? [] : (b ?? []));
  const isNear = (/** @type {number} */ at) => all.slice(Math.max(0, at - 2), at + 3).some((line) => line[0] !== ' ');
  return all.flatMap((line, at) => (isNear(at) ? [line] : at > 0 && isNear(at - 1) ? ['  ⋮'] : []));
}

/**
 * Compares only what lies between the same beginning and the same end: a list of permissions can have thousands of lines.
 * @param {string[]} a
 * @param {string[]} b
 */
function aroundCommon(a, b) {
  const shorter = Math.min(a.length, b.length);
  let head = 0;
  while (head < shorter && a[head] === b[head]) head++;
  let tail = 0;
  while (tail < shorter - head && a.at(-1 - tail) === b.at(-1 - tail)) tail++;
  const same = (/** @type {string} */ line) => ` ${line}`;
  return [
    ...a.slice(0, head).map(same),
    ...compare(a.slice(head, a.length - tail), b.slice(head, b.length - tail)),
    ...a.slice(a.length - tail).map(same),
  ];
}

/**
 * Longest common subsequence; what changes has some hundred lines.
 * @param {string[]} a
 * @param {string[]} b
 */
function compare(a, b) {
  const common = Array.from({ length: a.length + 1 }, () => new Uint16Array(b.length + 1));
  const at = (/** @type {number} */ i, /** @type {number} */ j) => common[i]?.[j] ?? 0;
  for (let i = a.length - 1; i >= 0; i--) {
    const row = /** @type {Uint16Array} */ (common[i]);
    for (let j = b.length - 1; j >= 0; j--)
      row[j] = a[i] === b[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
  }
  const lines = [];
  for (let i = 0, j = 0; i < a.length || j < b.length; ) {
    if (i < a.length && j < b.length && a[i] === b[j]) {
      lines.push(` ${a[i++]}`);
      j++;
    } else if (i < a.length && (j >= b.length || at(i + 1, j) >= at(i, j + 1))) lines.push(`-${a[i++]}`);
    else lines.push(`+${b[j++]}`);
  }
  return lines;
}

// Edits JSON as text, so that what is not ours keeps its bytes. The text has to be valid: JSON.parse comes first.

/** @typedef {{ start: number, end: number, key: string | undefined, value: Node }} Entry  a member or an item */
/** @typedef {{ start: number, end: number, entries: Entry[] | undefined }} Node  entries: of objects and arrays */

/**
 * @param {string} text
 * @returns {Node}
 */
function parseTree(text) {
  let at = 0;
  const skip = () => {
    while (/[\s,:\uFEFF]/.test(text[at] ?? '')) at++;
  };
  const skipString = () => {
    for (at++; text[at] !== '"'; at++) if (text[at] === '\\') at++;
    at++;
  };

  /** @returns {Node} */
  function node() {
    skip();
    const start = at;
    const first = text[at];
    if (first === '"') skipString();
    else if (first !== '{' && first !== '[') while (/[^\s,\]}]/.test(text[at] ?? ' ')) at++;
    else return { start, entries: entries(first === '{'), end: at };
    return { start, end: at, entries: undefined };
  }

  /** @param {boolean} isObject */
  function entries(isObject) {
    /** @type {Entry[]} */
    const found = [];
    at++;
    for (skip(); text[at] !== '}' && text[at] !== ']'; skip()) {
      const start = at;
      let key;
      if (isObject) {
        skipString();
        key = JSON.parse(text.slice(start, at));
      }
      const value = node();
      found.push({ start, end: value.end, key, value });
    }
    at++;
    return found;
  }

  return node();
}

/**
 * The node at a path of keys and indexes.
 * @param {string} text
 * @param {(string | number)[]} path
 * @returns {Node | undefined}
 */
export function nodeAt(text, path) {
  /** @type {Node | undefined} */
  let node = parseTree(text);
  for (const step of path) {
    /** @type {Entry | undefined} */
    const entry = typeof step === 'number' ? node?.entries?.[step] : node?.entries?.findLast(({ key }) => key === step);
    node = entry?.value;
  }
  return node;
}

/**
 * The text with a new last member (key given) or item in the object or array at the path.
 * @param {string} text
 * @param {(string | number)[]} path
 * @param {unknown} value
 * @param {string} [key]
 */
export function insertLast(text, path, value, key) {
  const container = nodeAt(text, path);
  if (!container?.entries) throw new Error(`no object or array at ${path.join('.')}`);
  const { unit, newline } = styleOf(text);
  const name = key === undefined ? '' : `${JSON.stringify(key)}:${newline ? ' ' : ''}`;
  const last = container.entries.at(-1);
  const outer = indentOf(text, container.start);
  const inner = last && indentOf(text, last.start).length > outer.length ? indentOf(text, last.start) : outer + unit;
  const json = JSON.stringify(value, null, newline ? unit : 0).replaceAll('\n', newline + inner);
  const insertion = newline ? `${newline}${inner}${name}${json}` : `${name}${json}`;
  if (!last) {
    const closing = newline ? `${newline}${outer}` : '';
    return `${text.slice(0, container.start + 1)}${insertion}${closing}${text.slice(container.end - 1)}`;
  }
  const rest = text.slice(last.end);
  // A closing bracket on the line of the last entry moves to a line of its own, for the next insertion to find.
  const isTight = newline && /^[^\S\r\n]*[}\]]/.test(rest);
  return `${text.slice(0, last.end)},${insertion}${isTight ? newline + outer + rest.trimStart() : rest}`;
}

/**
 * The text without the entry: with the comma before it, or the one behind it where it is the first.
 * @param {string} text
 * @param {(string | number)[]} path of the container
 * @param {string | number} name
 */
export function removeEntry(text, path, name) {
  const container = nodeAt(text, path);
  const entries = container?.entries ?? [];
  const index = typeof name === 'number' ? name : entries.findLastIndex(({ key }) => key === name);
  const [previous, entry, next] = [entries[index - 1], entries[index], entries[index + 1]];
  if (!container || !entry) return text;
  if (previous) return text.slice(0, previous.end) + text.slice(entry.end);
  if (next) return text.slice(0, entry.start) + text.slice(next.start);
  return text.slice(0, container.start + 1) + text.slice(container.end - 1);
}

/**
 * An empty newline means: all on one line.
 * @param {string} text
 */
function styleOf(text) {
  const unit = /\n([ \t]+)\S/.exec(text)?.[1] ?? '  ';
  const isOneLine = !/\n/.test(text.trim()) && text.trim() !== '{}';
  return { unit, newline: isOneLine ? '' : text.includes('\r\n') ? '\r\n' : '\n' };
}

/**
 * The indentation of the line a position is on.
 * @param {string} text
 * @param {number} position
 */
function indentOf(text, position) {
  const line = text.slice(text.lastIndexOf('\n', position - 1) + 1, position);
  return /^[ \t]*/.exec(line)?.[0] ?? '';
}

import { isUtf8 } from 'node:buffer';

/** Deeper JSON is nobody's hook, and JSON.stringify of it would end in a stack overflow. */
const maxJsonDepth = 500;
/** A level takes two characters at least, so shorter texts cannot be too deep. */
const surelyShallow = 2 * maxJsonDepth;
const byteOrderMark = 0xfeff;

/** Bytes → text without a byte order mark. Bytes that are no UTF-8 become U+FFFD: see `notUtf8`. */
export function textOf(body: Buffer): string {
  const text = body.toString('utf8');
  return text.charCodeAt(0) === byteOrderMark ? text.slice(1) : text;
}

/** JSON is UTF-8. Valid UTF-8 may hold U+FFFD itself, so only then the bytes are looked at again. */
export function notUtf8(body: Buffer, text: string): { unreadable: string } | undefined {
  if (!text.includes('\ufffd') || isUtf8(body)) return undefined;
  return { unreadable: 'the body is not UTF-8; send JSON as UTF-8' };
}

/** Whether the text holds all of the bytes: no byte order mark was left out. */
export function isWhole(body: Buffer): boolean {
  return body[0] !== 0xef;
}

export function readJson(text: string): { json: unknown } | { unreadable: string } {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    return { unreadable: text.trim() === '' ? 'the body is empty' : `the body is not JSON: ${reasonOf(error)}` };
  }
  if (text.length > surelyShallow && isDeeper(json, maxJsonDepth)) {
    return { unreadable: `the JSON is nested deeper than ${maxJsonDepth} levels` };
  }
  return { json };
}

function isDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (levels === 0) return true;
  for (const key in value) if (isDeeper((value as Record<string, unknown>)[key], levels - 1)) return true;
  return false;
}

/** V8 quotes the text that it could not read; a quote may hold half a secret. */
function reasonOf(error: unknown): string {
  const message = error instanceof Error ? error.message : '';
  return /at position \d+/.exec(message)?.[0] ?? 'it ends too early or begins with something else';
}

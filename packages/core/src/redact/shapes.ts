/**
 * Pieces that rules are written with. All of it is RE2 (no look-around, no back-references) because the same
 * expressions run in the collector, and all of it works on raw JSON text, where a line break is the two
 * characters `\n` and a quote inside a string is `\"`.
 */

/** Where a token may begin: not inside a word, but right after an escape (`\n`, `\u001b[32m`, `%3D`). */
export const boundary = String.raw`(^|[^A-Za-z0-9_]|\\[bfnrt]|\\u[0-9a-fA-F]{4}|\[[0-9;]{1,8}m|%[0-9A-F]{2})`;

/** The same for tokens that are base64url, so that a run of it has one possible beginning (linear time). */
export const base64UrlBoundary = boundary.replace('[^A-Za-z0-9_]', '[^A-Za-z0-9_-]');

/** The same for tokens that could occur by chance in base64. */
export const base64Boundary = boundary.replace('[^A-Za-z0-9_]', '[^A-Za-z0-9+/_-]');

/**
 * First character of a secret value. Not one that begins a reference (`$VAR`, `<your-key>`, `{{ key }}`) or a mask,
 * and none that JSON puts after a closing quote.
 */
export const valueStart = String.raw`[^\s"'\x60\\$<{}\[\],:=]`;

/** A slash, also as JSON may write it (`\/`), however many strings deep. */
export const slash = String.raw`\\*/`;

/** One character of a class that holds `/`, with the slash that JSON escaped. */
export function orSlash(characters: string): string {
  return String.raw`(?:${characters}|\\+/)`;
}

/** The rest of a secret value that has no spaces. */
export const valueRest = orSlash(String.raw`[^\s"'\x60\\]`);

/** A quote of any kind, as it is or escaped in a JSON string. */
export const quote = String.raw`\\*["'\x60]`;

/** `pass` → `[pP][aA][sS][sS]`: RE2 and JavaScript spell the flag differently, and a flag slows the whole expression. */
export function caseless(source: string): string {
  return source.replace(/\[[^\]]*\]|[a-z]/g, (part) => (part.length === 1 ? `[${part}${part.toUpperCase()}]` : part));
}

/** How a JSON string looks from outside: `depth` 0 is JSON itself, 1 is JSON inside a JSON string, and so on. */
export function jsonString(depth: number): { quote: string; first: string; unit: string; literalQuote: string } {
  const backslashes = (count: number) => String.raw`\\`.repeat(count);
  const run = 2 ** depth;
  // Whole escapes only: the text after a mask must parse as it did before.
  const escaped = `${backslashes(run)}(?:[^"\\\\]|${backslashes(run)}|${backslashes(run - 1)}")`;
  return {
    quote: `${backslashes(run - 1)}"`,
    first: String.raw`(?:[^"\\$<{\[]|\$[0-9]|\[[^r"\\]|${escaped})`,
    unit: String.raw`(?:[^"\\]|${escaped})`,
    literalQuote: `${'\\'.repeat(run - 1)}"`,
  };
}

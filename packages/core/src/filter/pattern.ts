import { foldCase } from '../fold-case.ts';
import type { Pattern } from './grammar.ts';

export type TextTest = (text: string | undefined) => boolean;

/** Whole values, A–Z as a–z and nothing else folded: what SQLite's NOCASE and LIKE do. */
export function fieldTest(patterns: readonly Pattern[]): TextTest {
  const folded = patterns.map((pattern) => pattern.map(foldAscii));
  return (text) => text !== undefined && anyWhole(folded, foldAscii(text));
}

/** Whole values, every letter as it is: for ids. */
export function idTest(patterns: readonly Pattern[]): TextTest {
  return (text) => text !== undefined && anyWhole(patterns, text);
}

/** Anywhere in text that is folded already. */
export function searchTest(patterns: readonly Pattern[]): (folded: string) => boolean {
  const needles = patterns.map(foldPattern);
  return (folded) => needles.some((pieces) => behindPieces(pieces, folded, 0) !== undefined);
}

export function foldPattern(pattern: Pattern): Pattern {
  return pattern.map(foldCase);
}

export function foldAscii(text: string): string {
  return text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
}

function anyWhole(patterns: readonly Pattern[], text: string): boolean {
  return patterns.some((pattern) => isWhole(pattern, text));
}

function isWhole(pattern: Pattern, text: string): boolean {
  const [first = '', ...rest] = pattern;
  const last = rest.pop();
  if (last === undefined) return text === first;
  if (!text.startsWith(first)) return false;
  const behind = behindPieces(rest, text, first.length);
  return behind !== undefined && behind + last.length <= text.length && text.endsWith(last);
}

/** Where the pieces, each found as early as can be, leave off. */
function behindPieces(pieces: Pattern, text: string, from: number): number | undefined {
  let at = from;
  for (const piece of pieces) {
    const found = text.indexOf(piece, at);
    if (found < 0) return undefined;
    at = found + piece.length;
  }
  return at;
}

import { type Mark, marksIn } from './marks.ts';
import type { SearchTerm } from './query.ts';

/** A few lines of a text with the places of what was searched; never HTML. */
export interface Snippet {
  text: string;
  marks: Mark[];
}

/** A line is cut to so much around what was found. */
const lineLength = 240;
/** What stands before the first mark of a cut line. */
const leadLength = 60;

/** The line where most of the terms stand, with one line before it and one after. */
export function snippetOf(text: string, terms: readonly SearchTerm[]): Snippet {
  const lines = linesOf(text);
  const marks = marksIn(text, terms);
  const at = bestLine(text, lines, marks);
  const shown = [at - 1, at, at + 1].flatMap((index) => (lines[index] ? [lines[index]] : []));
  const snippet: Snippet = { text: '', marks: [] };
  for (const line of shown) addLine(snippet, text, line, marks);
  return snippet;
}

/** Lines with words in them. */
function linesOf(text: string): Mark[] {
  const lines: Mark[] = [];
  for (const found of text.matchAll(/[^\r\n]*\S[^\r\n]*/g)) lines.push([found.index, found.index + found[0].length]);
  return lines;
}

function bestLine(text: string, lines: readonly Mark[], marks: readonly Mark[]): number {
  let best = 0;
  let most = 0;
  let mark = 0;
  for (const [index, [from, to]] of lines.entries()) {
    const found = new Set<string>();
    for (; mark < marks.length && (marks[mark]?.[0] ?? to) < to; mark += 1) {
      const [start, end] = marks[mark] ?? [from, from];
      found.add(text.slice(start, end).toLowerCase());
    }
    if (found.size <= most) continue;
    [best, most] = [index, found.size];
  }
  return best;
}

function addLine(snippet: Snippet, text: string, [from, to]: Mark, marks: readonly Mark[]): void {
  const first = marks.find((mark) => mark[1] > from && mark[0] < to);
  const isLong = to - from > lineLength;
  const start =
    isLong && first ? wordStart(text, Math.max(from, Math.min(first[0] - leadLength, to - lineLength)), from) : from;
  const end = isLong ? Math.min(to, start + lineLength) : to;
  const head = `${snippet.text === '' ? '' : '\n'}${start > from ? '…' : ''}`;
  const shift = snippet.text.length + head.length - start;
  snippet.text += `${head}${text.slice(start, end)}${end < to ? '…' : ''}`;
  for (const [markFrom, markTo] of marks) {
    if (markTo <= start || markFrom >= end) continue;
    snippet.marks.push([Math.max(markFrom, start) + shift, Math.min(markTo, end) + shift]);
  }
}

/** Not through a surrogate pair, and behind a space where one is near. */
function wordStart(text: string, at: number, from: number): number {
  const space = text.slice(at, at + 20).search(/\s/);
  const start = at > from && space >= 0 ? at + space + 1 : at;
  return /[\udc00-\udfff]/.test(text.charAt(start)) ? start + 1 : start;
}

import { isUnspaced } from './indexed-text.ts';
import type { SearchTerm } from './query.ts';

/** From and behind, in UTF-16 units of the text. */
export type Mark = [from: number, to: number];

const maxMarks = 500;

/** Where the terms stand in a text: whole words, or words inside of a name (`auth` in `useAuth`). */
export function marksIn(text: string, terms: readonly SearchTerm[]): Mark[] {
  const folded = foldToSameLength(text);
  const marks: Mark[] = [];
  for (const { spellings, isPrefix } of terms) {
    for (const words of spellings) {
      const pattern = words.map((word) => escaped(foldToSameLength(word))).join('([^\\p{L}\\p{N}]*)');
      for (const found of folded.matchAll(new RegExp(pattern, 'gdu'))) {
        const end = found.index + found[0].length;
        if (!isEdge(text, found.index) || !(isPrefix || isEdge(text, end)) || !areJointsEdges(text, found)) continue;
        marks.push([found.index, isPrefix ? wordEnd(text, end) : end]);
        if (marks.length >= maxMarks) return merged(marks);
      }
    }
  }
  return merged(marks);
}

/** Lower case without diacritics, a unit for each unit, so that places stay. */
function foldToSameLength(text: string): string {
  const lower = text.toLowerCase();
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the range is ASCII
  if (lower.length === text.length && /^[\x00-\x7f]*$/.test(lower)) return lower;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: all but ASCII
  return text.replace(/[A-Z]|[^\x00-\x7f]/g, foldUnit);
}

/** Only what stands on a letter is taken off it: a syllable of Hangul is no first letter with others on it. */
function foldUnit(unit: string): string {
  const folded = unit
    .normalize('NFD')
    .replace(/[\u0300-\u036f]+$/, '')
    .toLowerCase()
    .replace('ς', 'σ');
  return folded.length === 1 ? folded : unit;
}

/** Words that follow each other without anything between must be humps of one name, or of a script without spaces. */
function areJointsEdges(text: string, found: RegExpMatchArray): boolean {
  const joints = found.indices?.slice(1) ?? [];
  return joints.every((joint) => joint === undefined || joint[0] !== joint[1] || isEdge(text, joint[0]));
}

/** A word may begin or end here. */
function isEdge(text: string, at: number): boolean {
  if (at <= 0 || at >= text.length) return true;
  const [before, after] = [text.charAt(at - 1), text.charAt(at)];
  if (!isLetter(before) || !isLetter(after)) return true;
  if (isUnspaced(before) || isUnspaced(after)) return true;
  if (/[a-z0-9]/.test(before) && /[A-Z]/.test(after)) return true;
  return /[A-Z]/.test(before) && /[A-Z][a-z]/.test(text.slice(at, at + 2));
}

function wordEnd(text: string, from: number): number {
  let end = from;
  while (end < text.length && isLetter(text.charAt(end))) end += 1;
  return end;
}

const isLetter = (unit: string) => /[\p{L}\p{N}\p{M}\ud800-\udfff]/u.test(unit);
const escaped = (word: string) => word.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');

function merged(marks: Mark[]): Mark[] {
  const joined: Mark[] = [];
  for (const mark of marks.sort((a, b) => a[0] - b[0] || b[1] - a[1])) {
    const last = joined.at(-1);
    if (last && mark[0] <= last[1]) last[1] = Math.max(last[1], mark[1]);
    else joined.push(mark);
  }
  return joined;
}

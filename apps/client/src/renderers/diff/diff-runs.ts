import type { CodeLine } from '../code/code-line.ts';
import { colour } from '../code/colour.ts';
import { languageOf } from '../code/language-names.ts';
import type { DiffLine } from './file-change.ts';

/** The coloured runs of a hunk's lines: both sides are read as whole code, so that a comment stays one. */
export async function diffRuns(hunk: readonly DiffLine[], path: string): Promise<CodeLine[] | undefined> {
  const language = languageOf(path);
  const sides = {
    before: hunk.filter((line) => line.kind !== 'added'),
    after: hunk.filter((line) => line.kind !== 'removed'),
  };
  const [before, after] = await Promise.all([
    colour(codeOf(sides.before), language),
    colour(codeOf(sides.after), language),
  ]);
  if (!before || !after) return undefined;
  let beforeAt = 0;
  let afterAt = 0;
  return hunk.map(({ kind, text }) => {
    const plain = [{ text }];
    if (kind === 'removed') return before[beforeAt++] ?? plain;
    if (kind === 'same') beforeAt += 1;
    return after[afterAt++] ?? plain;
  });
}

function codeOf(lines: readonly DiffLine[]): string {
  return lines.map((line) => line.text).join('\n');
}

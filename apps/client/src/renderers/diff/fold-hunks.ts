import type { DiffLine } from './file-change.ts';

/** The first `most` lines of all hunks, and how many that hides; a few more lines are not worth folding. */
export function foldHunks(hunks: readonly DiffLine[][], most: number): { hunks: DiffLine[][]; hidden: number } {
  const total = hunks.reduce((sum, hunk) => sum + hunk.length, 0);
  if (total <= most + 5) return { hunks: [...hunks], hidden: 0 };
  let left = most;
  const shown: DiffLine[][] = [];
  for (const hunk of hunks) {
    if (left <= 0) break;
    shown.push(hunk.slice(0, left));
    left -= hunk.length;
  }
  return { hunks: shown, hidden: total - most };
}

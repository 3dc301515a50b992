import { type Fields, isFields, listAt } from '../fields.ts';

/** Lines that an edit added and removed, by the patch in the client's answer. */
export function patchLines(response: Fields): { added: number; removed: number } {
  const count = { added: 0, removed: 0 };
  for (const hunk of listAt(response, 'structuredPatch')) {
    for (const line of listAt(isFields(hunk) ? hunk : undefined, 'lines')) {
      if (typeof line !== 'string') continue;
      if (line.startsWith('+')) count.added += 1;
      else if (line.startsWith('-')) count.removed += 1;
    }
  }
  return count;
}

/** Lines of a text; an end of line at its end begins no other. */
export function lineCount(text: string): number {
  if (text === '') return 0;
  let count = text.endsWith('\n') ? 0 : 1;
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) count += 1;
  return count;
}

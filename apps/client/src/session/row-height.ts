import type { StoryRow } from './rows.ts';

/** A guess of a row's height in px until it is measured; a close one keeps the scroll bar still. */
export function guessHeight(row: StoryRow, textWidth: number): number {
  if (row.kind === 'prompt') return 40 + (row.isOpen ? bodyHeight(row.prompt.text, textWidth) : 0);
  if (row.kind === 'glimpse') return 24;
  if (row.kind === 'brief') return 8 + Math.min(5, linesOf(row.text, textWidth)) * linePx;
  if (row.kind === 'mark') return rowPx;
  const { item, isOpen } = row;
  if (item.kind === 'text') return 12 + linesOf(item.text, textWidth) * linePx;
  if (item.kind === 'thinking') return rowPx + (isOpen ? linesOf(item.text, textWidth) * linePx : 0);
  if (item.kind === 'compaction') return rowPx + 14 + (isOpen ? linesOf(item.summary ?? '', textWidth) * linePx : 0);
  return rowPx + (item.kind === 'action' && isOpen ? 240 : 0);
}

const rowPx = 28;
const linePx = 20;
const characterPx = 6.4;

function bodyHeight(text: string, width: number): number {
  const lines = linesOf(text, width);
  return lines > 1 ? Math.min(8, lines) * linePx + 12 : 0;
}

function linesOf(text: string, width: number): number {
  let lines = 0;
  for (const line of text.slice(0, 20_000).split('\n'))
    lines += Math.max(line === '' ? 0.4 : 1, Math.ceil((line.length * characterPx) / Math.max(200, width)));
  return Math.ceil(lines);
}

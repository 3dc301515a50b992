/** What fits on a wall: the first few, and how many more there are; where none is shown their number is said already. */
export function wallLines<Line>(lines: readonly Line[], most: number) {
  const shown = lines.slice(0, most);
  return { total: lines.length, shown, more: shown.length === 0 ? 0 : lines.length - shown.length };
}

const linePx = 60;
const headPx = 90;
/** What is worth its line first; more than this of one kind is a number, not news. */
const most = [4, 2, 3] as const;

/** How many lines of who waits, what is wrong and who works a wall of this height has room for. */
export function wallRoom(heightPx: number, wanted: readonly [number, number, number]): [number, number, number] {
  // The padding and three gaps take 23 % of the height; what today cost is a head without lines.
  let left = Math.floor((heightPx * 0.77 - 4 * headPx) / linePx);
  const give = (at: 0 | 1 | 2): number => {
    const lines = Math.max(0, Math.min(most[at], wanted[at], left));
    left -= lines;
    return lines;
  };
  return [give(0), give(1), give(2)];
}

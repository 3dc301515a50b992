import { dayInWords } from '../words/time.ts';

interface Timed {
  readonly atMs: number;
}

/** What is told by two sources arrives by turns: around midnight a row of the evening stands between those of the night. */
const turnsMs = 60 * 60_000;
const turnsRows = 12;

/**
 * The day of a row, where it is another one than that of the row before, or the first that is shown and not of today.
 * Rows stand in order of arrival: what comes late has its day, and what follows it has its own again.
 */
export function dayMark(rows: readonly Timed[], index: number, now: Date): string | undefined {
  const at = dayAt(rows, index);
  const before = index === 0 ? now : dayAt(rows, index - 1);
  return isSameDay(at, before) ? undefined : dayInWords(at, now);
}

/** What stands at the top of the list, so that no row is without its day. */
export function dayAbove(top: Timed | undefined, now: Date): string | undefined {
  if (top === undefined || isSameDay(new Date(top.atMs), now)) return undefined;
  return dayInWords(new Date(top.atMs), now);
}

/** The day that a row counts to: its own, or that of one shortly before it in the list, to which it is late by little. */
function dayAt(rows: readonly Timed[], index: number): Date {
  const own = rows[index]?.atMs ?? 0;
  let latest = own;
  for (let i = Math.max(0, index - turnsRows); i < index; i++) {
    const atMs = rows[i]?.atMs ?? 0;
    if (atMs > latest && atMs - own < turnsMs) latest = atMs;
  }
  return new Date(latest);
}

function isSameDay(a: Date, b: Date): boolean {
  return a.getDate() === b.getDate() && a.getMonth() === b.getMonth() && a.getFullYear() === b.getFullYear();
}

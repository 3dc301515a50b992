import { dayInWords } from '../words/time.ts';

interface Timed {
  readonly atMs: number;
}

/**
 * The day of a row, where it is another one than that of the row before, or the first that is shown and not of today.
 * Rows stand in order of arrival: what comes late has its day, and what follows it has its own again.
 */
export function dayMark(row: Timed, before: Timed | undefined, now: Date): string | undefined {
  const at = new Date(row.atMs);
  if (before === undefined) return isSameDay(at, now) ? undefined : dayInWords(at, now);
  return isSameDay(at, new Date(before.atMs)) ? undefined : dayInWords(at, now);
}

/** What stands at the top of the list, so that no row is without its day. */
export function dayAbove(top: Timed | undefined, now: Date): string | undefined {
  return top && dayMark(top, undefined, now);
}

function isSameDay(a: Date, b: Date): boolean {
  return a.getDate() === b.getDate() && a.getMonth() === b.getMonth() && a.getFullYear() === b.getFullYear();
}

/** One calendar day of a time zone, as the half-open time (from, to] that a total covers. */
export interface Day {
  /** `2026-10-25` */
  date: string;
  fromMs: number;
  toMs: number;
}

/**
 * The days of a time zone from the one in which `fromMs` lies to the one in which `toMs` lies. Days are cut at midnight
 * there: when the clock changes, a day has 23 or 25 hours, and its total needs that length.
 */
export function daysBetween(fromMs: number, toMs: number, timeZone: string): Day[] {
  // Sweden writes dates as ISO does.
  const format = new Intl.DateTimeFormat('sv-SE', { timeZone });
  const dateAt = (ms: number) => format.format(ms);
  const days: Day[] = [];
  for (let from = beginningOfDay(fromMs, dateAt); from < toMs; ) {
    // 36 hours later is the next day, whatever the clock did; its beginning is this one's end.
    const to = beginningOfDay(from + 36 * hourMs, dateAt);
    days.push({ date: dateAt(from), fromMs: from, toMs: to });
    from = to;
  }
  return days;
}

const hourMs = 3_600_000;
const quarterMs = hourMs / 4;

/** The first moment of the day in which `ms` lies. Zones differ from UTC by quarters of an hour. */
function beginningOfDay(ms: number, dateAt: (ms: number) => string): number {
  const date = dateAt(ms);
  let begin = Math.floor(ms / quarterMs) * quarterMs;
  while (dateAt(begin - quarterMs) === date) begin -= quarterMs;
  return begin;
}

import { dayStart, zonedMs } from '@telltale/core';

const dayMs = 24 * 60 * 60_000;

/** How far one may look back; days are the service's, and whole. */
export const ranges = [
  { key: 'today', words: 'today', days: 1 },
  { key: '7d', words: '7 days', days: 7 },
  { key: '30d', words: '30 days', days: 30 },
  { key: 'all', words: 'all', days: undefined },
  { key: 'custom', words: 'from … to', days: undefined },
] as const;
export type RangeKey = (typeof ranges)[number]['key'];

export interface TimeRange {
  /** ISO. */
  from: string;
  /** Absent: up to now. */
  to?: string;
}

/** `from` and `to` of the address are days, both included. */
export function timeRange(
  { range, from, to }: { range: RangeKey; from?: string | undefined; to?: string | undefined },
  { now, timeZone }: { now: number; timeZone: string },
): TimeRange {
  const { days } = ranges.find(({ key }) => key === range) ?? ranges[1];
  // Noon of a day some days ago is in that day also where clocks were changed since.
  const noon = dayStart(now, timeZone) + dayMs / 2;
  if (days !== undefined) return { from: iso(dayStart(noon - (days - 1) * dayMs, timeZone)) };
  if (range === 'all') return { from: iso(0) };
  const first = startOf(from, timeZone);
  const last = startOf(to, timeZone);
  return {
    from: iso(first ?? dayStart(noon - 6 * dayMs, timeZone)),
    ...(last !== undefined && { to: iso(dayStart(last + 1.25 * dayMs, timeZone)) }),
  };
}

/** The day of a time as a date field writes it. */
export function dateIn(ms: number, timeZone: string): string {
  return new Intl.DateTimeFormat('en-CA', { timeZone }).format(ms);
}

function startOf(date: string | undefined, timeZone: string): number | undefined {
  if (!date || !/^\d{4}-\d\d-\d\d$/.test(date)) return undefined;
  const wall = Date.parse(date);
  return Number.isNaN(wall) ? undefined : zonedMs(wall, { timeZone });
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}

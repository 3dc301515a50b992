import { dayStart } from '../day-start.ts';
import { offsetMs } from '../filter/zone.ts';

export const bucketSizes = ['hour', 'day'] as const;
export type BucketSize = (typeof bucketSizes)[number];

const hourMs = 60 * 60_000;
/** A range up to this is cut by the hour where nobody says otherwise. */
const hourlyMs = 3 * 24 * hourMs;
/** No clock on earth differs from UTC by other than quarters of an hour: what lies in one is in the same bucket. */
export const quarterMs = 15 * 60_000;

/** More than this no chart shows and no answer holds. */
export const maxBuckets = 2000;

export function bucketSizeFor(from: number, to: number): BucketSize {
  return to - from <= hourlyMs ? 'hour' : 'day';
}

/**
 * Where the hours or days of a zone begin (ms) that a range touches, oldest first. A day has 23 to 25 hours where clocks
 * are changed. Of a range with more than `maxBuckets`, the newest.
 */
export function bucketStarts(from: number, to: number, size: BucketSize, timeZone: string): number[] {
  const starts: number[] = [];
  const mostMs = maxBuckets * (size === 'hour' ? hourMs : 24 * hourMs);
  const first = Math.max(from, to - mostMs + 25 * hourMs);
  const begin = size === 'hour' ? hourStart(first, timeZone) : dayStart(first, timeZone);
  for (let at = begin; at < to; at = next(at, size, timeZone)) starts.push(at);
  return starts.slice(-maxBuckets);
}

/** Finds the bucket of a time; -1 before the first. */
export function createBucketIndex(starts: readonly number[]): (at: number) => number {
  const known = new Map<number, number>();
  return (at) => {
    const quarter = Math.floor(at / quarterMs);
    let index = known.get(quarter);
    if (index === undefined) {
      index = lastBefore(starts, at);
      known.set(quarter, index);
    }
    return index;
  };
}

/** How a clock of the zone shows an hour of the week: Monday 00:00 is 0. */
export function hourOfWeek(at: number, timeZone: string): number {
  const wall = new Date(at + offsetMs(timeZone, at));
  return ((wall.getUTCDay() + 6) % 7) * 24 + wall.getUTCHours();
}

function hourStart(at: number, timeZone: string): number {
  const offset = offsetMs(timeZone, at);
  return Math.floor((at + offset) / hourMs) * hourMs - offset;
}

function next(at: number, size: BucketSize, timeZone: string): number {
  if (size === 'hour') {
    const later = hourStart(at + hourMs, timeZone);
    // Lord Howe's clocks are changed by half an hour.
    return later > at ? later : at + hourMs;
  }
  // Days are 23 to 25 hours long: thirty hours later it is tomorrow.
  const later = dayStart(at + 30 * hourMs, timeZone);
  return later > at ? later : at + 24 * hourMs;
}

function lastBefore(starts: readonly number[], at: number): number {
  let low = 0;
  let high = starts.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((starts[middle] ?? 0) <= at) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

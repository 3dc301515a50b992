import { offsetMs, zonedMs } from './filter/zone.ts';

const dayMs = 24 * 60 * 60_000;

/** When the day of a time began in a zone, in ms: clocks show midnight there, whether or not they were changed since. */
export function dayStart(ms: number, timeZone: string): number {
  const wallMs = ms + offsetMs(timeZone, ms);
  return zonedMs(Math.floor(wallMs / dayMs) * dayMs, { timeZone });
}

/** What `Date` can hold, in milliseconds either side of 1970. */
const maxTimeMs = 8.64e15;

/** The ISO time `ms` after `at`, which stays as it is where that is no time: durations come from outside. */
export function shiftTime(at: string, ms: number): string {
  const shifted = Date.parse(at) + ms;
  return Math.abs(shifted) <= maxTimeMs ? new Date(shifted).toISOString() : at;
}

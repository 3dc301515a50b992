/** What `Date` can hold, in milliseconds either side of 1970. */
const maxTimeMs = 8.64e15;

/** The ISO time `ms` after `at`, which stays as it is where that is no time: durations come from outside. */
export function shiftTime(at: string, ms: number): string {
  const shifted = Date.parse(at) + ms;
  return Math.abs(shifted) <= maxTimeMs ? new Date(shifted).toISOString() : at;
}

/** How long it took; never less than nothing, as two clocks may disagree. */
export function msBetween(from: string, to: string): number {
  return Math.max(0, Date.parse(to) - Date.parse(from));
}

/** The earlier of two ISO times, which compare as texts. */
export function earlier(a: string, b: string): string {
  return b < a ? b : a;
}

export function later(a: string, b: string): string {
  return b > a ? b : a;
}

/** Sorts what has a time alone; what shares one keeps its order. */
export function byAt(a: { at: string }, b: { at: string }): number {
  return compare(a.at, b.at);
}

/** The order in which a story is told: by (`at`, `id`), whatever the order of arrival. */
export function byTime(a: { at: string; id: string }, b: { at: string; id: string }): number {
  return compare(a.at, b.at) || compare(a.id, b.id);
}

/** By code unit, as the store sorts; `localeCompare` would be slower and another order. */
export function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

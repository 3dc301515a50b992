/** Zone of the dates in a filter that name none: the service's own, which it tells its pages. */
export interface FilterZone {
  readonly timeZone: string;
}

/** The time (ms) that a clock in the zone shows as `wallMs`, a time written as if it were UTC. */
export function zonedMs(wallMs: number, zone: FilterZone): number {
  const guess = wallMs - offsetMs(zone.timeZone, wallMs);
  // Around a change of clocks the offset at the guess is the right one.
  const at = wallMs - offsetMs(zone.timeZone, guess);
  const offset = offsetMs(zone.timeZone, at);
  // Clocks skip it: Santiago's and Havana's are put forward at midnight, and then the day begins at one o'clock.
  return at + offset < wallMs ? wallMs - offset : at;
}

/** How far clocks of the zone are before UTC. */
export function offsetMs(timeZone: string, at: number): number {
  const [, sign, hours = '0', minutes = '0'] = /GMT([+-])(\d{2}):(\d{2})/.exec(offsetName(timeZone, at)) ?? [];
  return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * 60_000;
}

/** By zone, of which there are some hundreds: making one takes ten times as long as using it. */
const formats = new Map<string, Intl.DateTimeFormat>();

function offsetName(timeZone: string, at: number): string {
  try {
    let format = formats.get(timeZone);
    if (!format) {
      format = new Intl.DateTimeFormat('en', { timeZone, timeZoneName: 'longOffset' });
      formats.set(timeZone, format);
    }
    const parts = format.formatToParts(at);
    return parts.find((part) => part.type === 'timeZoneName')?.value ?? '';
  } catch {
    // A browser that does not know the service's zone, or a date that no clock shows.
    return '';
  }
}

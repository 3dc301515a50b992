import { offsetMs } from './filter/zone.ts';

const steps = { '1h': 60, '30m': 30, '15m': 15 } as const;
const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;
/** As long as Prometheus keeps metrics. */
const lookedAtDays = 400;

export type DayStep = keyof typeof steps;

/**
 * The longest step from which days of a zone can be put together: steps are counted from midnight UTC, and the zone's
 * midnight must be one of them, in summer and in winter. India is half an hour away, Nepal three quarters.
 */
export function dayStep(timeZone: string, now: number): DayStep {
  const months = Array.from({ length: Math.ceil(lookedAtDays / 30) + 1 }, (_, index) => now - index * 30 * dayMs);
  const offsets = months.map((at) => offsetMs(timeZone, at) / minuteMs);
  const fits = (step: DayStep) => offsets.every((offset) => offset % steps[step] === 0);
  return (Object.keys(steps) as DayStep[]).find(fits) ?? '15m';
}

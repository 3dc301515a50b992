import { duration } from '../../words/time.ts';
import type { Stretch, TimeScale } from '../time-scale.ts';

export interface Tick {
  /** In percent of the width. */
  place: number;
  words: string;
}

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const most = 4;
/** Behind this the words of a tick have no room. */
const lastPlace = 0.9;
const rounded = [1, 2, 5, 10, 20, 50, 100, 200, 500];
const steps = [
  ...[...rounded, ...[1, 2, 5, 10, 15, 30].map((one) => one * second)],
  ...[...[1, 2, 5, 10, 15, 30].map((one) => one * minute), ...[1, 2, 3, 6, 12, 24, 48, 120].map((one) => one * hour)],
];

/** What the axis of a stretch says: round times, or, where pauses are drawn short, what stands at each quarter. */
export function ticksOf(scale: TimeScale, { fromMs, toMs }: Stretch): Tick[] {
  const start = { place: 0, words: '0' };
  if (scale.pauses.length > 0)
    return [start, ...[0.25, 0.5, 0.75].map((place) => tickAt(place, scale.timeAt(place) - fromMs))];
  const step = steps.find((one) => (toMs - fromMs) * lastPlace < one * most) ?? (toMs - fromMs) / most;
  const ticks = [start];
  for (let ms = step; ms <= (toMs - fromMs) * lastPlace && step > 0; ms += step)
    ticks.push(tickAt(scale.placeOf(fromMs + ms), ms));
  return ticks;
}

const tickAt = (place: number, ms: number): Tick => ({ place: place * 100, words: duration(ms) });

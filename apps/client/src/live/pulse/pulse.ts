import type { Pulse } from '@telltale/core';

export interface PulseBar {
  events: number;
  failures: number;
  waits: number;
}

/** What the pulse counts of an event. */
export interface PulseEvent {
  atMs: number;
  failed: boolean;
  waits: boolean;
}

/** Counts per moment, as the service told them and as events came since; old moments move out. */
export interface PulseModel {
  readonly bucketMs: number;
  /** Oldest first, ending with the moment of `now`. */
  bars(now: number): PulseBar[];
  add(events: readonly PulseEvent[]): void;
}

export const pulseBars = 120;

export function createPulse(minutes: number, told?: Pulse): PulseModel {
  const bucketMs = told?.bucketMs ?? (minutes * 60_000) / pulseBars;
  const size = Math.round((minutes * 60_000) / bucketMs);
  const buckets = new Map<number, PulseBar>();
  const start = told ? Math.round(Date.parse(told.from) / bucketMs) : 0;
  told?.buckets.forEach((bar, index) => {
    if (bar.events > 0) buckets.set(start + index, { ...bar });
  });

  return { bucketMs, bars, add };

  function bars(now: number): PulseBar[] {
    const last = Math.floor(now / bucketMs);
    for (const key of buckets.keys()) if (key <= last - size) buckets.delete(key);
    return Array.from({ length: size }, (_, index) => buckets.get(last - size + 1 + index) ?? nothing);
  }

  function add(events: readonly PulseEvent[]): void {
    for (const event of events) {
      const key = Math.floor(event.atMs / bucketMs);
      const bar = buckets.get(key) ?? { events: 0, failures: 0, waits: 0 };
      bar.events += 1;
      if (event.failed) bar.failures += 1;
      if (event.waits) bar.waits += 1;
      buckets.set(key, bar);
    }
  }
}

const nothing: PulseBar = { events: 0, failures: 0, waits: 0 };

/** Everything in the chart, for its caption and its readers. */
export function pulseTotal(bars: readonly PulseBar[]): PulseBar {
  const total = { events: 0, failures: 0, waits: 0 };
  for (const bar of bars) {
    total.events += bar.events;
    total.failures += bar.failures;
    total.waits += bar.waits;
  }
  return total;
}

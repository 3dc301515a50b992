import { wholeRange } from './identity.ts';

export interface GrowthOptions {
  /** Counters of a part of the pipeline. */
  names: readonly string[];
  by?: readonly string[];
  range?: string;
}

/**
 * How much scraped counters grew. `increase()` suits them, as their part is scraped for as long as it lives; but a
 * counter appears when it counts for the first time, and increase() does not see how it got there from 0. So what it
 * begins with is added, unless it was there before. After a pause without scrapes (a laptop that slept) only what is
 * more than the last value of the week before; a lower one is a new beginning.
 *
 * Each name is asked for alone: without its name, two counters can have the same labels.
 */
export function growth({ names, by = [], range = wholeRange }: GrowthOptions): string {
  const parts = names.map((name) => {
    const lowest = `min_over_time(${name}[${range}])`;
    const before = (window: string) => `last_over_time(${name}[${window}] offset ${range})`;
    const begun = `(${lowest} - (${before('7d')} <= ${lowest}) or ${lowest}) unless ${before('10m')}`;
    const grown = `sum by (${by.join(', ')}) (increase(${name}[${range}]))`;
    const first = `sum by (${by.join(', ')}) (${begun})`;
    return [grown, first].map((text, index) => `label_replace(${text}, "part", "${name} ${index}", "", "")`);
  });
  return `sum by (${by.join(', ')}) (${parts.flat().join(' or ')})`;
}

/** The same, with 0 where nothing was counted, and nothing where the part itself is unknown. */
export function growthOf(job: string, ...names: readonly string[]): string {
  return `${growth({ names })} or on () (0 * max(up{job="${job}"}))`;
}

/** What the collector's exporters count when something is lost: refused for good, or no room in the queue. */
export const lossCounters = {
  refused: signals('otelcol_exporter_send_failed'),
  noRoom: signals('otelcol_exporter_enqueue_failed'),
} as const;

/** One counter for each signal. */
export function signals(name: string): string[] {
  return ['log_records', 'metric_points', 'spans'].map((what) => `${name}_${what}`);
}

/** How much of each of the collector's queues has been there for ten minutes: a queue that is emptied meanwhile has 0. */
export const waitingPercent =
  '100 * max by (exporter, data_type) (min_over_time(otelcol_exporter_queue_size[10m]) / otelcol_exporter_queue_capacity)';

/**
 * How long ago each part answered last, for parts that did in the last week: one that was never started is not missed,
 * and one that is gone altogether is. To the minute in the first hour, to a quarter of an hour later.
 */
export const minutesAway = `(time() - max by (job) (${lastUp('1h:1m')} or ${lastUp('7d:15m')})) / 60`;

function lastUp(window: string): string {
  return `max_over_time(timestamp(up == 1)[${window}])`;
}

import { wholeRange, withIdentity } from './identity.ts';
import { type Metric, metrics } from './metrics.ts';

export interface TotalOptions {
  metric: Metric;
  /** Labels to group by. `project` and `user` come from the client, else from hooks, see `identity.ts`. */
  by?: readonly string[];
  /** Label matchers between the braces, such as `type="input"`. */
  filter?: string;
  /** A PromQL duration. The total covers (end − range, end]. */
  range?: string;
  /** The end as Unix time in milliseconds, instead of the time of the query. */
  endMs?: number;
  /** Covers (time, time + range] instead: a bar then stands at its beginning. */
  ahead?: boolean;
}

/**
 * The one way to a total of a claude_code counter: exact, for cumulative, delta and mixed clients.
 *
 * The collector gives each cumulative series the label `start_ms`, so it has one writer, begins at 0 and never resets.
 * What it counted within a range is its last value minus its last value before; a series that did not exist before
 * counts from 0, one that ended earlier has no partner and drops out. Delta points are added up. `increase()` and
 * `rate()` would extrapolate, and miss every session that exported once. Ranges are open on the left, so bars tile.
 *
 * A cumulative series that was silent for more than 7 days and then goes on counts as new (a laptop that slept).
 */
export function total({ by = [], ...what }: TotalOptions): string {
  const needsIdentity = by.includes('project') || by.includes('user');
  return needsIdentity ? withIdentity({ ...what, by, increments: increments(what) }) : sumBy(by, increments(what));
}

/** Bars that add up to the total: one each `$__interval`, standing at its beginning, none after the panel's end. */
export function bars(what: Omit<TotalOptions, 'range' | 'endMs' | 'ahead'>): string {
  // A range query also asks for the end itself. Its bar would lie behind the end.
  return `${total({ ...what, range: '$__interval', ahead: true })}\nand on () (vector(time()) < $\{__to} / 1000)`;
}

/** `sum by (a, b) (expression)`, or `sum (expression)`. */
export function sumBy(labels: readonly string[], expression: string): string {
  return `sum ${labels.length > 0 ? `by (${labels.join(', ')}) ` : ''}(${expression})`;
}

function increments({
  metric,
  filter = '',
  range = wholeRange,
  endMs,
  ahead = false,
}: Omit<TotalOptions, 'by'>): string {
  const at = endMs === undefined ? '' : ` @ ${endMs / 1000}`;
  const series = (temporality: string, window: string, offset?: string) =>
    `${metrics[metric]}{${[`temporality="${temporality}"`, filter].filter(Boolean).join(',')}}[${window}]${at}${offset ? ` offset ${offset}` : ''}`;
  const end = ahead ? `-${range}` : undefined;
  const begin = ahead ? undefined : range;
  const last = `last_over_time(${series('cumulative', range, end)})`;
  const before = `last_over_time(${series('cumulative', '7d', begin)})`;
  const delta = `sum_over_time(${series('delta', range, end)})`;
  return `(${last} - (${before} or ${last} * 0)) or ${delta}`;
}

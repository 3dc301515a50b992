import { type CountOptions, countOf, type EventsOptions, events, maxOf, quantileOf, sumOf } from './events.ts';
import { metricScope, modelScope, sessionScope } from './scope.ts';
import { bars, type TotalOptions, total } from './total.ts';

/** The totals and events of what a dashboard's variables choose. */

export function chosenTotal(what: TotalOptions): string {
  return total({ ...what, filter: both(metricScope(what.metric), what.filter) });
}

export function chosenBars(what: Omit<TotalOptions, 'range'>): string {
  return bars({ ...what, filter: both(metricScope(what.metric), what.filter) });
}

/** The largest ones of a vector. */
export function top(count: number, vector: string): string {
  return `topk(${count}, ${vector})`;
}

/** A label's empty value gets a name: what no subagent spent, the main conversation spent. */
export function calling(label: string, name: string, vector: string): string {
  return `label_replace(${vector}, "${label}", "${name}", "${label}", "")`;
}

/** The share of input tokens that came from the cache. */
export function cacheHitRatio(by: readonly string[] = []): string {
  const read = chosenTotal({ metric: 'tokens', by, filter: 'type="cacheRead"' });
  return `${read} / (${chosenTotal({ metric: 'tokens', by, filter: 'type=~"cacheRead|cacheCreation|input"' })} > 0)`;
}

export const chosenEvents = (what: EventsOptions) => events(scoped(what));
export const chosenCount = (what: CountOptions) => countOf(scoped(what));
export const chosenSum = (what: CountOptions & { field: string }) => sumOf(scoped(what));
export const chosenMax = (what: CountOptions & { field: string }) => maxOf(scoped(what));
export const chosenQuantile = (what: CountOptions & { field: string; quantile: number }) => quantileOf(scoped(what));

function scoped<What extends EventsOptions>(what: What): What {
  const isApi = typeof what.name === 'string' && what.name.startsWith('api_');
  const scope = isApi ? modelScope : sessionScope;
  return { ...what, where: [scope, what.where].filter(Boolean).join(' ') };
}

function both(a: string, b?: string): string {
  return b ? `${a},${b}` : a;
}

import { formatTerm } from './format.ts';
import type { Filter } from './grammar.ts';

/** How many hits the filter would have without each of its terms; `countOf` asks the store or a list. */
export function filterTermHits(filter: Filter, countOf: (filter: Filter) => number): number[] {
  return filter.terms.map((_, index) => countOf(withoutTerm(filter, index)));
}

function withoutTerm(filter: Filter, index: number): Filter {
  return { terms: filter.terms.filter((_, at) => at !== index) };
}

export interface EmptyReason {
  /** The term to drop: without it there are the most hits. */
  readonly term: string;
  readonly index: number;
  readonly hits: number;
}

/** Why a filter finds nothing: the one term whose absence would. Nothing when no single one is to blame. */
export function explainEmpty(filter: Filter, hitsWithout: readonly number[]): EmptyReason | undefined {
  let best: EmptyReason | undefined;
  for (const [index, term] of filter.terms.entries()) {
    const hits = hitsWithout[index] ?? 0;
    if (hits > (best?.hits ?? 0)) best = { term: formatTerm(term), index, hits };
  }
  return best;
}

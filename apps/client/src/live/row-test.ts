import { type Filter, type FilterContext, matches } from '@telltale/core';
import type { RowTest } from '../data/feed.ts';
import type { FeedRow, KeptEvent } from '../data/feed-row.ts';

/**
 * A filter asks about events; a row is an action of several. A term holds for the row when it holds for one
 * of them, a negated one when it holds for none: `-outcome:failed` hides the whole call that failed.
 */
export function rowTest(filter: Filter, context: Omit<FilterContext<KeptEvent>, 'searchTextOf'>): RowTest {
  const terms = filter.terms.map((term) => ({ negated: term.negated, asks: { terms: [{ ...term, negated: false }] } }));
  const whole = { ...context, searchTextOf: (event: KeptEvent) => event.searchText };
  return (row: FeedRow) =>
    terms.every(({ negated, asks }) => negated !== row.events.some((event) => matches(asks, event, whole)));
}

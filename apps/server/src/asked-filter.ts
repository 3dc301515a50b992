import { type Filter, parseFilter, withMe } from '@telltale/core';

/** Each term is a condition in SQL, which takes no more than a thousand of them. */
const maxTerms = 50;

export interface FilterReader {
  /** Dates without a zone are this one's. */
  timeZone: string;
  /** Who `user:me` is, where that is known. */
  me: string | undefined;
}

/** The filter of a query or a subscription. */
export function readAskedFilter(text: string, { timeZone, me }: FilterReader): Filter | { error: string } {
  const { filter, errors } = withMe(parseFilter(text, { timeZone }), me);
  if (errors.length > 0) return { error: errors.map((error) => error.message).join('; ') };
  if (filter.terms.length <= maxTerms) return filter;
  return { error: `a filter has at most ${maxTerms} terms, this has ${filter.terms.length}` };
}

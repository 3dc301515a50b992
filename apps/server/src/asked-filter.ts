import { type Filter, parseFilter } from '@telltale/core';

/** Each term is a condition in SQL, which takes no more than a thousand of them. */
const maxTerms = 50;

/** The filter of a query or a subscription; dates without a zone are the zone's own. */
export function readAskedFilter(text: string, timeZone: string): Filter | { error: string } {
  const { filter, errors } = parseFilter(text, { timeZone });
  if (errors.length > 0) return { error: errors.map((error) => error.message).join('; ') };
  if (filter.terms.length <= maxTerms) return filter;
  return { error: `a filter has at most ${maxTerms} terms, this has ${filter.terms.length}` };
}

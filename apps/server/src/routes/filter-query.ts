import { type Filter, formatPattern } from '@telltale/core';
import { type FilterReader, readAskedFilter } from '../asked-filter.ts';
import { textUpTo } from './route.ts';

/** The two ways to ask for text, in every list's query. */
export const filterParameters = {
  filter: textUpTo(2000).optional().describe('The filter grammar: app:api tool:Bash -outcome:ok "timeout"'),
  q: textUpTo(500).optional().describe('Plain text that must occur'),
};

export interface FilterQuery {
  filter?: string | undefined;
  q?: string | undefined;
}

/** Both as one filter; `error` says in words which term could not be read. */
export function readFilter({ filter, q }: FilterQuery, reader: FilterReader): { filter?: Filter } | { error: string } {
  const plain = q?.trim() ? formatPattern([q.trim()], true) : '';
  const text = [filter, plain].filter(Boolean).join(' ');
  const read = readAskedFilter(text, reader);
  if ('error' in read) return { error: `filter: ${read.error}` };
  return read.terms.length > 0 ? { filter: read } : {};
}

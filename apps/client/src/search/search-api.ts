import { type SearchAnswer, searchAnswerSchema } from '@telltale/core/search-view';
import { get } from '../data/api.ts';

export interface SearchAsked {
  q: string;
  kind?: string;
  app?: string;
  tool?: string;
  model?: string;
  user?: string;
  session?: string;
  from?: string;
  to?: string;
  filter?: string;
  order?: string;
  cursor?: string;
  limit?: number;
}

export function search(asked: SearchAsked): Promise<SearchAnswer> {
  return get('/api/search', { ...asked }, searchAnswerSchema);
}

import type { LocationQuery } from 'vue-router';
import type { SearchAsked } from './search-api.ts';

/** What the address asks for. */
const askedKeys = ['q', 'kind', 'app', 'tool', 'model', 'user', 'session', 'filter', 'since', 'order'] as const;
type AskedKey = (typeof askedKeys)[number];
export type Asked = Partial<Record<AskedKey, string>>;

/** Conditions that a facet or a chip shows. */
export const conditionKeys = ['kind', 'app', 'tool', 'model', 'user', 'session', 'since', 'filter'] as const;

export const times = [
  { value: '1d', words: 'last 24 h', ms: 86_400_000 },
  { value: '7d', words: 'last 7 days', ms: 7 * 86_400_000 },
  { value: '30d', words: 'last 30 days', ms: 30 * 86_400_000 },
] as const;

export function askedOf(query: LocationQuery): Asked {
  const asked: Asked = {};
  for (const key of askedKeys) {
    const value = query[key];
    if (typeof value === 'string' && value !== '') asked[key] = value;
  }
  return asked;
}

/** The same for the service; "last 7 days" is from now on backwards. */
export function requestOf({ q = '', since, ...asked }: Asked, nowMs: number): SearchAsked {
  const time = times.find(({ value }) => value === since);
  return { q, ...asked, ...(time && { from: new Date(nowMs - time.ms).toISOString() }) };
}

import { setImmediate } from 'node:timers/promises';
import type { TelltaleEvent } from '@telltale/core';
import type { EventQuery, Page, Store } from './store.ts';

/** Looked through at a time: tens of milliseconds for the dearest filter, and others are served in between. */
export const lookedAtPerTurn = 5000;

/**
 * A page of a filter that few events pass: looks through the store in turns, so that nobody who sends an event waits for
 * whoever searches. After `maxMs` the page is what was found so far, and `next` goes on from there.
 */
export async function patientPage(
  store: Pick<Store, 'events'>,
  query: EventQuery,
  maxMs = 10_000,
): Promise<Page<TelltaleEvent, number>> {
  const isSearch = query.text !== undefined || (query.filter?.terms.length ?? 0) > 0;
  if (!isSearch) return store.events(query);
  const until = performance.now() + maxMs;
  const items: TelltaleEvent[] = [];
  for (let cursor: { after?: number; before?: number } = {}; ; ) {
    const limit = query.limit - items.length;
    const page = store.events({ ...query, ...cursor, limit, maxLookedAt: lookedAtPerTurn });
    items.push(...page.items);
    if (page.next === null || items.length >= query.limit || performance.now() > until)
      return { items, next: page.next };
    cursor = query.order === 'asc' ? { after: page.next } : { before: page.next };
    await setImmediate();
  }
}

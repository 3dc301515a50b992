import { type Filter, matches, type Session, searchTextOf, type TelltaleEvent } from '@telltale/core';
import { readAskedFilter } from '../asked-filter.ts';
import type { Store } from '../store/store.ts';

/** What one subscription wants to hear. */
export interface Selection {
  /** Equal texts select equal events, so their frames are shared. */
  readonly text: string;
  /** Absent: everything. */
  readonly filter?: Filter;
  select(events: readonly TelltaleEvent[]): readonly TelltaleEvent[];
}

export interface SelectionContext {
  store: Store;
  now: () => number;
  timeZone: string;
  /** Who `user:me` is, where that is known. */
  me: string | undefined;
}

/** Reads a subscription's filter; `error` says in words which term could not be read. */
export function parseSelection(
  text: string,
  { store, now, timeZone, me }: SelectionContext,
): Selection | { error: string } {
  const filter = readAskedFilter(text, { timeZone, me });
  if ('error' in filter) return filter;
  if (filter.terms.length === 0) return { text: '', select: (events) => events };
  return {
    // The same words mean others to another person.
    text: JSON.stringify([text.trim(), me]),
    filter,
    select(events) {
      const context = contextOf(store, now());
      return events.filter((event) => matches(filter, event, context));
    },
  };
}

/** Sessions are looked up where a term asks for one, once for all events of a batch. */
function contextOf(store: Store, now: number) {
  const sessions = new Map<string, Session | undefined>();
  return {
    now,
    sessionOf(id: string) {
      if (!sessions.has(id)) sessions.set(id, store.session(id, now));
      return sessions.get(id);
    },
    searchTextOf: (event: TelltaleEvent) => searchTextOf({ ...event, payload: event.payload ?? {} }),
  };
}

import { eventPageSchema, isBookkeeping, type TelltaleEvent } from '@telltale/core';
import type { Service } from './service.ts';

export interface TellerOptions {
  /** In the grammar of the page; empty: everything. */
  filter: string;
  /** How many of the newest come first. */
  last: number;
  /** Also what the client tells of itself, hooks and plugins. */
  isWhole: boolean;
  onEvent(event: TelltaleEvent): void;
}

const pageSize = 1000;

/** Tells events in the order of their arrival: those that came by the socket, and those that have to be asked for. */
export function createTeller(service: Service, { filter, last, isWhole, onEvent }: TellerOptions) {
  const isTold = ({ source, name }: TelltaleEvent) => isWhole || source !== 'otel' || !isBookkeeping(name);

  function tell(event: TelltaleEvent): void {
    if (isTold(event)) onEvent(event);
  }

  function pageOf(place: 'before' | 'after', seq: number, limit: number) {
    const query = new URLSearchParams({ filter, [place]: String(seq), limit: String(limit) });
    return service.get(`/api/events?${query}`, eventPageSchema);
  }

  return {
    tell,

    /** The newest up to a `seq`. */
    async tellLast(seq: number): Promise<void> {
      const found: TelltaleEvent[] = [];
      for (let before: number | null = seq + 1; before !== null && found.length < last; ) {
        const { events, next } = await pageOf('before', before, last);
        found.push(...events.filter(isTold));
        before = next;
      }
      for (const event of found.slice(0, last).reverse()) tell(event);
    },

    /** All behind the first up to the second. */
    async tellBetween(from: number, to: number): Promise<void> {
      for (let after: number | null = from; after !== null && after < to; ) {
        const { events, next }: { events: TelltaleEvent[]; next: number | null } = await pageOf(
          'after',
          after,
          pageSize,
        );
        for (const event of events) if (event.seq <= to) tell(event);
        after = next;
      }
    },
  };
}

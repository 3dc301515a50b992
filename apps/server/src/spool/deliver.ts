import { isRejection } from '@telltale/core';
import type { Ingest } from '../ingest.ts';
import { headersOf, readSender } from '../intake/sender.ts';
import type { Delivery, SpoolOptions } from './spool.ts';

/** Whoever brings events says whether they could be stored. */
export interface Storing {
  failed(error: unknown): void;
  worked(): void;
}

/** A spooled event goes the way of a posted one. */
export function deliverTo(ingest: Ingest, storing: Storing, now: () => number): SpoolOptions['deliver'] {
  return async (body, head, at): Promise<Delivery> => {
    try {
      const context = readSender({ ...headersOf(head), ...(at && { 'telltale-at': at }) }, now());
      const result = await ingest.hook(body, context);
      storing.worked();
      return isRejection(result) ? 'rejected' : 'stored';
    } catch (error) {
      // The event waits; with a storage that works again it is taken.
      storing.failed(error);
      return 'later';
    }
  };
}

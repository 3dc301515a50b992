import type { TelltaleEvent } from '@telltale/core';
import { eventBytes, eventsFrame } from './frame.ts';
import type { Selection } from './selection.ts';

/** Events that are told together. Each is serialised once, and each distinct filter is asked once. */
export interface Batch {
  /** `seq` of the first and the last event. */
  readonly from: number;
  readonly upTo: number;
  /** The frame of what the selection lets through behind `cursor`; undefined when that is nothing. */
  frameFor(selection: Selection, cursor: number): Buffer | undefined;
}

/** `events` must not be empty and must be in order of `seq`, behind `from`. */
export function createBatch(events: readonly TelltaleEvent[], from: number): Batch {
  const upTo = events.at(-1)?.seq ?? from;
  const known = new Map<number, Buffer>();
  const frames = new Map<string, Buffer | undefined>();

  const bytesOf = (event: TelltaleEvent) => {
    const bytes = known.get(event.seq) ?? eventBytes(event);
    known.set(event.seq, bytes);
    return bytes;
  };
  const build = (selection: Selection, cursor: number) => {
    const chosen = selection.select(events.filter((event) => event.seq > cursor)).map(bytesOf);
    return chosen.length > 0 ? eventsFrame(chosen, upTo) : undefined;
  };

  return {
    from,
    upTo,
    frameFor(selection, cursor) {
      // Who replayed beyond the start of this batch gets a frame of their own, once.
      if (cursor >= from) return build(selection, cursor);
      if (!frames.has(selection.text)) frames.set(selection.text, build(selection, cursor));
      return frames.get(selection.text);
    },
  };
}

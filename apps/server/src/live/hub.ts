import type { LiveRequest, TelltaleEvent } from '@telltale/core';
import type { Store } from '../store/store.ts';
import { createBatch } from './batch.ts';
import { frameOf } from './frame.ts';
import { noEvents, numbersPeer } from './numbers-peer.ts';
import { parseSelection } from './selection.ts';
import { createSessionFeed } from './session-feed.ts';
import { createViewer, type Peer, type Viewer } from './viewer.ts';

export interface HubOptions {
  store: Store;
  version: string;
  now?: () => number;
  /** Cuts the days of filters. */
  timeZone?: string;
  /** How long events wait for company before they are told together. */
  batchMs?: number;
  /** How often changed sessions are told. */
  sessionsMs?: number;
  /** How often a filtered cursor is moved on. */
  beatMs?: number;
  maxBacklogBytes?: number;
  maxReplayEvents?: number;
  /** What failed while viewers were told; ingest goes on. */
  onProblem?: (error: unknown) => void;
}

/** A place in the hub; `subscribe` answers why it could not, in words. */
export interface Seat {
  subscribe(request: LiveRequest['subscribe']): { error: string } | undefined;
  leave(): void;
}

const maxBatchEvents = 1000;
const pageSize = 1000;
/** Every so many beats a line that would be silent carries one, too. */
const beatsPerSign = 3;

/**
 * Tells viewers what was stored. Live is replay plus tail: what is published here is only a hint to look,
 * and what was not handed over is read from the store, so a viewer can miss nothing that has a `seq`.
 */
export function createHub(options: HubOptions) {
  const { store, version, now = Date.now, timeZone = 'UTC', batchMs = 30, sessionsMs = 250, beatMs = 5000 } = options;
  const { maxBacklogBytes = 4 << 20, maxReplayEvents = 20_000, onProblem = () => {} } = options;
  const viewers = new Set<Viewer>();
  const sessions = createSessionFeed(store, now);
  let pending: TelltaleEvent[] = [];
  let flushTimer: NodeJS.Timeout | undefined;
  /** Every viewer that tails was offered everything up to here. */
  let offeredUpTo = store.seq;
  let beats = 0;

  function flush(): void {
    clearTimeout(flushTimer);
    flushTimer = undefined;
    const events = complete(pending, offeredUpTo, store);
    pending = [];
    const upTo = events.at(-1)?.seq;
    if (upTo === undefined) return;
    const batch = createBatch(events, offeredUpTo + 1);
    offeredUpTo = upTo;
    each((viewer) => viewer.offer(batch));
  }

  /** One viewer's filter or line that fails ends that line, and no other. */
  function each(tell: (viewer: Viewer) => void): void {
    for (const viewer of viewers) {
      try {
        tell(viewer);
      } catch (error) {
        onProblem(error);
        viewer.end();
      }
    }
  }

  function safely(work: () => void): void {
    try {
      work();
    } catch (error) {
      onProblem(error);
    }
  }

  function tellSessions(): void {
    if (viewers.size === 0) return;
    const changed = sessions.take();
    const frame = frameOf({ sessions: changed });
    const ids = changed.map(({ id }) => id);
    each((viewer) => {
      if (ids.length > 0) viewer.tellSessions(frame, ids);
      viewer.settle();
    });
  }

  function beat(): void {
    beats++;
    if (viewers.size > 0) sessions.lookAtClock();
    each((viewer) => viewer.beat(offeredUpTo, beats % beatsPerSign === 0));
  }

  const sessionTimer = setInterval(() => safely(tellSessions), sessionsMs).unref();
  const beatTimer = setInterval(() => safely(beat), beatMs).unref();

  return {
    get viewers() {
      return viewers.size;
    },

    /** Events that the store has committed, in any order. */
    publish(events: readonly TelltaleEvent[]): void {
      if (viewers.size === 0) {
        for (const { seq } of events) offeredUpTo = Math.max(offeredUpTo, seq);
        return;
      }
      for (const event of events) {
        pending.push(event);
        if (event.sessionId) sessions.touch(event.sessionId);
      }
      if (pending.length >= maxBatchEvents) safely(flush);
      else flushTimer ??= setTimeout(() => safely(flush), batchMs);
    },

    /** A session whose view changed otherwise, for example by its transcript. */
    touch(sessionId: string): void {
      if (viewers.size > 0) sessions.touch(sessionId);
    },

    deleted(sessionIds: string[]): void {
      // What still waits may be of these sessions: told afterwards, it would stand on the page for ever.
      safely(flush);
      const frame = frameOf({ deleted: sessionIds });
      each((viewer) => viewer.tellDeleted(frame));
    },

    join(far: Peer, { isNumbersOnly = false, me }: { isNumbersOnly?: boolean; me?: string | undefined } = {}): Seat {
      const peer = isNumbersOnly ? numbersPeer(far) : far;
      const viewer = createViewer(peer, { store, now, maxBacklogBytes, maxReplayEvents });
      viewers.add(viewer);
      peer.send(frameOf({ hello: { store: store.id, seq: store.seq, version, timeZone } }));
      return {
        subscribe(asked) {
          // What a filter lets through, and when, would tell of content.
          const { after, filter } = isNumbersOnly ? { after: store.seq, filter: '' } : asked;
          const selection = isNumbersOnly ? noEvents : parseSelection(filter ?? '', { store, now, timeZone, me });
          if ('error' in selection) return selection;
          try {
            viewer.subscribe({ selection, ...(after !== undefined && { after }) });
          } catch (error) {
            onProblem(error);
            return { error: 'the events could not be read; try a simpler filter' };
          }
          return undefined;
        },
        leave() {
          viewer.leave();
          viewers.delete(viewer);
        },
      };
    },

    close(): void {
      safely(flush);
      clearInterval(sessionTimer);
      clearInterval(beatTimer);
    },
  };
}

export type Hub = ReturnType<typeof createHub>;

/** What was published, in order of `seq` and without holes: what is lacking is read from the store. */
function complete(published: TelltaleEvent[], behind: number, store: Store): TelltaleEvent[] {
  const events = published.filter((event) => event.seq > behind).sort((a, b) => a.seq - b.seq);
  const upTo = events.at(-1)?.seq;
  if (upTo === undefined || events.length === upTo - behind) return events;
  const read: TelltaleEvent[] = [];
  for (let after = behind; after < upTo; ) {
    const page = store.events({ after, order: 'asc', limit: pageSize, now: 0 });
    read.push(...page.items);
    if (page.next === null) break;
    after = page.next;
  }
  return read;
}

import { setImmediate } from 'node:timers/promises';
import { maxLivePayloadBytes, type TelltaleEvent } from '@telltale/core';
import { isNote } from '../store/notes.ts';
import { lookedAtPerTurn } from '../store/patient-page.ts';
import type { EventQuery, Page, Store } from '../store/store.ts';
import type { Batch } from './batch.ts';
import { eventBytes, eventsFrame, frameOf } from './frame.ts';
import type { Selection } from './selection.ts';

/** The far end of a viewer, as much of a socket as the hub needs. */
export interface Peer {
  send(frame: Buffer): void;
  /** Bytes handed over that have not left the process. */
  readonly backlogBytes: number;
  /** Ends the line; the client comes back and resumes. */
  end(): void;
}

export interface ViewerOptions {
  store: Store;
  now: () => number;
  /** Above this many unsent bytes a viewer is skipped until it has drained to a quarter of it. */
  maxBacklogBytes: number;
  /** A replay sends at most this many events; the rest is told as skipped. */
  maxReplayEvents: number;
}

/** Resume from here; without `after` the last events come first. */
export interface Subscription {
  after?: number;
  selection: Selection;
}

const pageSize = 500;
/** So many events that make a row of their own come first, with the notes of the client between them. */
const firstLook = 200;
/** The first look goes back over so many events at most, notes and all. */
const maxFirstLook = 8000;
const owedPerFrame = 100;

/** One subscriber: replay from the store until it has caught up, then the tail. */
export function createViewer(peer: Peer, { store, now, maxBacklogBytes, maxReplayEvents }: ViewerOptions) {
  let state: 'silent' | 'replaying' | 'tailing' = 'silent';
  let selection: Selection | undefined;
  /** Everything up to here was sent, filtered out or told as skipped. */
  let cursor = 0;
  /** The last `upTo` that the peer was told. */
  let toldUpTo = 0;
  let skippedFrom: number | undefined;
  let subscriptions = 0;
  /** Sessions that changed while the peer was slow. */
  const owed = new Set<string>();

  const tell = (frame: Buffer, upTo: number) => {
    peer.send(frame);
    cursor = toldUpTo = upTo;
  };

  /** A filter that few events pass looks through the store in turns: who sends an event does not wait for it. */
  function read(query: Selection, part: Pick<EventQuery, 'order' | 'limit' | 'after' | 'before'>) {
    const search = query.filter && { filter: query.filter, maxLookedAt: lookedAtPerTurn };
    return store.events({ ...part, ...search, now: now(), maxPayloadBytes: maxLivePayloadBytes });
  }

  /** Pages are read and sent in one go, so nothing can be stored between the last page and the tail. */
  async function replay(mine: number, query: Selection): Promise<void> {
    for (let sent = 0; ; ) {
      const head = store.seq;
      const page = read(query, { after: cursor, order: 'asc', limit: pageSize });
      const last = Math.max(page.next ?? head, cursor);
      tell(eventsFrame(page.items.map(eventBytes), last), last);
      sent += page.items.length;
      if (page.next === null) break;
      if (sent >= maxReplayEvents) {
        peer.send(frameOf({ skipped: { from: cursor + 1, to: head } }));
        cursor = head;
        break;
      }
      await drained(peer, maxBacklogBytes / 4, () => mine === subscriptions);
      if (mine !== subscriptions) return;
    }
    state = 'tailing';
  }

  /** The last events up to the cursor, of which `newest` is the first turn; then what came while it looked. */
  async function lookBack(mine: number, query: Selection, newest: Page<TelltaleEvent, number>): Promise<void> {
    const events = [...newest.items];
    const lacking = () => firstLook - events.reduce((rows, event) => rows + (isNote(event) ? 0 : 1), 0);
    for (let { next } = newest; next !== null && lacking() > 0 && events.length < maxFirstLook; ) {
      await setImmediate();
      if (mine !== subscriptions) return;
      const older = read(query, { before: next, order: 'desc', limit: lacking() });
      events.push(...older.items);
      next = older.next;
    }
    tell(eventsFrame(events.reverse().map(eventBytes), cursor), cursor);
    if (store.seq > cursor) await replay(mine, query);
    else state = 'tailing';
  }

  /** Ends a time of skipping once the peer has drained. */
  function catchUp(upTo: number): void {
    if (skippedFrom === undefined || peer.backlogBytes > maxBacklogBytes / 4) return;
    if (upTo >= skippedFrom) peer.send(frameOf({ skipped: { from: skippedFrom, to: upTo } }));
    skippedFrom = undefined;
    cursor = Math.max(cursor, upTo);
  }

  return {
    subscribe(subscription: Subscription): void {
      subscriptions++;
      selection = subscription.selection;
      skippedFrom = undefined;
      state = 'replaying';
      // A cursor from before the database was replaced: the `store` of the hello says so, too.
      cursor = Math.min(subscription.after ?? store.seq, store.seq);
      const isFirst = subscription.after === undefined;
      if (isFirst && !selection.filter) cursor = store.lookBack(firstLook, maxFirstLook) - 1;
      const caughtUp =
        isFirst && selection.filter
          ? // The first turn is here, so that a filter which the store cannot ask is answered where it was sent.
            lookBack(subscriptions, selection, read(selection, { order: 'desc', limit: firstLook }))
          : replay(subscriptions, selection);
      // A store that cannot be read (closing, a broken disk) ends the line instead of leaving it silent.
      caughtUp.catch(() => peer.end());
    },

    offer(batch: Batch): void {
      if (state !== 'tailing' || !selection || batch.upTo <= cursor) return;
      catchUp(batch.from - 1);
      if (skippedFrom !== undefined) return;
      if (peer.backlogBytes > maxBacklogBytes) {
        skippedFrom = Math.max(batch.from, cursor + 1);
        return;
      }
      const frame = batch.frameFor(selection, cursor);
      if (frame) tell(frame, batch.upTo);
      else cursor = batch.upTo;
    },

    /** Moves a filtered cursor on, and shows that the line is alive. */
    beat(upTo: number, always: boolean): void {
      if (state !== 'tailing') return;
      catchUp(upTo);
      if (skippedFrom === undefined && (always || cursor > toldUpTo)) tell(eventsFrame([], cursor), cursor);
    },

    /** A frame about sessions, beside the events; while the peer is slow it is owed. */
    tellSessions(frame: Buffer, ids: readonly string[]): void {
      if (peer.backlogBytes <= maxBacklogBytes) peer.send(frame);
      else for (const id of ids) owed.add(id);
    },

    /** Never owed: told later it would take away what a session that goes on has been since. */
    tellDeleted(frame: Buffer): void {
      peer.send(frame);
    },

    /** What is owed to the peer once it has drained: sessions as they are now. */
    settle(): void {
      if (owed.size === 0 || peer.backlogBytes > maxBacklogBytes / 4) return;
      const ids = [...owed].slice(0, owedPerFrame);
      for (const id of ids) owed.delete(id);
      const sessions = ids.flatMap((id) => store.session(id, now()) ?? []);
      if (sessions.length > 0) peer.send(frameOf({ sessions }));
    },

    /** Ends the line: something about it failed, and the client can begin again. */
    end(): void {
      peer.end();
    },

    leave(): void {
      subscriptions++;
      state = 'silent';
    },
  };
}

export type Viewer = ReturnType<typeof createViewer>;

async function drained(peer: Peer, bytes: number, isWanted: () => boolean): Promise<void> {
  do {
    await new Promise((resolve) => setTimeout(resolve, peer.backlogBytes > bytes ? 20 : 0));
  } while (isWanted() && peer.backlogBytes > bytes);
}

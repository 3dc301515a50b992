import type { Hello, Session, TelltaleEvent } from '@telltale/core';
import { shallowReadonly, shallowRef, triggerRef } from 'vue';
import { api } from './api.ts';
import { createFeed, feedLimits } from './feed.ts';
import { createGaps } from './gap.ts';
import { goSignIn } from './go-sign-in.ts';
import { type ConnectionState, createLiveConnection, type LiveConnection, type Socket } from './live-connection.ts';
import { searchTextOf } from './search-text.ts';
import { createSessionList } from './session-list.ts';

/**
 * The page's one live connection and what came over it. Events are gathered and handed on once per
 * animation frame, whatever their rate; nothing in here is deeply reactive.
 */
export function useLive() {
  return live;
}

type EventsListener = (events: readonly TelltaleEvent[]) => void;

const connection = shallowRef<ConnectionState>({ phase: 'connecting' });
const sessions = shallowRef<readonly Session[]>([]);
const sessionsLoaded = shallowRef(false);
const feedVersion = shallowRef(0);
/** Events that the service skipped for this viewer and that could not be fetched yet. */
const missing = shallowRef(0);
const hello = shallowRef<Hello>();
/** The service spoke in a way that this page does not know: it is of another version. */
const isOutdated = shallowRef(false);
/** Ids of the sessions that were deleted last. */
const deleted = shallowRef<readonly string[]>([]);
/** `seq` up to which the page has heard everything. */
const upTo = shallowRef(0);

/** How the service closes the line of who is no longer signed in. */
const shownOut = 4401;
/** Showing what came costs more than a frame and a half: events come faster than they can be shown. */
const busyMs = 25;
/** So many at once are pouring in; fewer are drawn in the next frame, whatever the machine is busy with. */
const pouringEvents = 12;

const feed = createFeed(feedLimits, searchTextOf);
const sessionList = createSessionList();
const gaps = createGaps({
  fetchPage: (after, limit) => api.events({ after, limit, order: 'asc' }),
  onEvents(events) {
    for (const event of events) queue.push(event);
    schedule();
  },
  onTooWide() {
    queue = [];
    feed.clear();
    feedVersion.value += 1;
  },
  onMissing(count) {
    missing.value = count;
  },
});
const listeners = new Set<EventsListener>();
let queue: TelltaleEvent[] = [];
let sessionsChanged = false;
let isListed = false;
let isCardsTurn = false;
let isPouring = false;
let isScheduled = false;
let restUntil = 0;
let started: LiveConnection | undefined;

const live = {
  connection: shallowReadonly(connection),
  hello: shallowReadonly(hello),
  upTo: shallowReadonly(upTo),
  missing: shallowReadonly(missing),
  isOutdated: shallowReadonly(isOutdated),
  deleted: shallowReadonly(deleted),
  /** All sessions heard of, newest first; replaced when one changes. */
  sessions: shallowReadonly(sessions),
  /** False until the first list has come: then "no sessions" is true. */
  sessionsLoaded: shallowReadonly(sessionsLoaded),
  /** One session as it stands now; reactive through `sessions`. */
  session(id: string): Session | undefined {
    sessions.value;
    return sessionList.get(id);
  },
  feed,
  /** Read it to be told of new rows; the rows are in `feed.rows`. */
  feedVersion: shallowReadonly(feedVersion),
  touchFeed: () => triggerRef(feedVersion),
  /** Calls back with each frame's new events, until the returned function is called. */
  onEvents(listener: EventsListener): () => void {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },
  start,
  retryNow: () => started?.retryNow(),
  /** Asks for the list of sessions anew: an import brings some without an event. */
  reloadSessions: loadSessions,
  forget: (id: string) => drop([id]),
};

function start(): void {
  if (started) return;
  started = createLiveConnection({
    openSocket,
    listener: {
      onReset: reset,
      onHello(said) {
        hello.value = said;
        void loadSessions();
        gaps.retry();
      },
      onEvents(events, cursor) {
        for (const event of events) queue.push(event);
        if (cursor > upTo.value) upTo.value = cursor;
        if (events.length > 0) schedule();
      },
      onSkipped(from, to) {
        gaps.add(from, to);
      },
      onSessions(changed) {
        sessionList.update(changed);
        sessionsChanged = true;
        schedule();
      },
      onDeleted: drop,
      onUnreadable: () => {
        isOutdated.value = true;
      },
      onState: (state) => {
        connection.value = state;
      },
    },
  });
  setInterval(() => started?.checkPulse(), 10_000);
  addEventListener('online', () => started?.checkPulse());
  document.addEventListener('visibilitychange', () => {
    if (!document.hidden) started?.checkPulse();
  });
}

function openSocket(): Socket {
  const socket = new WebSocket(`${location.origin.replace(/^http/, 'ws')}/live`);
  socket.addEventListener('close', ({ code }) => {
    if (code !== shownOut) return;
    // The way to the sign-in takes a moment: the line is not tried again meanwhile.
    started?.close();
    goSignIn();
  });
  return socket as Socket;
}

async function loadSessions(): Promise<void> {
  const began = sessionList.mark();
  try {
    const page = await api.sessions({ limit: 500 });
    sessionList.load(page.sessions, began);
    isListed = true;
    sessionsChanged = true;
    schedule();
  } catch {
    // The connection is lost again and says so; its next greeting loads the list.
  }
}

function reset(): void {
  queue = [];
  gaps.clear();
  feed.clear();
  sessionList.clear();
  sessionsChanged = true;
  upTo.value = 0;
  feedVersion.value += 1;
  schedule();
}

function drop(ids: readonly string[]): void {
  deleted.value = ids;
  sessionList.remove(ids);
  feed.removeSessions(new Set(ids));
  sessionsChanged = true;
  feedVersion.value += 1;
  schedule();
}

/**
 * A hidden tab gets no animation frames, but its title and its notices must go on. A page that takes long to
 * show what came is given twice that time for everything else: keys and clicks first.
 */
function schedule(): void {
  if (isScheduled) return;
  isScheduled = true;
  const wait = document.hidden ? 250 : Math.min(250, restUntil - performance.now());
  if (wait <= 16) requestAnimationFrame(flush);
  else setTimeout(flush, wait);
}

function flush(): void {
  isScheduled = false;
  const began = performance.now();
  handOn();
  // A task behind the frame that this one caused: script, layout and paint have been paid for.
  requestAnimationFrame(() =>
    setTimeout(() => {
      const cost = performance.now() - began;
      restUntil = isPouring && cost > busyMs ? performance.now() + 2 * cost : 0;
    }),
  );
}

/** While events pour in, rows in one frame and cards in the next: together they would keep a key waiting twice as long. */
function handOn(): void {
  if (queue.length > 0) isPouring = queue.length >= pouringEvents;
  const isCards = sessionsChanged && (!isPouring || isCardsTurn || queue.length === 0);
  const isRows = queue.length > 0 && !(isPouring && isCards);
  if (isCards) handOnSessions();
  if (isRows) handOnEvents();
  isCardsTurn = !isCards;
  if (sessionsChanged || queue.length > 0) schedule();
}

function handOnSessions(): void {
  sessionsChanged = false;
  sessions.value = sessionList.all();
  sessionsLoaded.value = isListed;
}

function handOnEvents(): void {
  const events = queue;
  queue = [];
  feed.append(events);
  feedVersion.value += 1;
  for (const listener of listeners) listener(events);
}

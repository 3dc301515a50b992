import { type Hello, type LiveMessage, liveMessageSchema, type Session, type TelltaleEvent } from '@telltale/core';

export type ConnectionState =
  | { phase: 'connecting' }
  | { phase: 'live' }
  /** `retryAt` is when the next attempt starts, ms since 1970. */
  | { phase: 'lost'; since: number; retryAt: number };

/** The part of a WebSocket that the connection uses. */
export interface Socket {
  onopen: (() => void) | null;
  onmessage: ((message: { data: unknown }) => void) | null;
  onclose: (() => void) | null;
  send(text: string): void;
  close(): void;
}

export interface LiveListener {
  /** The store was replaced or the gap is too wide: forget everything that was received. */
  onReset(): void;
  onHello(hello: Hello): void;
  onEvents(events: readonly TelltaleEvent[], upTo: number): void;
  onSkipped(from: number, to: number): void;
  onSessions(sessions: readonly Session[]): void;
  onDeleted(ids: readonly string[]): void;
  /** A frame in a shape that this page does not know: the service is of another version. */
  onUnreadable(): void;
  onState(state: ConnectionState): void;
}

export interface LiveOptions {
  openSocket: () => Socket;
  listener: LiveListener;
  now?: () => number;
  /** Between 0 and 1, spreads the attempts of many viewers. */
  random?: () => number;
}

export interface LiveConnection {
  retryNow(): void;
  /** Reconnects when nothing was heard for too long: a laptop that slept keeps a dead socket open. */
  checkPulse(): void;
  close(): void;
}

const firstDelayMs = 500;
const longestDelayMs = 15_000;
/** The service moves the cursor more often than this, events or not. */
export const silenceMs = 45_000;
/** A wider gap is not replayed event by event: the page starts over with the newest. */
export const widestGap = 20_000;

/** Keeps one subscription alive: resumes from the last cursor, starts over when the store has changed. */
export function createLiveConnection(options: LiveOptions): LiveConnection {
  const { listener, openSocket, now = Date.now, random = Math.random } = options;
  let socket: Socket | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let attempts = 0;
  let lostSince: number | undefined;
  let heardAt = now();
  let store: string | undefined;
  let cursor: number | undefined;
  let closed = false;

  connect();
  return { retryNow, checkPulse, close };

  function connect(): void {
    clearTimeout(timer);
    if (lostSince === undefined) listener.onState({ phase: 'connecting' });
    heardAt = now();
    const opened = openSocket();
    socket = opened;
    opened.onmessage = (message) => {
      if (socket === opened) hear(message.data);
    };
    opened.onclose = () => {
      if (socket === opened) lose();
    };
  }

  function lose(): void {
    socket = undefined;
    if (closed) return;
    lostSince ??= now();
    const delay = Math.min(longestDelayMs, firstDelayMs * 2 ** attempts) * (0.75 + random() / 2);
    attempts += 1;
    listener.onState({ phase: 'lost', since: lostSince, retryAt: now() + delay });
    timer = setTimeout(connect, delay);
  }

  function hear(data: unknown): void {
    heardAt = now();
    const message = read(data);
    if (!message) {
      listener.onUnreadable();
      return;
    }
    if ('hello' in message) greet(message.hello);
    else if ('events' in message) {
      cursor = Math.max(cursor ?? 0, message.upTo);
      listener.onEvents(message.events, message.upTo);
    } else if ('skipped' in message) {
      cursor = Math.max(cursor ?? 0, message.skipped.to);
      listener.onSkipped(message.skipped.from, message.skipped.to);
    } else if ('sessions' in message) listener.onSessions(message.sessions);
    else if ('deleted' in message) listener.onDeleted(message.deleted);
  }

  function greet(hello: Hello): void {
    const startOver = store !== hello.store || cursor === undefined || hello.seq - cursor > widestGap;
    if (store !== undefined && startOver) listener.onReset();
    if (startOver) cursor = undefined;
    store = hello.store;
    attempts = 0;
    lostSince = undefined;
    socket?.send(JSON.stringify({ subscribe: cursor === undefined ? {} : { after: cursor } }));
    listener.onHello(hello);
    listener.onState({ phase: 'live' });
  }

  function retryNow(): void {
    if (closed || socket) return;
    attempts = 0;
    connect();
  }

  function checkPulse(): void {
    if (!socket) retryNow();
    else if (now() - heardAt > silenceMs) {
      const dead = socket;
      lose();
      dead.close();
      retryNow();
    }
  }

  function close(): void {
    closed = true;
    clearTimeout(timer);
    socket?.close();
    socket = undefined;
  }
}

function read(data: unknown): LiveMessage | undefined {
  if (typeof data !== 'string') return undefined;
  try {
    return liveMessageSchema.safeParse(JSON.parse(data)).data;
  } catch {
    // Not JSON: another program answers on this port. The silence check reconnects.
    return undefined;
  }
}

import { setTimeout as sleep } from 'node:timers/promises';
import {
  eventPageSchema,
  isBookkeeping,
  type LiveMessage,
  liveMessageSchema,
  type TelltaleEvent,
} from '@telltale/core';
import WebSocket from 'ws';
import { Problem } from './problem.ts';
import { noService, type Service } from './service.ts';

export interface FollowOptions {
  filter: string;
  /** How many of the newest come first. */
  last: number;
  /** Also what the client tells of itself, hooks and plugins. */
  isWhole: boolean;
  onEvent(event: TelltaleEvent): void;
  onNote(note: string): void;
}

/** Up to where events were told, in which database. */
interface Cursor {
  store: string;
  after: number;
}

const silenceMs = 45_000;
const firstPauseMs = 250;
const longestPauseMs = 10_000;
const pageSize = 1000;

/** Tells what comes, each event once, also across restarts of the service; throws where it cannot begin. */
export async function follow(service: Service, options: FollowOptions): Promise<never> {
  let cursor: Cursor | undefined;
  let pauseMs = firstPauseMs;
  for (;;) {
    const isAgain = pauseMs > firstPauseMs;
    const line = listen(service, cursor, {
      ...options,
      onOpen() {
        if (isAgain) options.onNote('connected again');
        pauseMs = firstPauseMs;
      },
    });
    const end = await line;
    if ('refused' in end && (end.isFinal || !cursor)) throw end.refused;
    cursor = end.cursor ?? cursor;
    if (pauseMs === firstPauseMs) options.onNote('the connection is lost; trying again');
    await sleep(pauseMs);
    pauseMs = Math.min(longestPauseMs, pauseMs * 2);
  }
}

/** How a line ended; what a service refuses will not work later either. */
type End = { cursor: Cursor | undefined } | { refused: unknown; isFinal: boolean; cursor?: Cursor };

function listen(service: Service, from: Cursor | undefined, options: FollowOptions & { onOpen(): void }): Promise<End> {
  const { url, token } = service;
  const socket = new WebSocket(`${url.replace(/^http/, 'ws')}/live`, {
    headers: token ? { authorization: `Bearer ${token}` } : {},
  });
  let cursor = from;
  return new Promise((resolve) => {
    // One after the other: some are answered by asking the service.
    let hearing: Promise<unknown> = Promise.resolve();
    let silence = setTimeout(() => socket.terminate(), silenceMs);
    const finish = (end: End) => {
      clearTimeout(silence);
      socket.terminate();
      resolve(end);
    };
    socket.on('message', (data) => {
      clearTimeout(silence);
      silence = setTimeout(() => socket.terminate(), silenceMs);
      const message = read(String(data));
      if (message) {
        hearing = hearing
          .then(() => hear(message))
          .catch((refused: unknown) =>
            finish({ refused, isFinal: refused instanceof Refused, ...(cursor && { cursor }) }),
          );
      }
    });
    socket.on('unexpected-response', (_, response) => {
      const why = `${url}/live answers ${response.statusCode}${response.statusCode === 401 ? ': set TELLTALE_TOKEN' : ''}.`;
      finish({ refused: new Problem(why), isFinal: response.statusCode !== 503 });
    });
    socket.on('error', (error) =>
      finish({ refused: new Problem(noService(error, url)), isFinal: false, ...(cursor && { cursor }) }),
    );
    socket.on('close', () => void hearing.then(() => finish({ cursor })));
  });

  async function hear(message: LiveMessage): Promise<void> {
    if ('hello' in message) {
      const { store, seq } = message.hello;
      if (cursor && cursor.store !== store) options.onNote('the database was replaced; starting over');
      if (cursor?.store !== store) {
        await tellLast(seq);
        cursor = { store, after: seq };
      }
      options.onOpen();
      socket.send(JSON.stringify({ subscribe: { after: cursor.after, filter: options.filter } }));
    } else if ('error' in message) throw new Refused(`The filter cannot be read: ${message.error}.`, 2);
    else if (!cursor) return;
    else if ('events' in message) {
      for (const event of message.events) if (event.seq > cursor.after) tell(event);
      cursor = { ...cursor, after: Math.max(cursor.after, message.upTo) };
    } else if ('skipped' in message) {
      await tellSkipped(Math.max(message.skipped.from - 1, cursor.after), message.skipped.to);
      cursor = { ...cursor, after: Math.max(cursor.after, message.skipped.to) };
    }
  }

  function tell(event: TelltaleEvent): void {
    if (options.isWhole || event.source !== 'otel' || !isBookkeeping(event.name)) options.onEvent(event);
  }

  async function tellLast(seq: number): Promise<void> {
    const found: TelltaleEvent[] = [];
    for (let before = seq + 1; found.length < options.last; ) {
      const page = await service.get(`/api/events?${query({ before, limit: options.last })}`, eventPageSchema);
      found.push(
        ...page.events.filter(({ source, name }) => options.isWhole || source !== 'otel' || !isBookkeeping(name)),
      );
      if (page.next === null) break;
      before = page.next;
    }
    for (const event of found.slice(0, options.last).reverse()) tell(event);
  }

  async function tellSkipped(from: number, to: number): Promise<void> {
    for (let after = from; after < to; ) {
      const page = await service.get(`/api/events?${query({ after, limit: pageSize })}`, eventPageSchema);
      for (const event of page.events) if (event.seq <= to) tell(event);
      if (page.next === null) return;
      after = page.next;
    }
  }

  function query(numbers: Record<string, number>): string {
    const query = new URLSearchParams({ filter: options.filter });
    for (const [name, value] of Object.entries(numbers)) query.set(name, String(value));
    return query.toString();
  }
}

class Refused extends Problem {}

function read(text: string): LiveMessage | undefined {
  try {
    return liveMessageSchema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined; // No JSON: another version's, or no Telltale; the heartbeat decides.
  }
}

import { setTimeout as sleep } from 'node:timers/promises';
import { type LiveMessage, liveMessageSchema } from '@telltale/core';
import WebSocket from 'ws';
import { Problem } from './problem.ts';
import { noService, type Service } from './service.ts';
import { createTeller, type TellerOptions } from './teller.ts';

export interface FollowOptions extends TellerOptions {
  /** What the line itself does. */
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
  const teller = createTeller(service, options);
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
        await teller.tellLast(seq);
        cursor = { store, after: seq };
      }
      options.onOpen();
      socket.send(JSON.stringify({ subscribe: { after: cursor.after, filter: options.filter } }));
    } else if ('error' in message) throw new Refused(`The filter cannot be read: ${message.error}.`, 2);
    else if (!cursor) return;
    else if ('events' in message) {
      for (const event of message.events) if (event.seq > cursor.after) teller.tell(event);
      cursor = { ...cursor, after: Math.max(cursor.after, message.upTo) };
    } else if ('skipped' in message) {
      await teller.tellBetween(Math.max(message.skipped.from - 1, cursor.after), message.skipped.to);
      cursor = { ...cursor, after: Math.max(cursor.after, message.skipped.to) };
    }
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

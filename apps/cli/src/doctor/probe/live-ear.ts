import { liveMessageSchema } from '@telltale/core';
import WebSocket from 'ws';
import type { Service } from '../../service.ts';

/** A viewer like the page: hears what the live socket tells of one session. */
export interface LiveEar {
  /** Why it cannot hear; undefined when it listens. */
  problem: string | undefined;
  /** When the session was told of first, by `performance.now()`. */
  heardAt(): number | undefined;
  close(): void;
}

export async function listenFor({ url, token }: Service, session: string, patienceMs: number): Promise<LiveEar> {
  const socket = new WebSocket(`${url.replace(/^http/, 'ws')}/live`, {
    headers: token ? { authorization: `Bearer ${token}` } : {},
  });
  let heardAt: number | undefined;
  const problem = await new Promise<string | undefined>((resolve) => {
    const late = setTimeout(() => resolve('it does not say hello'), patienceMs);
    const settle = (why: string | undefined) => {
      clearTimeout(late);
      resolve(why);
    };
    socket.on('message', (data) => {
      const message = read(String(data));
      if (!message) return;
      if ('hello' in message) {
        socket.send(JSON.stringify({ subscribe: { after: message.hello.seq, filter: `session:${session}` } }));
        settle(undefined);
      } else if ('events' in message && message.events.some(({ sessionId }) => sessionId === session))
        heardAt ??= performance.now();
    });
    socket.on('unexpected-response', (_, response) => settle(`it answers ${response.statusCode}`));
    socket.on('error', (error) => settle(error.message));
    socket.on('close', () => settle('it was closed'));
  });
  return { problem, heardAt: () => heardAt, close: () => socket.terminate() };
}

function read(text: string) {
  try {
    return liveMessageSchema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined; // No JSON: whoever answers there is no Telltale, and never says hello.
  }
}

import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { liveRequestSchema } from '@telltale/core';
import { WebSocket, WebSocketServer } from 'ws';
import { type Guard, pathOf } from '../http/guard.ts';
import type { Hub } from './hub.ts';

export interface SocketOptions {
  hub: Hub;
  guard: Guard;
  maxViewers?: number;
  /** A peer that answers no ping for this long is gone. */
  pingMs?: number;
}

const maxMessageBytes = 16_384;

/** The socket at /live: upgrades what the guard lets in, and seats it in the hub. */
export function createLiveSocket({ hub, guard, maxViewers = 200, pingMs = 30_000 }: SocketOptions) {
  const server = new WebSocketServer({ noServer: true, perMessageDeflate: false, maxPayload: maxMessageBytes });
  const answering = new WeakSet<WebSocket>();

  server.on('connection', (socket: WebSocket) => {
    const seat = hub.join({
      send: (frame) => socket.send(frame, { binary: false }),
      get backlogBytes() {
        return socket.bufferedAmount;
      },
      end: () => socket.close(1011),
    });
    answering.add(socket);
    socket.on('pong', () => answering.add(socket));
    socket.on('message', (data) => {
      const problem = hear(String(data), seat.subscribe);
      if (problem) socket.send(JSON.stringify({ error: problem }));
    });
    socket.on('close', () => seat.leave());
    // A broken line is a closed one; 'close' follows.
    socket.on('error', () => socket.terminate());
  });

  const pings = setInterval(() => {
    for (const socket of server.clients) {
      if (!answering.delete(socket)) socket.terminate();
      else if (socket.readyState === WebSocket.OPEN) socket.ping();
    }
  }, pingMs).unref();

  return {
    upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
      socket.on('error', () => socket.destroy());
      const path = pathOf(request.url);
      const refused = guard({ host: request.headers.host, origin: request.headers.origin, path });
      if (refused) {
        refuse(socket, '403 Forbidden', refused);
      } else if (path !== '/live') {
        refuse(socket, '404 Not Found', 'the only socket is /live');
      } else if (hub.viewers >= maxViewers) {
        refuse(socket, '503 Service Unavailable', 'too many viewers');
      } else {
        server.handleUpgrade(request, socket, head, (client) => server.emit('connection', client, request));
      }
    },

    async close(): Promise<void> {
      clearInterval(pings);
      for (const socket of server.clients) socket.close(1001);
      const until = Date.now() + 500;
      while (server.clients.size > 0 && Date.now() < until) await new Promise((resolve) => setTimeout(resolve, 10));
      for (const socket of server.clients) socket.terminate();
    },
  };
}

/** Reads one message and acts on it; answers what is wrong with it. */
function hear(text: string, subscribe: ReturnType<Hub['join']>['subscribe']): string | undefined {
  const request = liveRequestSchema.safeParse(parseJson(text));
  if (!request.success) return 'expected {"subscribe":{"after"?: seq, "filter"?: text of at most 2000 characters}}';
  return subscribe(request.data.subscribe)?.error;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The schema refuses undefined, with words for the sender.
    return undefined;
  }
}

function refuse(socket: Duplex, status: string, error: string): void {
  const body = JSON.stringify({ error });
  socket.end(
    `HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
}

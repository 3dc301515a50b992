import { type IncomingMessage, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { liveRequestSchema } from '@telltale/core';
import { WebSocket, WebSocketServer } from 'ws';
import type { Door } from '../access/door.ts';
import { accessOf } from '../access/routes-table.ts';
import type { Visitor } from '../access/visitor.ts';
import { type Guard, visitOf } from '../http/guard.ts';
import type { Hub } from './hub.ts';

export interface SocketOptions {
  hub: Hub;
  guard: Guard;
  /** Whether who was let in would still be. */
  isStillIn: Door['isStillIn'];
  /** Somebody looks on. */
  onJoined: (visitor: Visitor) => void;
  maxViewers?: number;
  /** A peer that answers no ping for this long is gone. */
  pingMs?: number;
}

const maxMessageBytes = 16_384;
/** Of the codes that are free for applications; the page signs in again. */
const noLongerIn = 4401;

/** The socket at /live: upgrades what the guard lets in, and seats it in the hub. */
export function createLiveSocket(options: SocketOptions) {
  const { hub, guard, isStillIn, onJoined, maxViewers = 200, pingMs = 30_000 } = options;
  const server = new WebSocketServer({ noServer: true, perMessageDeflate: false, maxPayload: maxMessageBytes });
  const answering = new WeakSet<WebSocket>();
  const visitors = new WeakMap<WebSocket, Visitor>();

  server.on('connection', (socket: WebSocket, _request: IncomingMessage, visitor: Visitor) => {
    const peer = {
      send: (frame: Buffer) => socket.send(frame, { binary: false }),
      get backlogBytes() {
        return socket.bufferedAmount;
      },
      end: () => socket.close(1011),
    };
    const seat = hub.join(peer, { isNumbersOnly: visitor.scope === 'numbers', me: visitor.user });
    visitors.set(socket, visitor);
    onJoined(visitor);
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

  function showOut(): void {
    for (const socket of server.clients) {
      const visitor = visitors.get(socket);
      if (visitor && !isStillIn(visitor)) socket.close(noLongerIn, 'the token is revoked or expired');
    }
  }

  const pings = setInterval(() => {
    showOut();
    for (const socket of server.clients) {
      if (!answering.delete(socket)) socket.terminate();
      else if (socket.readyState === WebSocket.OPEN) socket.ping();
    }
  }, pingMs).unref();

  return {
    upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
      socket.on('error', () => socket.destroy());
      const visit = visitOf(request);
      const admission = guard(visit, accessOf('GET', '/live').needs);
      if ('refused' in admission) {
        const { status, error } = admission.refused;
        refuse(socket, status, error, admission.refused.headers);
      } else if (visit.path !== '/live') {
        refuse(socket, 404, 'the only socket is /live');
      } else if (hub.viewers >= maxViewers) {
        refuse(socket, 503, 'too many viewers');
      } else {
        const { visitor } = admission;
        server.handleUpgrade(request, socket, head, (client) => server.emit('connection', client, request, visitor));
      }
    },

    /** Ends the lines of those who may no longer look on. */
    showOut,

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

function refuse(socket: Duplex, status: number, error: string, more: Record<string, string> = {}): void {
  const body = JSON.stringify({ error });
  const headers = {
    ...{ connection: 'close', 'content-type': 'application/json', 'content-length': `${Buffer.byteLength(body)}` },
    ...more,
  };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines.join('')}\r\n${body}`);
}

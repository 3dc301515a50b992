import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { getRequestListener } from '@hono/node-server';
import type { Hono } from 'hono';
import { send } from '../intake/answer.ts';
import type { Intake } from '../intake/intake.ts';
import type { createLiveSocket } from '../live/socket.ts';
import { type Guard, pathOf } from './guard.ts';

export interface ServerDeps {
  app: Hono;
  intake: Intake;
  socket: ReturnType<typeof createLiveSocket>;
  guard: Guard;
}

/** How long a connection may be idle: senders post in bursts and keep theirs meanwhile. */
const keepAliveMs = 30_000;
/** A body must have arrived by then; 64 MiB over a slow line take a while. */
const requestMs = 120_000;

/**
 * One port for all. What is taken in is answered on bare node:http, which costs a tenth less per event than Hono
 * in front of it; everything else is the app's.
 */
export function createHttpServer({ app, intake, socket, guard }: ServerDeps): Server {
  const listener = getRequestListener(app.fetch, { overrideGlobalObjects: false });

  function answer(request: IncomingMessage, response: ServerResponse): void {
    const handle = intake.find(request);
    if (!handle) {
      void listener(request, response);
      return;
    }
    const { host, origin } = request.headers;
    const refused = guard({ host, origin, path: pathOf(request.url) });
    if (refused) send(request, response, { status: 403, body: { error: refused } });
    else void handle(request, response);
  }

  const server = createServer({ keepAliveTimeout: keepAliveMs, requestTimeout: requestMs }, answer);
  server.on('upgrade', socket.upgrade);
  return server;
}

/** Listens; rejects with one sentence when that is not possible. */
export function listen(server: Server, port: number, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(new Error(listenProblem(error, port, host))));
    server.listen(port, host.replace(/^\[|\]$/g, ''), () => {
      const address = server.address();
      resolve(typeof address === 'object' && address ? address.port : port);
    });
  });
}

/** Lets open requests finish for a while, then closes what is left. */
export function drain(server: Server, withinMs: number): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => server.closeAllConnections(), withinMs).unref();
    server.close(() => {
      clearTimeout(timer);
      resolve();
    });
    server.closeIdleConnections();
  });
}

function listenProblem({ code, message }: NodeJS.ErrnoException, port: number, host: string): string {
  const where = `port ${port} on ${host}`;
  if (code === 'EADDRINUSE') {
    return `${where} is in use, perhaps by another Telltale: stop that one, or set TELLTALE_PORT to a free port`;
  }
  if (code === 'EACCES') return `${where} may not be opened by this user: set TELLTALE_PORT to one above 1023`;
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND')
    return `${host} is no address of this machine: set TELLTALE_HOST`;
  return `${where} cannot be opened: ${message}`;
}

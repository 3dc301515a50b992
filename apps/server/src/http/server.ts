import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { getRequestListener } from '@hono/node-server';
import type { Hono } from 'hono';
import { send } from '../intake/answer.ts';
import type { Intake } from '../intake/intake.ts';
import type { createLiveSocket } from '../live/socket.ts';
import { type Guard, visitOf } from './guard.ts';

export interface ServerDeps {
  app: Hono;
  intake: Intake;
  socket: ReturnType<typeof createLiveSocket>;
  guard: Guard;
}

/** How long a connection may be idle: senders post in bursts and keep theirs meanwhile. */
const keepAliveMs = 30_000;
/** Headers must have arrived by then: whoever sends a byte now and then holds a connection no longer. */
const headersMs = 10_000;
const lookMs = 2500;
/** A body must have arrived by then; 64 MiB over a slow line take a while. */
const requestMs = 120_000;

/**
 * One port for all. What is taken in is answered on bare node:http, which costs a tenth less per event than Hono
 * in front of it; everything else is the app's.
 */
export function createHttpServer({ app, intake, socket, guard }: ServerDeps): Server {
  const listener = getRequestListener(app.fetch, { overrideGlobalObjects: false });
  const server = createIntakeServer(intake, guard, (request, response) => void listener(request, response));
  server.on('upgrade', socket.upgrade);
  return server;
}

/** Answers what is taken in, once the guard lets it pass; `otherwise` answers the rest, and has to ask the guard itself. */
export function createIntakeServer(intake: Intake, guard: Guard, otherwise: Answering): Server {
  const limits = { keepAliveTimeout: keepAliveMs, requestTimeout: requestMs, headersTimeout: headersMs };
  return createServer({ ...limits, connectionsCheckingInterval: lookMs }, (request, response) => {
    const handle = intake.find(request);
    if (!handle) otherwise(request, response);
    else if (!turnsAway(guard, request, response)) void handle(request, response);
  });
}

type Answering = (request: IncomingMessage, response: ServerResponse) => void;

/** Answers whoever may not send; false for who may. */
export function turnsAway(guard: Guard, request: IncomingMessage, response: ServerResponse): boolean {
  const admission = guard(visitOf(request), 'ingest');
  if (!('refused' in admission)) return false;
  const { status, error, fix, headers } = admission.refused;
  send(request, response, { status, body: { error, ...(fix !== undefined && { fix }) }, ...(headers && { headers }) });
  return true;
}

export interface ListenOptions {
  port: number;
  host: string;
  /** Why it is not possible, in one sentence. */
  problemOf(error: NodeJS.ErrnoException, where: { port: number; host: string }): string;
}

/** Listens, and answers on which port; rejects with one sentence when that is not possible. */
export function listen(server: Server, { port, host, problemOf }: ListenOptions): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(new Error(problemOf(error, { port, host }))));
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

export const listenProblem: ListenOptions['problemOf'] = ({ code, message }, { port, host }) => {
  const where = `port ${port} on ${host}`;
  if (code === 'EADDRINUSE') {
    return `${where} is in use, perhaps by another Telltale: stop that one, or set TELLTALE_PORT to a free port`;
  }
  if (code === 'EACCES') return `${where} may not be opened by this user: set TELLTALE_PORT to one above 1023`;
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND')
    return `${host} is no address of this machine: set TELLTALE_HOST`;
  return `${where} cannot be opened: ${message}`;
};

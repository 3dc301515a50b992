import { createServer, type IncomingMessage, type Server } from 'node:http';
import { gunzipSync } from 'node:zlib';
import { freePort } from '../ports.ts';
import type { Signal } from './payloads.ts';

/** Takes OTLP/JSON where the event service would, answers as it is told, and remembers what it took. */
export interface Receiver {
  url: string;
  /** Requests that were answered 200, as they came, a second delivery included. */
  accepted: Received[];
  /** The same for those that were not. */
  refused: Received[];
  /** Decides each answer: a status, or never an answer. 200 at first. */
  answer: (request: Received) => number | 'hang';
  start(): Promise<void>;
  /** Closes the port and breaks off what hangs. */
  stop(): Promise<void>;
}

export interface Received {
  signal: Signal;
  /** The request body as JSON text. */
  text: string;
}

export async function createReceiver(): Promise<Receiver> {
  const port = await freePort();
  let server: Server | undefined;
  const receiver: Receiver = {
    url: `http://127.0.0.1:${port}`,
    accepted: [],
    refused: [],
    answer: () => 200,
    start: () =>
      new Promise((listening, failed) => {
        server = createServer(async (request, response) => {
          const received = { signal: request.url?.replace('/v1/', '') as Signal, text: await textOf(request) };
          const answer = receiver.answer(received);
          (answer === 200 ? receiver.accepted : receiver.refused).push(received);
          if (answer !== 'hang') response.writeHead(answer, { 'content-type': 'application/json' }).end('{}');
        });
        server.once('error', failed).listen(port, '127.0.0.1', listening);
      }),
    stop: () =>
      new Promise((closed) => {
        if (!server) return closed();
        server.close(() => closed());
        server.closeAllConnections();
        server = undefined;
      }),
  };
  return receiver;
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const body = Buffer.concat(chunks);
  return (request.headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body).toString();
}

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { freePort } from '../ports.ts';

/** A way to an HTTP server that can be closed, or refuse. */
export interface Door {
  url: string;
  /** What was asked while it was open, and how it was answered. */
  requests: { path: string; status: number }[];
  /** Asked for each request: pass it on, or answer with a status of its own. Passes everything on at first. */
  answer: (path: string) => 'pass' | number;
  open(): Promise<void>;
  /** From now on connections are refused. */
  close(): Promise<void>;
}

export async function createDoor(target: string): Promise<Door> {
  const port = await freePort();
  let server: Server | undefined;
  const door: Door = {
    url: `http://127.0.0.1:${port}`,
    requests: [],
    answer: () => 'pass',
    open: () =>
      new Promise((open, failed) => {
        if (server) return open();
        server = createServer((request, response) => void pass(request, response));
        server.once('error', failed).listen(port, '127.0.0.1', open);
      }),
    close: () =>
      new Promise((closed) => {
        if (!server) return closed();
        server.close(() => closed());
        server.closeAllConnections();
        server = undefined;
      }),
  };

  async function pass(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const path = request.url ?? '';
    const seen = { path, status: 0 };
    door.requests.push(seen);
    const own = door.answer(path);
    if (own !== 'pass') {
      seen.status = own;
      response.writeHead(own).end();
      return;
    }
    const { method = 'GET' } = request;
    const sent = method === 'GET' ? {} : { body: Buffer.concat(chunks) };
    const headers = { 'content-type': request.headers['content-type'] ?? '' };
    const left = new AbortController(); // who gives up does not wait any more
    response.once('close', () => left.abort());
    const asked = { method, headers, ...sent, signal: left.signal };
    const answer = await fetch(target + path, asked).catch(() => undefined);
    if (!answer) return void request.socket.destroy(); // nobody is behind it
    seen.status = answer.status;
    const body = Buffer.from(await answer.arrayBuffer());
    response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? '' }).end(body);
  }

  await door.open();
  return door;
}

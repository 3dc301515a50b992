import { createServer, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Recorded {
  method: string;
  path: string;
  headers: IncomingHttpHeaders;
  body: Buffer;
}

type Answer = { status: number; body?: string } | 'hang';

export interface Recorder {
  url: string;
  port: number;
  requests: Recorded[];
  /** The events only: what was posted to /ingest/hook. */
  events(): Recorded[];
  close(): Promise<void>;
}

/** A small real service: keeps what it gets and answers as it is told. */
export async function createRecorder(
  answer: (request: Recorded) => Answer = () => ({ status: 200 }),
  port = 0,
): Promise<Recorder> {
  const requests: Recorded[] = [];
  const server = createServer(async (incoming, response) => {
    const body = await bodyOf(incoming);
    if (body === undefined) return;
    const { method = '', url: path = '', headers } = incoming;
    const request = { method, path, headers, body };
    requests.push(request);
    const told = answer(request);
    if (told === 'hang') return;
    response.writeHead(told.status).end(told.body);
  });
  await new Promise<void>((done) => server.listen(port, '127.0.0.1', done));
  const { port: bound } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${bound}`,
    port: bound,
    requests,
    events: () => requests.filter(({ path }) => path === '/ingest/hook'),
    close: () =>
      new Promise((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
}

/** Nothing where the sender was ended before it had said all. */
async function bodyOf(incoming: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of incoming) chunks.push(chunk);
  } catch (error) {
    if (incoming.destroyed) return;
    throw error;
  }
  return Buffer.concat(chunks);
}

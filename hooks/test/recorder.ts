import { createServer, type IncomingHttpHeaders } from 'node:http';
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
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk);
    const { method = '', url: path = '', headers } = incoming;
    const request = { method, path, headers, body: Buffer.concat(chunks) };
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

import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A proxy that swallows every tenth answer of the intake, after the service has given it. */
export interface AnswerDropper {
  url: string;
  /** Event ids whose answer was swallowed. */
  dropped: string[];
  close(): Promise<void>;
}

export async function createAnswerDropper(target: string, every = 10): Promise<AnswerDropper> {
  const dropped: string[] = [];
  let posts = 0;

  const server = createServer((incoming, outgoing) => {
    const isPost = incoming.method === 'POST';
    if (isPost) posts += 1;
    const isDropped = isPost && posts % every === 0;
    forward(incoming, outgoing, target, (status) => {
      if (!isDropped || status >= 300) return false;
      dropped.push(String(incoming.headers['telltale-event-id']));
      incoming.socket.destroy();
      return true;
    });
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    dropped,
    close: () =>
      new Promise((closed) => {
        server.close(() => closed());
        server.closeAllConnections();
      }),
  };
}

// The answer means COMMIT, so the choice to swallow it is made when it has come, not before.
function forward(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  target: string,
  swallows: (status: number) => boolean,
): void {
  const passed = request(
    new URL(incoming.url ?? '/', target),
    { method: incoming.method, headers: { ...incoming.headers, host: new URL(target).host } },
    (answer) => {
      if (swallows(answer.statusCode ?? 502)) return void answer.resume();
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(outgoing);
    },
  );
  passed.on('error', () => incoming.socket.destroy()); // the service is gone: so is the answer
  incoming.pipe(passed);
}

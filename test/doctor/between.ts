import { createServer, request } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { onTestFinished } from 'vitest';

export interface BetweenOptions {
  /** The service's clock, as it seems. */
  aheadMs?: number;
  refusesSockets?: boolean;
}

/** A proxy in front of the service; its address. */
export async function standBetween(target: string, { aheadMs = 0, refusesSockets }: BetweenOptions): Promise<string> {
  const { hostname, port } = new URL(target);
  const proxy = createServer((asked, answer) => {
    const on = request({ hostname, port, method: asked.method, path: asked.url, headers: asked.headers }, (told) => {
      const date = new Date(Date.now() + aheadMs).toUTCString();
      answer.writeHead(told.statusCode ?? 502, { ...told.headers, date });
      told.pipe(answer);
    });
    on.on('error', () => answer.destroy());
    asked.pipe(on);
  });
  proxy.on('upgrade', (asked, socket, head) => {
    if (refusesSockets) return socket.end('HTTP/1.1 400 Bad Request\r\nconnection: close\r\n\r\n');
    const on = connect(Number(port), hostname, () => {
      const headers = asked.rawHeaders.flatMap((text, at) =>
        at % 2 === 0 ? [`${text}: ${asked.rawHeaders[at + 1]}`] : [],
      );
      on.write(`${asked.method} ${asked.url} HTTP/1.1\r\n${headers.join('\r\n')}\r\n\r\n`);
      on.write(head);
      on.pipe(socket).pipe(on);
    });
    for (const one of [on, socket]) one.on('error', () => socket.destroy());
    return on;
  });
  await new Promise<void>((done) => proxy.listen(0, '127.0.0.1', done));
  onTestFinished(() => {
    proxy.closeAllConnections();
    proxy.close();
  });
  return `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
}

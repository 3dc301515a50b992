import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A web server of somebody else, with one empty page; it remembers who came. */
export interface OtherSite {
  port: number;
  /** Method and path of each request. */
  visits: string[];
  close(): Promise<void>;
}

export async function openOtherSite(
  answer?: { status: number; headers: Record<string, string> },
  port = 0,
): Promise<OtherSite> {
  const visits: string[] = [];
  const server = createServer((request, response) => {
    visits.push(`${request.method} ${request.url}`);
    request.resume();
    response.writeHead(answer?.status ?? 200, { 'content-type': 'text/html', ...answer?.headers });
    response.end('<!doctype html><title>other</title><link rel="icon" href="data:,">');
  }).listen(port, '127.0.0.1');
  await once(server, 'listening');
  return {
    ...{ port: (server.address() as AddressInfo).port, visits },
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

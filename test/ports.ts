import { type AddressInfo, createServer } from 'node:net';

// Files that run beside each other draw from parts of their own: two draws at once could give the same port.
const [lowest, highest, parts] = [20_000, 32_000, 8];
const size = (highest - lowest) / parts;
const start = lowest + (Number(process.env.VITEST_POOL_ID ?? 0) % parts) * size;
const given = new Set<number>();

/**
 * A port that nobody listens on now. It lies below the range that systems take for outgoing connections, so that a
 * process which is down for a while finds its port free again.
 */
export async function freePort(): Promise<number> {
  for (let tries = 0; tries < 200; tries++) {
    const port = start + Math.floor(Math.random() * size);
    if (given.has(port) || !(await isFree(port))) continue;
    given.add(port);
    return port;
  }
  throw new Error(`no free port was found between ${start} and ${start + size}`);
}

function isFree(port: number): Promise<boolean> {
  return new Promise((answer) => {
    const server = createServer();
    server.once('error', () => answer(false));
    server.listen(port, '127.0.0.1', () => {
      const isOurs = (server.address() as AddressInfo).port === port;
      server.close(() => answer(isOurs));
    });
  });
}

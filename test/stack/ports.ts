import { type AddressInfo, createServer } from 'node:net';

const [lowest, highest] = [20_000, 32_000];
const given = new Set<number>();

/**
 * A port below the range that systems take for outgoing connections, so that a part which is down for a while finds
 * its port free again.
 */
export async function steadyPort(): Promise<number> {
  for (let tries = 0; tries < 200; tries++) {
    const port = lowest + Math.floor(Math.random() * (highest - lowest));
    if (given.has(port) || !(await isFree(port))) continue;
    given.add(port);
    return port;
  }
  throw new Error(`no free port was found between ${lowest} and ${highest}`);
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

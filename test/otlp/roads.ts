import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { caddyBinary } from '../compose/caddy.ts';
import { freePort } from '../ports.ts';
import { createDoor } from '../stack/door.ts';
import { createPart, type Part } from '../stack/part.ts';
import { shipped } from '../stack/shipped.ts';
import type { Stack } from '../stack/stack.ts';
import { waitFor } from '../wait.ts';

/** How a collector is away: nobody listens, it refuses, or nobody listens behind the gateway. */
export type Way = 'refused' | '503' | 'gateway';

/** From a client to the collector. */
export interface Road {
  url: string;
  block(): Promise<void>;
  /** Half a second after the next request; where 503 is answered, for the second request of each kind. */
  freeSoon(): void;
  free(): Promise<void>;
  close(): Promise<void>;
}

export async function createRoad(stack: Stack, way: Way): Promise<Road> {
  const door = await createDoor(stack.otlp);
  const gateway = way === 'gateway' ? await createGateway(stack, door.url) : undefined;
  const entrance = gateway ? await createDoor(gateway.url) : door;
  let soon: Promise<unknown> = Promise.resolve();
  return {
    url: entrance.url,
    async block() {
      if (way === '503') door.answer = () => 503;
      else await door.close();
    },
    freeSoon() {
      if (way === '503') {
        const refused = new Set<string>();
        door.answer = (path) => {
          if (refused.has(path)) return 'pass';
          refused.add(path);
          return 503;
        };
        return;
      }
      const before = entrance.requests.length;
      const comes = waitFor('the next request', () => entrance.requests.length > before, 60_000);
      soon = comes.then(() => sleep(500)).then(() => door.open());
    },
    async free() {
      await soon;
      door.answer = () => 'pass';
      await door.open();
    },
    async close() {
      await soon.catch(() => undefined); // free() has told it
      await entrance.close();
      await gateway?.stop();
      await door.close();
    },
  };
}

/** The shipped gateway, before `upstream`. */
async function createGateway(stack: Stack, upstream: string): Promise<Part> {
  const [url, health] = [`http://127.0.0.1:${await freePort()}`, `http://127.0.0.1:${await freePort()}`];
  const folder = join(stack.folder, `gateway-${url.split(':').at(-1)}`);
  mkdirSync(folder);
  const file = join(folder, 'Caddyfile');
  writeFileSync(
    file,
    shipped('gateway/Caddyfile', {
      '\n:4318 {': `\n${url} {`,
      'otel-collector:4318': upstream.replace('http://', ''),
      '\n:2020 {': `\n${health} {`,
    }),
  );
  const gateway = createPart({
    ...{ name: 'the gateway', url, ready: `${health}/`, command: await caddyBinary(), cwd: folder },
    args: ['run', '--config', file, '--adapter', 'caddyfile'],
  });
  await gateway.start();
  return gateway;
}

import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { expect, it, onTestFinished } from 'vitest';
import { until } from '../../fixtures/test-service.ts';
import { createBodyReader } from './body.ts';
import { createIntake, type IntakeOptions } from './intake.ts';

/** One route on a real server; its answer waits until `store` is called. */
async function serve(options: Partial<IntakeOptions>) {
  const stored: (() => void)[] = [];
  const failures: unknown[] = [];
  const intake = createIntake({
    routes: [
      {
        ...{ method: 'post', path: '/in', summary: '', answers: {} },
        async handle({ body }) {
          if (body.includes('fail')) throw new Error('the disk is full');
          await new Promise<void>((resolve) => stored.push(resolve));
          return { status: 200 };
        },
      },
    ],
    ...{ readBody: createBodyReader(), onFailure: (error) => failures.push(error), onSuccess: () => {}, ...options },
  });
  const server = createServer((request, response) => void intake.find(request)?.(request, response)).listen(
    0,
    '127.0.0.1',
  );
  await once(server, 'listening');
  onTestFinished(() => server.closeAllConnections());
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  const post = (body: string) => fetch(`http://127.0.0.1:${port}/in`, { method: 'POST', body });
  const waiting = (count: number) => until(() => expect(stored.length).toBeGreaterThanOrEqual(count));
  return { port, post, stored, waiting, failures };
}

it.each([
  ['requests', { maxWaiting: 2 }],
  ['bytes', { maxWaitingBytes: 8 }],
])('tells senders to come again while too many %s wait for a COMMIT', async (_, limit) => {
  const { post, stored, waiting } = await serve(limit);
  const [first, second] = [post('four'), post('four')];
  await waiting(2);
  const third = await post('four');
  expect([third.status, third.headers.get('retry-after'), await third.json()]).toEqual([
    503,
    '2',
    { error: 'too much waits to be stored', fix: 'send it again later' },
  ]);
  for (const done of stored) done();
  expect([(await first).status, (await second).status]).toEqual([200, 200]);
  const fourth = post('four');
  await waiting(3);
  stored.at(-1)?.();
  expect((await fourth).status).toBe(200);
});

it('bounds what is being read by all senders together', async () => {
  const readBody = createBodyReader({ maxBytes: 100, maxBytesInFlight: 120 });
  let slowBytes = 0;
  let isSlowGone = false;
  const { port, post, stored, waiting } = await serve({
    readBody(request) {
      if (request.headers['x-slow']) {
        request.on('close', () => setImmediate(() => (isSlowGone = true)));
        request.on('data', ({ length }: Buffer) => (slowBytes += length));
      }
      return readBody(request);
    },
  });
  const slow = connect(port, '127.0.0.1').on('error', () => {});
  slow.write(`POST /in HTTP/1.1\r\nHost: localhost\r\nX-Slow: 1\r\nContent-Length: 100\r\n\r\n${'x'.repeat(90)}`);
  await until(() => expect(slowBytes).toBe(90));
  expect((await post('y'.repeat(40))).status).toBe(503);
  slow.destroy();
  await until(() => expect(isSlowGone).toBe(true));
  const now = post('y'.repeat(40));
  await waiting(1);
  stored[0]?.();
  expect((await now).status).toBe(200);
});

it('answers 503 where storing failed, and tells why to whoever runs it, not to the sender', async () => {
  const { post, failures } = await serve({});
  const response = await post('fail');
  expect([response.status, await response.json()]).toEqual([
    503,
    { error: 'it could not be stored now', fix: 'send it again later' },
  ]);
  expect(failures).toEqual([new Error('the disk is full')]);
});

it('unpacks no further once a body is too large', async () => {
  const megabyte = gzipSync(Buffer.alloc(1 << 20));
  // Without an end: whoever goes on reading never stops.
  const source = new Readable({ read: () => void setImmediate(() => source.push(megabyte)) });
  const request = Object.assign(source, { headers: { 'content-encoding': 'gzip' } }) as unknown as IncomingMessage;
  const readBody = createBodyReader({ maxBytes: 3 << 20, maxBytesInFlight: 8 << 20 });
  expect(await readBody(request)).toMatchObject({ status: 413 });
  await until(() => expect(request.listenerCount('data')).toBe(0));
  source.destroy();
});

import { once } from 'node:events';
import { connect } from 'node:net';
import type { LiveMessage } from '@telltale/core';
import { expect, it, onTestFinished } from 'vitest';
import { WebSocket } from 'ws';
import { type TestService, testService, until } from '../../fixtures/test-service.ts';

async function open(service: TestService, options: { headers?: Record<string, string> } = {}) {
  const socket = new WebSocket(`ws://127.0.0.1:${service.port}/live`, options);
  const messages: LiveMessage[] = [];
  socket.on('message', (data, isBinary) => messages.push(isBinary ? { error: 'binary' } : JSON.parse(String(data))));
  onTestFinished(() => socket.terminate());
  await once(socket, 'open');
  const events = () => messages.flatMap((message) => ('events' in message ? message.events : []));
  return { socket, messages, events, say: (message: unknown) => socket.send(JSON.stringify(message)) };
}

/** The status line that an upgrade is answered with. */
function upgrade(service: TestService, path: string, headers: Record<string, string>): Promise<string> {
  const lines = { Connection: 'Upgrade', Upgrade: 'websocket', 'Sec-WebSocket-Version': '13', ...headers };
  const key = `Sec-WebSocket-Key: ${Buffer.alloc(16).toString('base64')}\r\n`;
  const head = Object.entries(lines).map(([name, value]) => `${name}: ${value}\r\n`);
  return new Promise((resolve) => {
    const socket = connect(service.port, '127.0.0.1', () => {
      socket.write(`GET ${path} HTTP/1.1\r\n${head.join('')}${key}\r\n`);
    });
    socket.once('data', (data) => {
      resolve(String(data).split('\r\n')[0] ?? '');
      socket.destroy();
    });
  });
}

it('says hello, replays, and tells what comes', async () => {
  const service = await testService();
  await service.fire('s-1', 'SessionStart');
  const viewer = await open(service, { headers: { origin: service.url } });
  viewer.say({ subscribe: { after: 0, filter: 'session:s-1' } });
  await until(() => expect(viewer.events()).toHaveLength(1));
  await service.fire('s-2');
  await service.fire('s-1');
  await until(() => expect(viewer.events()).toHaveLength(2));
  expect(viewer.messages[0]).toEqual({
    hello: { store: expect.any(String), seq: 1, version: '0.0.0-test', timeZone: expect.any(String) },
  });
  expect(viewer.events().map(({ name, sessionId }) => [name, sessionId])).toEqual([
    ['SessionStart', 's-1'],
    ['Stop', 's-1'],
  ]);
});

it('tells all viewers that a session was deleted', async () => {
  const service = await testService();
  await service.fire('s-1');
  const viewer = await open(service);
  await fetch(`${service.url}/api/sessions/s-1`, { method: 'DELETE' });
  await until(() => expect(viewer.messages).toContainEqual({ deleted: ['s-1'] }));
});

it.each(['no JSON', '{"subscribe":{"after":-1}}', '{"subscribe":{"filter":7}}', '{}', '[]', '"x"'])(
  'answers %s with what it expected, and stays',
  async (text) => {
    const service = await testService();
    const viewer = await open(service);
    viewer.socket.send(text);
    await until(() => expect(viewer.messages).toContainEqual({ error: expect.stringMatching(/^expected \{"sub/) }));
    viewer.say({ subscribe: {} });
    await until(() => expect(viewer.messages).toContainEqual({ events: [], upTo: 0 }));
  },
);

it('says which term of a filter it could not read', async () => {
  const service = await testService();
  const viewer = await open(service);
  viewer.say({ subscribe: { filter: 'tol:Bash' } });
  await until(() => expect(viewer.messages).toContainEqual({ error: expect.stringMatching(/did you mean tool/) }));
});

it('closes on a message that is too large', async () => {
  const service = await testService();
  const viewer = await open(service);
  viewer.socket.send('x'.repeat(20_000));
  const [code] = await once(viewer.socket, 'close');
  expect(code).toBe(1009);
});

it('lets in by host and origin as HTTP does', async () => {
  const service = await testService();
  const host = `127.0.0.1:${service.port}`;
  expect(await upgrade(service, '/live', { Host: 'evil.example' })).toBe('HTTP/1.1 403 Forbidden');
  expect(await upgrade(service, '/live', { Host: host, Origin: 'http://evil.example' })).toBe('HTTP/1.1 403 Forbidden');
  expect(await upgrade(service, '/live', { Host: host, Origin: 'null' })).toBe('HTTP/1.1 403 Forbidden');
  expect(await upgrade(service, '/api/events', { Host: host })).toBe('HTTP/1.1 404 Not Found');
  expect(await upgrade(service, '/live', { Host: host, Origin: `http://${host}` })).toBe(
    'HTTP/1.1 101 Switching Protocols',
  );
});

it('says goodbye when the service stops', async () => {
  const service = await testService();
  const viewer = await open(service);
  const closed = once(viewer.socket, 'close');
  await service.close(500);
  expect((await closed)[0]).toBe(1001);
});

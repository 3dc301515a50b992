import type { Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { modes, targetFor } from './targets.ts';
import { openSocket, portOf, readAnswer, sendRaw } from './wire.ts';

const MiB = 1 << 20;

describe.each(modes)('slow and oversized requests, %s', (mode) => {
  const target = targetFor(mode);
  const authorization = (scope: 'ingest' | 'admin') => `Authorization: Bearer ${target.current.tokens[scope]?.token}`;
  const post = (path: string) => [`POST ${path} HTTP/1.1`, 'Host: localhost', authorization('ingest')];
  const isWell = async () =>
    (await target.current.fire({ session_id: 'well', hook_event_name: 'Stop' })).status === 200;

  it('headers that come a byte at a time end the connection, on each port, and keep nobody waiting', async () => {
    const ports = [portOf(target.current.url), portOf(target.current.otlpUrl)];
    const slow = await Promise.all(ports.flatMap((port) => Array.from({ length: 100 }, () => openSocket(port))));
    for (const socket of slow) socket.write('POST /ingest/hook HTTP/1.1\r\nHost: localhost\r\n');
    const drip = setInterval(() => {
      for (const socket of slow) if (socket.writable) socket.write('X');
    }, 500);
    try {
      const ends = Promise.all(slow.map((socket) => readAnswer(socket)));
      expect(await isWell()).toBe(true);
      expect(new Set((await ends).map(({ status }) => status))).toEqual(new Set([408]));
    } finally {
      clearInterval(drip);
      for (const socket of slow) socket.destroy();
    }
  });

  it('bodies that do not come, and five hundred connections that say nothing, keep nobody waiting', async () => {
    const ports = [portOf(target.current.url), portOf(target.current.otlpUrl)];
    const silent = await Promise.all(ports.flatMap((port) => Array.from({ length: 250 }, () => openSocket(port))));
    const begun: Socket[] = silent.slice(0, 100);
    for (const socket of begun)
      socket.write(`${[...post('/ingest/hook'), 'Content-Length: 1000'].join('\r\n')}\r\n\r\n{`);
    for (let n = 0; n < 5; n++) expect(await isWell()).toBe(true);
    expect((await target.current.ask('/api/sessions')).status).toBe(200);
    for (const socket of silent) socket.destroy();
    expect(await isWell()).toBe(true);
  });

  it.each([
    '/ingest/hook',
    '/ingest/events',
    '/ingest/transcript',
    '/ingest/alert',
    '/v1/logs',
    '/v1/metrics',
    '/v1/traces',
  ])('more than 64 MiB to %s is refused before it comes, or while', async (path) => {
    const base = path.startsWith('/v1/') ? target.current.otlpUrl : target.current.url;
    const announced = await sendRaw(portOf(base), [...post(path), `Content-Length: ${64 * MiB + 1}`], '{');
    expect(announced.status).toBe(413);
    const huge = await sendRaw(portOf(base), [...post(path), 'Content-Length: 99999999999999999999']);
    expect([400, 413]).toContain(huge.status);
    const negative = await sendRaw(portOf(base), [...post(path), 'Content-Length: -1']);
    expect(negative.status).toBe(400);
  });

  it('a body without an end is cut at 64 MiB', async () => {
    const socket = await openSocket(portOf(target.current.url));
    const answer = readAnswer(socket);
    let answered = false;
    void answer.then(() => {
      answered = true;
    });
    socket.write(`${[...post('/ingest/hook'), 'Transfer-Encoding: chunked'].join('\r\n')}\r\n\r\n`);
    const chunk = Buffer.concat([Buffer.from(`${MiB.toString(16)}\r\n`), Buffer.alloc(MiB, 32), Buffer.from('\r\n')]);
    for (let sent = 0; sent < 70 && !answered; sent++) {
      await new Promise<void>((resolve) => socket.write(chunk, () => resolve()));
    }
    expect((await answer).status).toBe(413);
    socket.destroy();
    expect(await isWell()).toBe(true);
  });

  it('two lengths, or a length beside chunks, are refused: nobody in between may read them otherwise', async () => {
    for (const more of [
      ['Content-Length: 2', 'Content-Length: 3'],
      ['Content-Length: 2', 'Transfer-Encoding: chunked'],
      ['Transfer-Encoding: chunked, identity'],
      ['Transfer-Encoding : chunked'],
    ]) {
      const { status } = await sendRaw(portOf(target.current.url), [...post('/ingest/hook'), ...more], '{}');
      expect([more, status]).toEqual([more, 400]);
    }
  });

  it('long headers, addresses and messages are refused', async () => {
    const port = portOf(target.current.url);
    const long = 'x'.repeat(20_000);
    expect((await sendRaw(port, ['GET /api/sessions HTTP/1.1', 'Host: localhost', `X-Long: ${long}`])).status).toBe(
      431,
    );
    expect((await sendRaw(port, [`GET /${long} HTTP/1.1`, 'Host: localhost'])).status).toBe(431);
    const headers = target.current.tokens.viewer
      ? { authorization: `Bearer ${target.current.tokens.viewer.token}` }
      : {};
    const socket = new WebSocket(`${target.current.url.replace('http', 'ws')}/live`, { headers });
    socket.on('open', () => socket.send(JSON.stringify({ subscribe: { filter: long } })));
    expect(await new Promise((resolve) => socket.on('close', resolve))).toBe(1009);
  });

  it('what the page asks with is small', async () => {
    for (const path of [
      '/api/annotations',
      '/api/import',
      '/api/retention',
      '/api/access/tokens',
      '/api/access/sign-in',
    ]) {
      const body = JSON.stringify({ name: 'x'.repeat(70_000) });
      const answer = await target.current.ask(path, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body,
      });
      // Where only a token is expected such a body is none, and without tokens there is no signing in.
      expect([400, 409, 413], path).toContain(answer.status);
    }
  });
});

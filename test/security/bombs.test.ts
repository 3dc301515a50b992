import { existsSync, readFileSync } from 'node:fs';
import { deflateRawSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { targetFor } from './targets.ts';
import { openSocket, portOf, readAnswer, upgradeLines } from './wire.ts';

const MiB = 1 << 20;
/** 300 MiB that come as 300 kB. */
const bomb = gzipSync(Buffer.alloc(300 * MiB, 32), { level: 9 });

describe('what is small until it is unpacked', () => {
  const target = targetFor();

  it('is unpacked no further than 64 MiB, in memory that has an end', async () => {
    const pid = await target.current.service.pid();
    for (const path of ['/v1/logs', '/v1/metrics', '/v1/traces', '/ingest/hook', '/ingest/transcript']) {
      const base = path.startsWith('/v1/') ? target.current.otlpUrl : target.current.url;
      const headers = { 'content-type': 'application/json', 'content-encoding': 'gzip' };
      const answers = await Promise.all(
        [1, 2, 3].map(() => fetch(base + path, { method: 'POST', headers, body: new Uint8Array(bomb) })),
      );
      // 503: too many large bodies at once, come again.
      for (const { status } of answers) expect([413, 503], path).toContain(status);
    }
    const kib = residentKib(pid);
    // Unpacked they were 900 MiB at a time.
    if (kib !== undefined) expect(kib).toBeLessThan(700 * 1024);
    expect((await target.current.fire({ session_id: 'well', hook_event_name: 'Stop' })).status).toBe(200);
  });

  it('is unpacked once, and by gzip only', async () => {
    const twice = gzipSync(gzipSync('{}'));
    const send = async (encoding: string, body: Buffer) => {
      const headers = { 'content-type': 'application/json', 'content-encoding': encoding };
      const init = { method: 'POST', headers, body: new Uint8Array(body) };
      return (await fetch(`${target.current.otlpUrl}/v1/logs`, init)).status;
    };
    expect(await send('gzip', twice)).toBe(400);
    for (const encoding of ['gzip, gzip', 'deflate', 'br', 'zstd', 'compress'])
      expect([encoding, await send(encoding, twice)]).toEqual([encoding, 415]);
    expect(await send('gzip', gzipSync('{"resourceLogs":[]}')), 'the control').toBe(200);
    expect(await send('gzip', gzipSync('{"resourceLogs":[]}').subarray(0, 15)), 'broken off').toBe(400);
  });

  it('is not taken on the live connection: no compression is agreed to, and who compresses all the same is shown out', async () => {
    const socket = await openSocket(portOf(target.current.url));
    const lines = upgradeLines('localhost', 'Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits');
    socket.write(`${lines.join('\r\n')}\r\n\r\n`);
    const answer = await readAnswer(socket);
    expect(answer.status).toBe(101);
    expect(answer.head).not.toMatch(/sec-websocket-extensions/i);
    const ended = new Promise((resolve) => socket.once('close', resolve));
    socket.write(compressedFrame(deflateRawSync(Buffer.alloc(100 * MiB, 32), { level: 9 })));
    socket.resume();
    await ended;
    expect((await target.current.ask('/api/status')).status).toBe(200);
  });
});

/** A masked text frame that says it is compressed (RSV1). */
function compressedFrame(payload: Buffer): Buffer {
  const length = Buffer.alloc(8);
  length.writeBigUInt64BE(BigInt(payload.length));
  return Buffer.concat([Buffer.from([0xc1, 0xff]), length, Buffer.alloc(4), payload]);
}

function residentKib(pid: number): number | undefined {
  const file = `/proc/${pid}/status`;
  if (!existsSync(file)) return undefined; // only Linux tells it so
  return Number(/VmHWM:\s+(\d+)/.exec(readFileSync(file, 'utf8'))?.[1]);
}

// The load generator, a process of its own: raw keep-alive sockets, each sends its next request when the last one is
// answered. Told what to do by one message, answers with one.
import { randomUUID } from 'node:crypto';
import net from 'node:net';
import { createPayloads } from './payloads.mjs';
import { percentiles } from './percentiles.mjs';

process.on('message', async (job) => process.send(await run(job)));

/**
 * Measures after `warmUpMs` and `warmUpEvents`, or from `measureAt` (ms since 1970) on.
 * @param {{ port: number, path: string, connections: number, warmUpMs?: number, warmUpEvents?: number,
 *   measureAt?: number, ms: number, sessions?: number, seed?: number, perSecond?: number }} job
 */
async function run(job) {
  const { port, path, connections, warmUpMs = 0, warmUpEvents = 0, measureAt, ms, perSecond } = job;
  const { sessions = 64, seed = 1 } = job;
  const payloads = createPayloads({ sessions, seed });
  // Made before the measurement: generating costs more than sending.
  const bodies = Array.from({ length: 8192 }, (_, index) => Buffer.from(JSON.stringify(payloads.next(index))));
  const latencies = [];
  let sent = 0;
  let failed = 0;
  let isMeasuring = false;
  let isOver = false;
  const head = `POST ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nContent-Type: application/json\r\n${senderHeaders}`;

  const sockets = await Promise.all(Array.from({ length: connections }, () => connect(port)));
  const lanes = sockets.map((socket, lane) => pump(socket, lane));
  await sleep(measureAt === undefined ? warmUpMs : Math.max(0, measureAt - Date.now()));
  while (sent < warmUpEvents) await sleep(10);
  isMeasuring = true;
  const startedAt = performance.now();
  await sleep(ms);
  isMeasuring = false;
  const tookMs = performance.now() - startedAt;
  isOver = true;
  await Promise.all(lanes);
  for (const socket of sockets) socket.destroy();
  latencies.sort((a, b) => a - b);
  return {
    perSecond: (latencies.length / tookMs) * 1000,
    count: latencies.length,
    failed,
    sent,
    ...percentiles(latencies),
  };

  async function pump(socket, lane) {
    const gapMs = perSecond ? (1000 * connections) / perSecond : 0;
    let due = performance.now() + (lane * gapMs) / connections;
    for (let index = lane; !isOver; index += connections) {
      if (gapMs > 0) {
        due += gapMs;
        const wait = due - performance.now();
        if (wait > 0) await sleep(wait);
      }
      const body = bodies[index % bodies.length];
      const startedAt = performance.now();
      const status = await exchange(
        socket,
        `${head}telltale-event-id: ${randomUUID()}\r\ntelltale-at: ${Date.now()}\r\nContent-Length: ${body.length}\r\n\r\n`,
        body,
      );
      sent += 1;
      if (status < 200 || status >= 300) failed += 1;
      else if (isMeasuring) latencies.push(performance.now() - startedAt);
    }
  }
}

/** What our hook script sends beside the event's id. */
const senderHeaders = [
  'telltale-app: shop',
  'telltale-install: project',
  'telltale-claude-pid: 4242',
  'telltale-host: devbox',
  'telltale-user: ada',
  'telltale-claude-code-entrypoint: cli',
  'telltale-term-program: tmux',
  'telltale-tmux-pane: %3',
  '',
].join('\r\n');

function connect(port) {
  return new Promise((resolve, reject) => {
    const socket = net.connect(port, '127.0.0.1', () => resolve(socket)).setNoDelay(true);
    socket.once('error', reject);
  });
}

/** One request and its answer's status; answers are small enough to come in one piece. */
function exchange(socket, head, body) {
  return new Promise((resolve, reject) => {
    const settle = (data) => {
      socket.off('error', reject);
      resolve(Number(data.toString('latin1', 9, 12)));
    };
    socket.once('data', settle);
    socket.once('error', reject);
    socket.cork();
    socket.write(head, 'latin1');
    socket.write(body);
    socket.uncork();
  });
}

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

// Viewers of the live socket in a process of their own. An event carries its time of sending as `at`.
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { percentiles } from './percentiles.mjs';

const { WebSocket } = createRequire(join(import.meta.dirname, '../apps/server/package.json'))('ws');

process.on('message', async (job) => process.send(await run(job)));

async function run({ port, viewers, ms }) {
  const latencies = [];
  const counts = Array.from({ length: viewers }, () => 0);
  let doubled = 0;
  const sockets = await Promise.all(Array.from({ length: viewers }, (_, viewer) => open(viewer)));
  await new Promise((resolve) => setTimeout(resolve, ms));
  for (const socket of sockets) socket.terminate();
  latencies.sort((a, b) => a - b);
  return { ...percentiles(latencies), fewest: Math.min(...counts), most: Math.max(...counts), doubled };

  function open(viewer) {
    return new Promise((resolve, reject) => {
      const socket = new WebSocket(`ws://127.0.0.1:${port}/live`);
      let last = 0;
      socket.on('open', () => {
        socket.send(JSON.stringify({ subscribe: { after: 0 } }));
        resolve(socket);
      });
      socket.on('error', reject);
      socket.on('message', (data) => {
        const now = Date.now();
        // Reading every frame whole 50 times would measure this process: one viewer reads, the others count.
        const text = data.toString();
        if (viewer > 0) {
          counts[viewer] += countOf(text);
          return;
        }
        const { events } = JSON.parse(text);
        for (const event of events ?? []) {
          counts[0] += 1;
          if (event.seq <= last) doubled += 1;
          last = event.seq;
          latencies.push(now - Date.parse(event.at));
        }
      });
    });
  }
}

/** Events in a frame; inside a payload's texts the quotes would be escaped. */
function countOf(text) {
  if (!text.startsWith('{"events":[')) return 0;
  let count = 0;
  for (let at = text.indexOf('"seq":'); at >= 0; at = text.indexOf('"seq":', at + 1)) count += 1;
  return count;
}

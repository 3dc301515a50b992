// Viewers of the live socket in a process of their own. An event carries its time of sending as `at`.
import { createRequire } from 'node:module';
import { join } from 'node:path';

const { WebSocket } = createRequire(join(import.meta.dirname, '../apps/server/package.json'))('ws');

process.on('message', async (job) => process.send(await run(job)));

/** Counts how late each event came to each viewer, in milliseconds. */
const slots = 60_000;

/** Latencies are of events that were sent after `measureAt` (ms since 1970); what was seen is counted from the first on. */
async function run({ port, viewers, measureAt, until }) {
  const late = new Uint32Array(slots);
  const read = createFrameReader();
  const counts = Array.from({ length: viewers }, () => 0);
  let doubled = 0;
  const sockets = await Promise.all(Array.from({ length: viewers }, (_, viewer) => open(viewer)));
  await new Promise((resolve) => setTimeout(resolve, until - Date.now()));
  for (const socket of sockets) socket.terminate();
  return {
    p50: percentile(late, 0.5),
    p99: percentile(late, 0.99),
    fewest: Math.min(...counts),
    most: Math.max(...counts),
    doubled,
    decoded: read.decoded(),
  };

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
        const { seqs, times } = read(data);
        for (let index = 0; index < seqs.length; index += 1) {
          if (seqs[index] <= last) doubled += 1;
          last = seqs[index];
          if (times[index] >= measureAt) late[Math.min(Math.max(now - times[index], 0), slots - 1)] += 1;
        }
        counts[viewer] += seqs.length;
      });
    });
  }
}

/**
 * Frame → the `seq` and time of its events. Parsing every frame 50 times would measure this process, so what one viewer
 * got is parsed once, and again only where another one's bytes differ from it.
 */
function createFrameReader() {
  const nothing = { seqs: [], times: [] };
  const start = Buffer.from('{"events":[');
  const known = new Map();
  let decoded = 0;

  function read(data) {
    if (data.compare(start, 0, start.length, 0, Math.min(start.length, data.length)) !== 0) return nothing;
    // A frame ends with its `upTo`.
    const key = `${data.length} ${data.latin1Slice(Math.max(0, data.length - 24))}`;
    const same = known.get(key);
    if (same?.data.equals(data)) return same.events;
    decoded += 1;
    const { events } = JSON.parse(data.toString());
    const frame = {
      data,
      events: { seqs: events.map(({ seq }) => seq), times: events.map(({ at }) => Date.parse(at)) },
    };
    known.set(key, frame);
    if (known.size > 64) known.delete(known.keys().next().value);
    return frame.events;
  }
  return Object.assign(read, { decoded: () => decoded });
}

function percentile(counts, share) {
  let left = counts.reduce((sum, count) => sum + count, 0) * share;
  for (const [ms, count] of counts.entries()) {
    left -= count;
    if (left < 0) return ms;
  }
  return 0;
}

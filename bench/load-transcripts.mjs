// Sends transcripts as our sender does: chunks of at most 1 MB that end at a newline, one after the other, file after file.
import { randomUUID } from 'node:crypto';
import http from 'node:http';
import { createPayloads } from './payloads.mjs';

process.on('message', async (job) => process.send(await run(job)));

async function run({ port, ms, megabytes }) {
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  const chunks = chunksOf(megabytes);
  const endsAt = performance.now() + ms;
  let bytes = 0;
  let files = 0;
  while (performance.now() < endsAt) {
    const session = randomUUID();
    let offset = 0;
    for (const chunk of chunks(session)) {
      const path = `/ingest/transcript?session=${session}&agent=&offset=${offset}&head=1-${files}`;
      const status = await post(agent, port, path, chunk);
      if (status !== 204) throw new Error(`a chunk got ${status}`);
      offset += chunk.length;
      bytes += chunk.length;
    }
    files += 1;
  }
  agent.destroy();
  return { megabytes: bytes / 1e6, files };
}

/** Lines of a few kB, as transcripts have them. */
function chunksOf(megabytes) {
  const payloads = createPayloads({ sessions: 1, seed: 5 });
  const contents = Array.from({ length: 400 }, () => payloads.next(0));
  return function* chunks(session) {
    for (let chunk = 0; chunk < megabytes; chunk += 1) {
      const lines = [];
      for (let bytes = 0, n = 0; ; n += 1) {
        const line = `${JSON.stringify({ type: 'user', uuid: randomUUID(), sessionId: session, timestamp: new Date().toISOString(), message: contents[n % contents.length] })}\n`;
        bytes += Buffer.byteLength(line);
        if (bytes > 1024 * 1024) break;
        lines.push(line);
      }
      yield Buffer.from(lines.join(''));
    }
  };
}

function post(agent, port, path, body) {
  return new Promise((resolve, reject) => {
    const request = http.request(
      {
        agent,
        port,
        host: '127.0.0.1',
        method: 'POST',
        path,
        headers: { 'content-type': 'application/x-ndjson', 'content-length': body.length },
      },
      (response) => response.resume().once('end', () => resolve(response.statusCode)),
    );
    request.once('error', reject);
    request.end(body);
  });
}

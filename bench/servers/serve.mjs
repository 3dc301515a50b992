import { createServer } from 'node:http';

/** Listens on a free port and tells it to the parent. */
export function listen(handle) {
  const server = createServer(handle);
  server.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }));
  answerUsage();
}

/** Tells the parent what this process has used, when it asks. */
export function answerUsage() {
  process.on('message', (message) => {
    if (message !== 'usage') return;
    const { user, system } = process.cpuUsage();
    process.send({ cpuUs: user + system, maxRss: process.resourceUsage().maxRSS * 1024 });
  });
}

export function readBody(request) {
  return new Promise((resolve, reject) => {
    const chunks = [];
    request.on('data', (chunk) => chunks.push(chunk));
    request.on('end', () => resolve(chunks.length === 1 ? chunks[0] : Buffer.concat(chunks)));
    request.on('error', reject);
  });
}

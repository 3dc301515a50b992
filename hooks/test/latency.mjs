import { spawn } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { hookSettings } from '../registration.mjs';

// What a hook costs, as a ratio to `cat >/dev/null` of the same run: `npm run latency -w hooks`.

const rounds = 150;
const root = mkdtempSync(join(tmpdir(), 'telltale-latency-'));
const project = join(root, 'shop');
mkdirSync(project);
cpSync(fileURLToPath(new URL('../.claude', import.meta.url)), join(project, '.claude'), { recursive: true });

const [up, hanging] = await Promise.all([serve(true), serve(false)]);
const command = hookSettings().PreToolUse?.[0]?.hooks[0]?.command ?? '';
const body = JSON.stringify({
  session_id: 's',
  hook_event_name: 'PreToolUse',
  tool_input: { command: 'x'.repeat(1000) },
});

/** @type {Record<string, { text: string, url: string, ms: number[] }>} */
const variants = {
  'cat >/dev/null': { text: 'cat >/dev/null', url: '', ms: [] },
  'server up': { text: command, url: up.url, ms: [] },
  'server down': { text: command, url: 'http://127.0.0.1:9', ms: [] },
  'server hangs': { text: command, url: hanging.url, ms: [] },
};
for (let round = 0; round < rounds; round++) {
  for (const { text, url, ms } of Object.values(variants)) {
    ms.push(await time(text, url));
    await sleep(20);
  }
}

const base = at(variants['cat >/dev/null']?.ms ?? [], 0.5);
for (const [name, { ms }] of Object.entries(variants)) {
  const [p50, p95] = [at(ms, 0.5), at(ms, 0.95)];
  console.log(
    `${name.padEnd(16)} p50 ${p50.toFixed(2)} ms  p95 ${p95.toFixed(2)} ms  ÷ cat ${(p50 / base).toFixed(2)}`,
  );
}
for (const { close } of [up, hanging]) close();
rmSync(root, { recursive: true, force: true, maxRetries: 20, retryDelay: 200 });

/** @param {boolean} answers */
async function serve(answers) {
  const server = createServer((request, response) => {
    request.resume().on('end', () => answers && response.end());
  });
  await new Promise((done) => server.listen(0, '127.0.0.1', () => done(undefined)));
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : 0;
  const close = () => {
    server.close();
    server.closeAllConnections();
  };
  return { url: `http://127.0.0.1:${port}`, close };
}

/**
 * @param {string} text
 * @param {string} url
 * @returns {Promise<number>}
 */
function time(text, url) {
  const env = { PATH: process.env.PATH, HOME: root, CLAUDE_PROJECT_DIR: project, TELLTALE_URL: url };
  const startedAt = performance.now();
  const child = spawn('/bin/sh', ['-c', text], { env: { ...env, CLAUDE_PID: String(process.pid) }, detached: true });
  child.stdin.end(body);
  return new Promise((done) => child.on('close', () => done(performance.now() - startedAt)));
}

/**
 * @param {number[]} values
 * @param {number} share
 */
function at(values, share) {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length * share)] ?? Number.NaN;
}

import { spawn } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { statusLineCommand } from '../connect/status-line.mjs';
import { hookSettings } from '../registration.mjs';

// What a hook costs, as a ratio to `cat >/dev/null` of the same run, and what our status line costs beyond one of the
// user's: `npm run latency -w hooks`.

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

const down = 'http://127.0.0.1:9';
await report('÷ cat', (p50, base) => (p50 / base).toFixed(2), {
  'cat >/dev/null': () => time('cat >/dev/null', body, ''),
  'server up': () => time(command, body, up.url),
  'server down': () => time(command, body, down),
  'server hangs': () => time(command, body, hanging.url),
});

const home = join(root, '.telltale');
cpSync(fileURLToPath(new URL('../.claude/hooks/telltale', import.meta.url)), join(home, 'hooks'), { recursive: true });
const own = 'cat >/dev/null; echo mine';
const line = statusLineCommand(own);
// Each run tells something new: the dearest case.
let told = 0;
const status = () =>
  `${JSON.stringify({ session_id: 's', text: 'x'.repeat(1000), cost: { total_cost_usd: ++told, total_duration_ms: told } })}\n`;
/** @param {boolean} isWaiting */
const attend = (isWaiting) => {
  const now = Math.floor(Date.now() / 1000);
  writeFileSync(join(home, 'attention'), isWaiting ? `${now}\n${now - 100} other api\n` : '');
};
/**
 * @param {string} url
 * @param {boolean} [isWaiting]
 */
const show = (url, isWaiting = false) => {
  attend(isWaiting);
  return time(line, status(), url);
};
await report('beyond it, ms', (p50, base) => (p50 - base).toFixed(2), {
  'own status line': () => time(own, status(), ''),
  'server up': () => show(up.url),
  'server down': () => show(down),
  'server hangs': () => show(hanging.url),
  'somebody waits': () => show(up.url, true),
});

/**
 * Each in turn, so that what else runs here is the same for all.
 * @param {string} column
 * @param {(p50: number, base: number) => string} compare with the first
 * @param {Record<string, () => Promise<number>>} variants
 */
async function report(column, compare, variants) {
  /** @type {Map<string, number[]>} */
  const all = new Map(Object.keys(variants).map((name) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    for (const [name, run] of Object.entries(variants)) {
      all.get(name)?.push(await run());
      await sleep(20);
    }
  }
  const [first = []] = all.values();
  for (const [name, ms] of all) {
    const [p50, p95] = [at(ms, 0.5), at(ms, 0.95)];
    const compared = compare(p50, at(first, 0.5));
    console.log(`${name.padEnd(16)} p50 ${p50.toFixed(2)} ms  p95 ${p95.toFixed(2)} ms  ${column} ${compared}`);
  }
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
 * @param {string} stdin
 * @param {string} url
 * @returns {Promise<number>}
 */
function time(text, stdin, url) {
  const env = { PATH: process.env.PATH, HOME: root, CLAUDE_PROJECT_DIR: project, TELLTALE_URL: url };
  const startedAt = performance.now();
  const child = spawn('/bin/sh', ['-c', text], { env: { ...env, CLAUDE_PID: String(process.pid) }, detached: true });
  child.stdin.end(stdin);
  return new Promise((done) => child.on('close', () => done(performance.now() - startedAt)));
}

/**
 * @param {number[]} values
 * @param {number} share
 */
function at(values, share) {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length * share)] ?? Number.NaN;
}

// Measures the page in Chromium; prints a list of `{ what, value, unit, limit, detail }` as JSON.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import type { Analysis } from '@telltale/core/analysis';
import type { CDPSession, Page } from 'playwright-core';
import { demoDay } from '../apps/cli/src/demo/demo-day.ts';
import { tellSession } from '../apps/cli/src/demo/tell-session.ts';
import { deliver, deliverTranscript, sendHook } from '../test/browser/deliver.ts';
import { openBrowser } from '../test/browser.ts';
import { requires } from '../test/requires.ts';
import { startService } from '../test/service.ts';
import { waitFor } from '../test/wait.ts';
import { type PageTask, tasksDuring } from './browser-tasks.ts';
import { median } from './percentiles.mjs';
import { runJob } from './processes.mjs';

interface Measured {
  what: string;
  value: number;
  unit: string;
  limit: number;
  detail: string;
}

if (!requires('chromium')) process.exit(3);
const isQuick = process.argv[2] === 'quick';
const folder = mkdtempSync(join(tmpdir(), 'telltale-browser-bench-'));
const service = await startService({ home: folder });
const browser = await openBrowser();
const rows: Measured[] = [];
const print = (line: string) => process.stderr.write(`  ${line}\n`);

/** Runs in the page: what the browser itself says about shifts and late input. */
const observers = `
const seen = { firstRowMs: 0, shift: 0, delays: [] };
window.seen = seen;
new MutationObserver((_, observer) => {
  if (!document.querySelector('[role=grid] [role=row]')) return;
  requestAnimationFrame(() => setTimeout(() => { seen.firstRowMs = performance.now(); }));
  observer.disconnect();
}).observe(document, { childList: true, subtree: true });
const observe = (type, take, options) =>
  new PerformanceObserver((list) => list.getEntries().forEach(take)).observe({ type, buffered: true, ...options });
// A clock that gains a digit is no jump.
observe('layout-shift', (entry) => { if (entry.value >= 0.0001) seen.shift += entry.value; });
observe('event', (entry) => seen.delays.push(entry.processingStart - entry.startTime), { durationThreshold: 16 });
`;

interface Seen {
  firstRowMs: number;
  shift: number;
  delays: number[];
}

async function open(path: string): Promise<Page> {
  const context = await browser.newContext({ viewport: { width: 1600, height: 1000 }, reducedMotion: 'reduce' });
  const page = await context.newPage();
  await page.addInitScript(observers);
  await page.goto(service.url + path);
  await waitFor('the first row', async () => (await seenBy(page)).firstRowMs > 0);
  return page;
}

const seenBy = (page: Page): Promise<Seen> => page.evaluate('seen');

async function measureFirstLoad(): Promise<void> {
  const context = await browser.newContext();
  const page = await context.newPage();
  const scripts: Promise<Buffer>[] = [];
  page.on('response', (response) => {
    if (response.request().resourceType() === 'script') scripts.push(response.body());
  });
  await page.goto(service.url, { waitUntil: 'networkidle' });
  const bytes = (await Promise.all(scripts)).reduce((sum, body) => sum + gzipSync(body).length, 0);
  await context.close();
  note('script of the first load, gzip', bytes / 1000, 'kB', 150, `${scripts.length} files`);

  const times: number[] = [];
  for (let round = 0; round < 5; round += 1) {
    const fresh = await open('/');
    times.push((await seenBy(fresh)).firstRowMs);
    await fresh.context().close();
  }
  note('feed usable after', median(times), 'ms', 1000, 'median of 5 first visits');
}

/** From the answer of its POST to the frame in which an event stands on the page. */
async function measureArrival(): Promise<void> {
  const page = await open('/');
  await page.evaluate(`
    window.arrived = {};
    new MutationObserver(() => {
      for (const [mark] of document.querySelector('[role=grid]').textContent.matchAll(/mark-\\d+-/g))
        if (!(mark in arrived)) { arrived[mark] = 0; requestAnimationFrame(() => setTimeout(() => { arrived[mark] = Date.now(); })); }
    }).observe(document.querySelector('[role=grid]'), { childList: true, subtree: true, characterData: true });
  `);
  const answered: number[] = [];
  const session = tellSession({ name: 'arrival', cwd: '/p/arrival', startMs: Date.now() });
  for (let n = 0; n < 60; n += 1) {
    const input = { command: `echo mark-${n}-` };
    const call = { hook_event_name: 'PreToolUse', tool_name: 'Bash', tool_input: input, tool_use_id: `toolu_${n}` };
    await sendHook(service, { input: { session_id: session.sessionId, cwd: '/p/arrival', ...call } });
    answered.push(Date.now());
    await sleep(40 + 7 * (n % 9));
  }
  await sleep(500);
  const arrived: Record<string, number> = await page.evaluate('arrived');
  const waits = answered.map((at, n) => (arrived[`mark-${n}-`] || Number.POSITIVE_INFINITY) - at).sort((a, b) => a - b);
  const detail = `p50 ${median(waits)} ms, ${waits.length} events`;
  note(
    'an event is on screen after its POST is answered, p95',
    waits[Math.floor(waits.length * 0.95)] ?? 0,
    'ms',
    150,
    detail,
  );
  note('layout shift', (await seenBy(page)).shift, '', 0, 'cumulative: first load and 60 events');
  await page.context().close();
}

async function measureLongSession(): Promise<void> {
  const session = tellSession({ name: 'long', cwd: '/p/long', startMs: Date.now() - 3 * 3_600_000 });
  for (let turn = 0; turn < 20; turn += 1) {
    session.prompt(`Part ${turn}`);
    for (let n = 0; n < 166; n += 1)
      session.call('Bash', { command: `step ${turn}.${n}` }, { stdout: `${n}\n`.repeat(20) });
    session.stop(`Part ${turn} is done.`);
  }
  const waiting = [...session.hooks];
  const send = async () => {
    for (let hook = waiting.shift(); hook; hook = waiting.shift()) await sendHook(service, hook);
  };
  await Promise.all(Array.from({ length: 16 }, send));
  // With what it cost: each call has a request of its own.
  await deliverTranscript(service, session);
  await waitFor('its price', async () => (await service.session(session.sessionId)).costUsd !== undefined, 60_000);
  const times: number[] = [];
  for (let round = 0; round < 3; round += 1) {
    const page = await open(`/sessions/${session.sessionId}`);
    times.push((await seenBy(page)).firstRowMs);
    await page.context().close();
  }
  note('session page interactive after', median(times), 'ms', 1000, `${session.hooks.length} events, median of 3`);

  const page = await open(`/sessions/${session.sessionId}`);
  await page.getByRole('status').filter({ hasText: 'reading' }).waitFor({ state: 'detached' });
  const cdp = await page.context().newCDPSession(page);
  const tasks = await tasksDuring(cdp, () =>
    page.evaluate(`(async () => {
      const grid = document.querySelector('[role=grid]');
      for (let frame = 0; frame < 240; frame += 1) {
        const end = grid.scrollHeight - grid.clientHeight;
        grid.scrollTop = frame < 120 ? end - frame * 40 : (end * (240 - frame)) / 120;
        await new Promise(requestAnimationFrame);
      }
    })()`),
  );
  noteTasks('longest task while scrolling a story', tasks, `${session.hooks.length} events`);
  await page.context().close();
}

/** As many numbers in one chart as no service of ours sends yet: its answer, made longer. */
async function measureChart(): Promise<void> {
  const points = 100_000;
  const names = ['web', 'api', 'infra', 'docs', 'shop'];
  const context = await browser.newContext({ viewport: { width: 1600, height: 1000 }, reducedMotion: 'reduce' });
  const page = await context.newPage();
  let isLong = false;
  await page.route('**/api/analysis/spend?*', async (route) => {
    const response = await route.fetch();
    const told = (await response.json()) as Analysis;
    if (!isLong) return route.fulfill({ response, json: told });
    const count = points / names.length;
    const hourMs = 3_600_000;
    const from = Date.parse(told.to) - count * hourMs;
    const buckets = Array.from({ length: count }, (_, n) => new Date(from + n * hourMs).toISOString());
    const rows = names.map((name, row) => {
      const costUsd = buckets.map((_, n) => (1 + Math.sin(n / (90 + 40 * row))) * (1 + ((n * 7919) % 13)));
      const values = { costUsd: costUsd.reduce((sum, one) => sum + one, 0) };
      return { key: name, label: name, values, sessions: 1, series: { costUsd } };
    });
    return route.fulfill({ response, json: { ...told, bucket: 'hour', buckets, rows } });
  });
  await page.goto(`${service.url}/analytics`);
  const spend = page.getByRole('region', { name: 'Spend', exact: true });
  await spend.locator('canvas').waitFor();
  const cdp = await context.newCDPSession(page);
  isLong = true;
  const tasks = await tasksDuring(cdp, async () => {
    await page.getByRole('button', { name: '30 days' }).click();
    await spend.getByRole('button', { name: 'infra', exact: true }).waitFor();
    await page.evaluate('new Promise((done) => requestAnimationFrame(() => setTimeout(done, 200)))');
  });
  noteTasks('longest task while a long chart comes and is drawn', tasks, '100,000 points', 100);
  await context.close();
}

/** 2,000 events/s into an open page, then everything that a full page must still do. */
async function measureCrowd(): Promise<void> {
  const page = await open('/');
  const cdp = await page.context().newCDPSession(page);
  await cdp.send('HeapProfiler.enable');
  const emptyMb = await heapMb(cdp);
  await measureInputDelay(page);
  await fill(page);
  const rowsHeld = `${await rowCount(page)} rows`;
  note('memory of the page, full', await heapMb(cdp), 'MB', 600, `${rowsHeld}; ${emptyMb.toFixed(0)} MB with a day`);
  noteTasks('longest task while scrolling', await tasksDuring(cdp, () => page.evaluate(scrollTheFeed)), rowsHeld);
  await measureFilters(page, rowsHeld);
  await page.context().close();
}

async function heapMb(cdp: CDPSession): Promise<number> {
  await cdp.send('HeapProfiler.collectGarbage');
  return ((await cdp.send('Runtime.getHeapUsage')) as { usedSize: number }).usedSize / 1e6;
}

/** Keys are pressed all the time while events pour in. */
async function measureInputDelay(page: Page): Promise<void> {
  const sending = crowd({ ms: isQuick ? 6000 : 30_000, perSecond: 2000 });
  let isOver = false;
  void sending.finally(() => {
    isOver = true;
  });
  while (!isOver) {
    await page.keyboard.press('k');
    await sleep(150);
  }
  const { perSecond } = await sending;
  const { delays } = await seenBy(page);
  const detail = `${Math.round(perSecond)} events/s, ${delays.length} slow events, longest`;
  note('input delay at 2,000 events/s', Math.max(0, ...delays), 'ms', 100, detail);
  await page.keyboard.press('Escape');
}

/** Until the feed holds about as many rows as it keeps. */
async function fill(page: Page): Promise<void> {
  for (let round = 0; round < (isQuick ? 1 : 12) && (await rowCount(page)) < 90_000; round += 1) {
    await crowd({ ms: 6000, perSecond: 4000, seed: 2 + round });
  }
  await sleep(2000);
}

function crowd(load: { ms: number; perSecond: number; seed?: number }) {
  const port = Number(new URL(service.url).port);
  return runJob('load', { port, path: '/ingest/hook', connections: 16, warmUpMs: 500, sessions: 64, ...load });
}

async function rowCount(page: Page): Promise<number> {
  return Number(await page.evaluate("document.querySelector('[role=grid]').getAttribute('aria-rowcount')"));
}

/** Runs in the page: quickly at the end, then all the way up. */
const scrollTheFeed = `(async () => {
  const grid = document.querySelector('[role=grid]');
  const end = grid.scrollHeight;
  for (let frame = 0; frame < 240; frame += 1) {
    const place = frame < 120 ? end - frame * 400 : (end * (240 - frame)) / 120 * 0.9 + 2000;
    grid.scrollTop = Math.max(2000, place);
    await new Promise(requestAnimationFrame);
  }
})()`;

async function measureFilters(page: Page, rowsHeld: string): Promise<void> {
  const filters = ['tool:Bash', 'tool:Edit', 'outcome:failed', '"greet"'];
  const times: number[] = [];
  for (const filter of filters) {
    times.push(await page.evaluate(typeFilter(filter)));
    await sleep(800);
    await page.getByRole('button', { name: 'Clear the filter' }).click();
    await sleep(800);
  }
  const detail = `${rowsHeld}, slowest of ${filters.length}`;
  note('filter shows its first result after', Math.max(...times), 'ms', 50, detail);
}

/** Runs in the page: types a filter and tells after how many ms the feed shows another number of rows. */
const typeFilter = (filter: string) => `(async () => {
  const grid = document.querySelector('[role=grid]');
  const box = document.querySelector('[role=combobox]');
  const before = grid.getAttribute('aria-rowcount');
  const began = performance.now();
  box.value = ${JSON.stringify(`${filter} `)};
  box.setSelectionRange(box.value.length, box.value.length);
  box.dispatchEvent(new Event('input', { bubbles: true }));
  while (performance.now() - began < 3000) {
    await new Promise((done) => { const { port1, port2 } = new MessageChannel(); port1.onmessage = done; port2.postMessage(0); });
    if (grid.getAttribute('aria-rowcount') !== before && grid.querySelector('[role=row]')) break;
  }
  return performance.now() - began;
})()`;

/** Processor time: on a busy machine the clock also counts what other processes took. */
function noteTasks(what: string, tasks: readonly PageTask[], of: string, limit = 50): void {
  const longest = Math.max(0, ...tasks.map(({ wallMs }) => wallMs));
  const detail = `${of}; processor time of ${tasks.length} tasks, by the clock ${longest.toFixed(0)} ms`;
  note(what, Math.max(0, ...tasks.map(({ cpuMs }) => cpuMs)), 'ms', limit, detail);
}

function note(what: string, value: number, unit: string, limit: number, detail: string): void {
  rows.push({ what, value, unit, limit, detail });
  print(`${what}: ${value.toFixed(2)} ${unit} (≤ ${limit}), ${detail}`);
}

try {
  await deliver(service, ...demoDay(Date.now()));
  await measureFirstLoad();
  await measureArrival();
  await measureChart();
  await measureLongSession();
  await measureCrowd();
  process.stdout.write(JSON.stringify(rows));
} finally {
  await browser.close();
  await service.stop();
  rmSync(folder, { recursive: true, force: true });
}

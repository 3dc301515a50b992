import { readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createSpoolLock } from './lock.ts';

/** What became of a spooled event; `later` leaves it where it is. */
export type Delivery = 'stored' | 'rejected' | 'later';

export interface SpoolOptions {
  /** `$TELLTALE_HOME/spool`; its folders are the contract of hooks/README.md. */
  folder: string;
  /** The addresses under which hooks of this machine may know this service. */
  urls: readonly string[];
  /** Takes the untouched stdin of a hook, the lines of its head and its time of origin. */
  deliver(body: Buffer, head: string, at: string): Promise<Delivery>;
  /** Brings what the store lacks of a session's transcript files. */
  takeTranscript(sessionId: string, path: string, app: string): Promise<void>;
  everyMs?: number;
  onProblem: (problem: string) => void;
}

export interface Spool {
  /** Looks at once, then every few seconds. */
  start(): void;
  /** Events that wait now, and events that senders dropped because the spool was full. */
  backlog(): Promise<{ items: number; dropped: number }>;
  stop(): Promise<void>;
}

/** What is read at once: so many events, and so many bytes of them or one longer event. */
const batchSize = 64;
const batchBytes = 8 << 20;
/** As the senders keep it. */
const maxRejectedBytes = 16_000_000;
/** Younger work has a sender of its own on the way. */
const graceMs = 10_000;
const forgottenMs = 2 * 86_400_000;

/**
 * Takes what hooks of this machine left for this service, under the lock that senders use: for machines with
 * neither curl nor node, and after a crash, whose senders gave up meanwhile.
 */
export function createSpool(options: SpoolOptions): Spool {
  const { folder, urls, everyMs = 5000, onProblem } = options;
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> = Promise.resolve();
  let isStopped = false;

  async function look(isStart: boolean): Promise<void> {
    for (const own of await ownFolders(folder, urls)) {
      if (await hasWork(own, isStart)) await drain(own, options, isStart, () => isStopped);
    }
  }

  function goOn(isStart: boolean): void {
    running = look(isStart)
      .catch((error: unknown) => onProblem(error instanceof Error ? error.message : String(error)))
      .then(() => {
        if (!isStopped) timer = setTimeout(goOn, everyMs, false).unref();
      });
  }

  return {
    start: () => goOn(true),
    async backlog() {
      const seen = { items: 0, dropped: 0 };
      for (const own of await ownFolders(folder, urls)) {
        seen.items += (await itemsIn(own)).length;
        seen.dropped += Number((await readText(join(own, 'dropped'))) ?? 0) || 0;
      }
      return seen;
    },
    async stop() {
      isStopped = true;
      clearTimeout(timer);
      await running;
    },
  };
}

async function drain(own: string, options: SpoolOptions, isStart: boolean, isStopped: () => boolean): Promise<void> {
  const lock = createSpoolLock(own);
  if (!(await lock.take())) return;
  try {
    await publishStrays(own);
    let items = await itemsIn(own);
    while (items.length > 0 && !isStopped()) {
      const batch = await firstOf(own, items);
      // All are read before the first is delivered: so they reach the store in the order of their time.
      const read = await Promise.all(batch.map((name) => readItem(own, name)));
      const kept = await Promise.all(read.map((item) => deliverItem(own, item, options)));
      await keepNewest(join(own, 'rejected'), maxRejectedBytes);
      const isStuck = read.every(({ body }) => body === undefined);
      if (isStuck || kept.includes(true) || !(await lock.renew())) return;
      items = await itemsIn(own);
    }
    for (const session of await sessionsDue(own, isStart)) {
      if (isStopped() || !(await lock.renew())) return;
      await takeTranscript(own, session, options);
    }
  } finally {
    await lock.release();
  }
}

async function firstOf(own: string, items: readonly string[]): Promise<readonly string[]> {
  const first = items.slice(0, batchSize);
  let bytes = 0;
  for (const [index, name] of first.entries()) {
    bytes += (await stat(join(own, name)).catch(() => undefined))?.size ?? 0;
    if (bytes > batchBytes) return first.slice(0, Math.max(index, 1));
  }
  return first;
}

interface Item {
  name: string;
  /** Absent: another taker of a stale lock was faster, or it cannot be read. */
  body: Buffer | undefined;
  head: string;
}

async function readItem(own: string, name: string): Promise<Item> {
  const body = await readFile(join(own, name)).catch(() => undefined);
  return { name, body, head: (await readText(join(own, headOf(name)))) ?? '' };
}

/** True when the item has to wait. */
async function deliverItem(own: string, { name, body, head }: Item, { deliver }: SpoolOptions): Promise<boolean> {
  if (!body) return false;
  const delivery = await deliver(body, head, timeOf(name));
  if (delivery === 'later') return true;
  for (const part of [name, headOf(name)]) {
    if (delivery === 'stored') await rm(join(own, part), { force: true });
    else await rename(join(own, part), join(own, 'rejected', part)).catch(() => rm(join(own, part), { force: true }));
  }
  if (delivery === 'stored') await writeFile(join(own, 'delivered'), '', { mode: 0o600 });
  return false;
}

/** Items are named by their time; their heads are small and go with them. */
async function keepNewest(folder: string, maxBytes: number): Promise<void> {
  let bytes = 0;
  for (const name of (await itemsIn(folder)).reverse()) {
    bytes += (await stat(join(folder, name)).catch(() => undefined))?.size ?? 0;
    if (bytes <= maxBytes) continue;
    for (const part of [name, headOf(name)]) await rm(join(folder, part), { force: true });
  }
}

/** A record names a session's transcript; it stays until the session has ended and everything of it is here. */
async function takeTranscript(
  own: string,
  session: string,
  { takeTranscript, onProblem }: SpoolOptions,
): Promise<void> {
  const record = join(own, 'transcripts', session);
  const [path = '', app = ''] = ((await readText(record)) ?? '').split('\n');
  for (const mark of ['due', 'late']) await rm(`${record}.${mark}`, { force: true });
  if (!path.endsWith('.jsonl')) return;
  try {
    await takeTranscript(session, path, app);
  } catch (error) {
    onProblem(`the transcript ${path} could not be taken: ${error instanceof Error ? error.message : error}`);
    // A full disk or a missing right may be mended: it stays due for two days, afterwards for the next start.
    if (!(await isForgotten(path))) await writeFile(`${record}.due`, '', { mode: 0o600 });
    return;
  }
  if (!(await hasEnded(record, path))) return;
  for (const file of [record, `${record}.end`]) await rm(file, { force: true });
}

/** A session that was killed has no end. */
async function hasEnded(record: string, path: string): Promise<boolean> {
  return (await readText(`${record}.end`)) !== undefined || isForgotten(path);
}

/** Untouched for two days, or gone. */
async function isForgotten(path: string): Promise<boolean> {
  return Date.now() - ((await stat(path).catch(() => undefined))?.mtimeMs ?? 0) > forgottenMs;
}

/** `<time>-<pid>-<n>.json` has its headers in `<pid>-<n>.head`. */
function headOf(item: string): string {
  return item.slice(item.indexOf('-') + 1).replace(/json$/, 'head');
}

/** A hook that was killed after it had all of stdin left `<pid>-<n>.tmp` beside its headers. */
async function publishStrays(own: string): Promise<void> {
  const names = await readdir(own);
  for (const name of names.filter((name) => /^\d+-\w+\.tmp$/.test(name))) {
    const stem = name.slice(0, -'.tmp'.length);
    // A head is there for a moment before its one write: an empty one is not yet written.
    if (!(await readText(join(own, `${stem}.head`)))) continue;
    const writtenAt = (await stat(join(own, name)).catch(() => undefined))?.mtimeMs;
    // Gone: its own hook was faster.
    if (writtenAt !== undefined)
      await rename(join(own, name), join(own, `${Math.round(writtenAt * 1000)}000-${stem}.json`)).catch(() => {});
  }
}

/** Items start with nanoseconds since 1970. */
function timeOf(name: string): string {
  const ms = Number(name.slice(0, name.indexOf('-')).slice(0, -6));
  return Number.isFinite(ms) && ms > 0 && ms < 8e15 ? new Date(ms).toISOString() : '';
}

async function ownFolders(folder: string, urls: readonly string[]): Promise<string[]> {
  const own: string[] = [];
  for (const name of await readdir(folder).catch(() => [])) {
    const url = (await readText(join(folder, name, 'url')))?.trim();
    if (url !== undefined && urls.includes(url)) own.push(join(folder, name));
  }
  return own;
}

async function hasWork(own: string, isStart: boolean): Promise<boolean> {
  if (isStart) await publishStrays(own);
  const items = await itemsIn(own);
  const [oldest] = items;
  const isOld = oldest !== undefined && Date.parse(timeOf(oldest)) < Date.now() - graceMs;
  return (isStart && items.length > 0) || isOld || (await sessionsDue(own, isStart)).length > 0;
}

/** Files only: a link could lead anywhere, and a pipe would wait for a writer. */
async function itemsIn(own: string): Promise<string[]> {
  const entries = await readdir(own, { withFileTypes: true }).catch(() => []);
  const files = entries.filter((entry) => entry.isFile()).map(({ name }) => name);
  return files.filter((name) => /^\d+-.*\.json$/.test(name)).sort();
}

/** Sessions whose transcript waits: all at the start, afterwards those that no sender came for. */
async function sessionsDue(own: string, isStart: boolean): Promise<string[]> {
  const folder = join(own, 'transcripts');
  const due: string[] = [];
  for (const name of await readdir(folder).catch(() => [])) {
    const session = isStart && /^[\w-]+$/.test(name) ? name : /^([\w-]+)\.(due|late)$/.exec(name)?.[1];
    const changedAt = (await stat(join(folder, name)).catch(() => undefined))?.mtimeMs ?? Number.POSITIVE_INFINITY;
    if (session && (isStart || changedAt < Date.now() - graceMs)) due.push(session);
  }
  return [...new Set(due)];
}

async function readText(file: string): Promise<string | undefined> {
  return readFile(file, 'utf8').catch(() => undefined);
}

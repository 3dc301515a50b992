import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { EventPage, Session, SessionPage, TelltaleEvent, TranscriptEntry, TranscriptPage } from '@telltale/core';
import { freePort } from './ports.ts';
import { waitFor } from './wait.ts';

export const root = fileURLToPath(new URL('..', import.meta.url));

/** The built service as a user runs it: a process of its own, spoken to over HTTP only. */
export interface Service {
  home: string;
  url: string;
  /** From /healthz, as an operator would find it. */
  pid(): Promise<number>;
  start(): Promise<void>;
  /** SIGTERM, and waits for the end. */
  stop(): Promise<number | null>;
  /** SIGKILL to the pid that /healthz names. */
  kill(): Promise<void>;
  /** Everything the process has printed. */
  log(): string;
  get<T>(path: string): Promise<T>;
  /** All events that match, oldest first, page by page as a client would. */
  events(query?: string): Promise<TelltaleEvent[]>;
  sessions(): Promise<Session[]>;
  session(id: string): Promise<Session>;
  transcript(id: string): Promise<{ entries: TranscriptEntry[]; complete: boolean }>;
}

export interface ServiceOptions {
  home: string;
  env?: Record<string, string>;
}

/** Starts `apps/server/dist/bundle/main.js`; run `npm run build` before. */
export async function startService(options: ServiceOptions): Promise<Service> {
  const service = await prepareService(options);
  await service.start();
  return service;
}

/** The same, not started yet: its address is known, nobody listens. */
export async function prepareService({ home, env }: ServiceOptions): Promise<Service> {
  const main = join(root, 'apps', 'server', 'dist', 'bundle', 'main.js');
  if (!existsSync(main)) throw new Error(`${main} is missing; run npm run build first`);
  mkdirSync(home, { recursive: true });
  const [port, otlpPort] = [await freePort(), await freePort()];
  const url = `http://127.0.0.1:${port}`;
  let child: ChildProcess | undefined;
  let printed = '';

  const health = () => get<{ status: string; pid: number }>('/healthz');
  const get = async <T>(path: string): Promise<T> => {
    const response = await fetch(url + path);
    if (!response.ok) throw new Error(`GET ${path}: ${response.status} ${await response.text()}`);
    return (await response.json()) as T;
  };
  const ended = (one: ChildProcess): Promise<number | null> =>
    one.exitCode !== null || one.signalCode !== null
      ? Promise.resolve(one.exitCode)
      : new Promise((gone) => one.once('exit', (code) => gone(code)));

  return {
    home,
    url,
    pid: async () => (await health()).pid,
    async start() {
      const started = spawn(process.execPath, [main], {
        stdio: ['ignore', 'pipe', 'pipe'],
        env: {
          PATH: process.env.PATH ?? '',
          HOME: home, // not the user's: nothing of this machine is imported or shown
          TELLTALE_HOME: home,
          TELLTALE_PORT: String(port),
          TELLTALE_OTLP_PORT: String(otlpPort),
          ...env,
        },
      });
      child = started;
      for (const stream of [started.stdout, started.stderr]) {
        stream.setEncoding('utf8').on('data', (text: string) => {
          printed += text;
        });
      }
      const hasEnded = () => started.exitCode !== null || started.signalCode !== null;
      await waitFor('/healthz of the service', async () => hasEnded() || (await health()).status === 'ok').catch(
        (error: unknown) => {
          throw new Error(`${String(error)}; it printed: ${printed}`);
        },
      );
      if (hasEnded()) throw new Error(`the service ended with ${started.exitCode ?? started.signalCode}: ${printed}`);
    },
    async stop() {
      if (!child) return null;
      child.kill('SIGTERM');
      return ended(child);
    },
    async kill() {
      process.kill((await health()).pid, 'SIGKILL');
      if (child) await ended(child);
    },
    log: () => printed,
    get,
    async events(query = '') {
      const list: TelltaleEvent[] = [];
      for (let after = 0; ; ) {
        const page = await get<EventPage>(`/api/events?order=asc&limit=1000&after=${after}&${query}`);
        list.push(...page.events);
        if (page.next === null || page.events.length === 0) return list;
        after = page.next;
      }
    },
    sessions: async () => (await get<SessionPage>('/api/sessions?limit=500')).sessions,
    session: (id) => get<Session>(`/api/sessions/${id}`),
    async transcript(id) {
      const entries: TranscriptEntry[] = [];
      for (let after = 0; ; ) {
        const page = await get<TranscriptPage>(`/api/sessions/${id}/transcript?limit=1000&after=${after}`);
        entries.push(...page.entries);
        if (page.next === null || page.entries.length === 0) return { entries, complete: page.complete };
        after = page.next;
      }
    },
  };
}

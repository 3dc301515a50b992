import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseFilter, type Session } from '@telltale/core';
import type { Store } from '../store/store.ts';
import { whoIsHere } from '../who-is-here.ts';

/**
 * Who waits for the person at this machine, as a small file that status lines read (hooks' attention.sh): the time, then
 * a line for each session, "<since> <session> <project>", the one that waits longest first. No file: nobody waits.
 */
export interface AttentionFile {
  /** A session's view is another one now. */
  touch(sessionId: string): void;
  start(): void;
  /** Takes the file away: what nobody keeps up to date must not go on asking. */
  stop(): void;
}

export interface AttentionOptions {
  store: Pick<Store, 'session' | 'sessions'>;
  /** TELLTALE_HOME */
  home: string;
  now: () => number;
  onProblem: (error: unknown) => void;
  /** What changed meanwhile is one write. */
  soonMs?: number;
  /** Written again so often, since a reader takes an old file for left behind; time alone ends waits, too. */
  everyMs?: number;
  me?: { user?: string; host: string };
}

const maxSessions = 50;
const dayMs = 24 * 60 * 60_000;

export function createAttentionFile(options: AttentionOptions): AttentionFile {
  const { store, home, now, onProblem, soonMs = 1000, everyMs = 30_000, me = whoIsHere() } = options;
  const path = join(home, 'attention');
  /** Who waits, as far as it is known. */
  const waiting = new Map<string, Session>();
  const touched = new Set<string>();
  let soon: NodeJS.Timeout | undefined;
  let timer: NodeJS.Timeout | undefined;
  let isThere = true;

  function look(ids: Iterable<string>): void {
    for (const id of ids) {
      const session = store.session(id, now());
      if (session && session.group === 'needs-you' && isMine(session, me)) waiting.set(id, session);
      else waiting.delete(id);
    }
  }

  function write(): void {
    const lines = [...waiting.values()]
      .map((session) => ({ session, since: Date.parse(session.waiting[0]?.since ?? session.lastEventAt) }))
      .sort((a, b) => a.since - b.since)
      .slice(0, maxSessions)
      .map(({ session, since }) => `${seconds(since)} ${wordOf(session.id)} ${wordsOf(session.app)}`);
    if (lines.length === 0) {
      if (isThere) rmSync(path, { force: true });
      isThere = false;
      return;
    }
    writeFileSync(`${path}.new`, `${[seconds(now()), ...lines].join('\n')}\n`, { mode: 0o600 });
    renameSync(`${path}.new`, path);
    isThere = true;
  }

  function safely(work: () => void): void {
    try {
      work();
    } catch (error) {
      onProblem(error);
    }
  }

  function settle(): void {
    soon = undefined;
    const ids = [...touched];
    touched.clear();
    const before = told(waiting);
    look(ids);
    if (told(waiting) !== before) write();
  }

  return {
    touch(sessionId) {
      touched.add(sessionId);
      soon ??= setTimeout(() => safely(settle), soonMs).unref();
    },
    start() {
      safely(() => {
        const since = new Date(now() - dayMs).toISOString();
        const { filter } = parseFilter('is:waiting');
        for (const { id } of store.sessions({ filter, since, limit: maxSessions, now: now() }).items) touched.add(id);
        settle();
        write();
      });
      timer = setInterval(() => {
        safely(() => {
          look([...waiting.keys()]);
          write();
        });
      }, everyMs).unref();
    },
    stop() {
      clearTimeout(soon);
      clearInterval(timer);
      safely(() => rmSync(path, { force: true }));
    },
  };
}

/** Of colleagues on other machines who report here, too, nobody waits for me. */
function isMine({ user, host }: Session, me: { user?: string; host: string }): boolean {
  return user === undefined || user === me.user || host === undefined || host === me.host;
}

function told(waiting: ReadonlyMap<string, Session>): string {
  return [...waiting.values()].map(({ id, app, waiting: waits }) => `${id} ${app} ${waits[0]?.since}`).join('\n');
}

function seconds(ms: number): number {
  return Math.floor(ms / 1000);
}

/** It ends up in a terminal: no orders to it, no line breaks, and not too much. */
function wordsOf(text: string): string {
  return (
    text
      .replace(/[\p{C}\p{Z}]+/gu, ' ')
      .trim()
      .slice(0, 40) || '?'
  );
}

function wordOf(id: string): string {
  return id.replace(/[^\w-]/g, '_').slice(0, 100);
}

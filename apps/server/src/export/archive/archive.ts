import { setImmediate } from 'node:timers/promises';
import type { Session } from '@telltale/core';
import { type AmsSession, amsIndex, amsKeys } from '@telltale/core/export';
import type { Store } from '../../store/store.ts';
import type { Archived } from './archived.ts';
import type { ArchiveStorage } from './storage.ts';

export interface ArchiveDeps {
  store: Pick<Store, 'session' | 'sessions' | 'transcript'>;
  storage: ArchiveStorage;
  archived: Archived;
  /** The whole document of a session; undefined when it is gone. */
  documentOf(sessionId: string): Promise<AmsSession | undefined>;
  now: () => number;
  onProblem(problem: string): void;
  onWorking(): void;
  /** How often, and how long after its last sign, a session is looked at. */
  lookMs?: number;
  settleMs?: number;
  firstRetryMs?: number;
}

export interface Archive {
  /** Something of the session is new. */
  touch(sessionId: string): void;
  /** Begins with what has never been archived. */
  start(): void;
  /** A file that is being written may end; what is left is found again at the next start. */
  stop(): Promise<void>;
}

/** Silent for so long, a session that did not end is taken for over. */
const silentMs = 15 * 60_000;
const maxRetryMs = 5 * 60_000;
const pageSize = 100;

/**
 * Puts a document of each session elsewhere once it is over, and again when it went on. Beside ingest, one at a time;
 * what cannot be put stays in the queue and is tried again, ever more rarely.
 */
export function createArchive(deps: ArchiveDeps): Archive {
  const { store, storage, archived, documentOf, now, onProblem, onWorking } = deps;
  const { lookMs = 2000, settleMs = 3000, firstRetryMs = 1000 } = deps;
  /** Sessions with something new, and when it came. */
  const fresh = new Map<string, number>();
  const queue = new Set<string>();
  let failures = 0;
  const stopping = new AbortController();
  let working: Promise<void> | undefined;
  let timer: NodeJS.Timeout | undefined;
  let wake = (): void => {};

  function look(): void {
    for (const [id, touchedAt] of fresh) {
      if (now() - touchedAt < settleMs) continue;
      const session = store.session(id, now());
      if (session && !isOver(session)) continue;
      fresh.delete(id);
      if (session) offer(session);
    }
  }

  function isOver({ state, lastEventAt }: Session): boolean {
    return state === 'ended' || state === 'failed' || state === 'lost' || now() - Date.parse(lastEventAt) > silentMs;
  }

  function offer(session: Session): void {
    const before = archived.stampOf(session.id);
    if (before === stampOf(session)) return;
    // Retention took part of it: the document that is there has more than a new one would.
    if (before !== undefined && session.pruned?.length) return;
    queue.add(session.id);
    working ??= work().finally(() => {
      working = undefined;
    });
  }

  /** Changes whenever the document would. */
  function stampOf({ id, lastSeq, costUsd, annotatedAt }: Session): string {
    const [entry] = store.transcript({ sessionId: id, order: 'desc', limit: 1 }).items;
    return [lastSeq, entry?.seq ?? 0, costUsd ?? '', annotatedAt ?? ''].join(' ');
  }

  async function work(): Promise<void> {
    for (const id of queue) {
      if (stopping.signal.aborted) return;
      try {
        await put(id);
        queue.delete(id);
        failures = 0;
        onWorking();
      } catch (error) {
        // What the stop broke off is found again at the next start.
        if (stopping.signal.aborted) return;
        failures += 1;
        // Behind the others: one that cannot be put must not keep them.
        queue.delete(id);
        queue.add(id);
        onProblem(`${storage.name} takes no sessions now, ${queue.size} wait: ${wordsOf(error)}`);
        await pause(Math.min(maxRetryMs, firstRetryMs * 2 ** (failures - 1)));
      }
    }
  }

  async function put(id: string): Promise<void> {
    const session = store.session(id, now());
    if (!session) return;
    // What comes while the document is made changes the stamp, and so is archived next.
    const stamp = stampOf(session);
    const document = await documentOf(id);
    if (!document) return;
    const keys = amsKeys(document, storage.prefix);
    await storage.put(keys.session, `${JSON.stringify(document)}\n`, stopping.signal);
    // The index comes second: it names no document that is not there.
    await storage.put(keys.index, `${JSON.stringify(amsIndex(document, keys.session))}\n`, stopping.signal);
    archived.note(id, stamp);
  }

  async function findUnarchived(): Promise<void> {
    for (let cursor: string | undefined; ; ) {
      const page = store.sessions({ limit: pageSize, now: now(), ...(cursor !== undefined && { cursor }) });
      for (const session of page.items) {
        if (isOver(session)) offer(session);
        else fresh.set(session.id, now());
        await setImmediate();
        if (stopping.signal.aborted) return;
      }
      if (page.next === null) return;
      cursor = page.next;
    }
  }

  function pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const waiting = setTimeout(resolve, ms);
      wake = () => {
        clearTimeout(waiting);
        resolve();
      };
    });
  }

  return {
    touch(sessionId) {
      fresh.set(sessionId, now());
    },
    start() {
      findUnarchived().catch((error: unknown) => onProblem(wordsOf(error)));
      timer = setInterval(() => {
        try {
          look();
        } catch (error) {
          onProblem(wordsOf(error));
        }
      }, lookMs).unref();
    },
    async stop() {
      stopping.abort();
      clearInterval(timer);
      wake();
      await working;
    },
  };
}

function wordsOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { name, message } = error;
  // The library of S3 puts the reason into the name, and sometimes nothing into the message.
  return name === 'Error' || message.includes(name) ? message : `${name}: ${message}`;
}

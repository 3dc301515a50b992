import { Worker } from 'node:worker_threads';
import type { AskedFile, ReadingTasks } from './tasks.ts';

type Question<K extends keyof ReadingTasks> = Parameters<ReadingTasks[K]>[0];
type Answer<K extends keyof ReadingTasks> = Awaited<ReturnType<ReadingTasks[K]>>;

/** Answers long questions beside the service. */
export interface ReadingThread {
  ask<K extends keyof ReadingTasks>(task: K, question: Question<K>): Promise<Answer<K>>;
  /** A file, made no faster than it is read. */
  exported(asked: Omit<AskedFile, 'file'>): ReadableStream<Uint8Array>;
  close(): Promise<void>;
}

interface Waiting {
  resolve(answer: never): void;
  reject(error: Error): void;
}

type Told = { no: number; answer: never } | { no: number; problem: string };

/** A thread that nobody asks anything costs memory for nothing. */
const idleMs = 120_000;

/** Run from the sources (development, tests) the thread must learn first to read them. */
const fromSource = `import('tsx/esm/api').then(({ register }) => {
  register();
  return import(${JSON.stringify(new URL('./worker.ts', import.meta.url).href)});
})`;

/** One thread, begun when it is first asked. Not the one of analyses, which may take seconds over one answer. */
export function createReadingThread(workerData: { file: string }): ReadingThread {
  let worker: Worker | undefined;
  let idleTimer: NodeJS.Timeout | undefined;
  let asked = 0;
  let files = 0;
  /** Files that are being read: the thread knows how far they are. */
  let open = 0;
  let isClosed = false;
  const waiting = new Map<number, Waiting>();
  const ending = new Set<Promise<void>>();

  function begin(): Worker {
    const begun = import.meta.url.endsWith('.ts')
      ? new Worker(fromSource, { eval: true, workerData, execArgv: ['--conditions=telltale-source'] })
      : new Worker(new URL('./worker.js', import.meta.url), { workerData });
    begun.on('message', (told: Told) => {
      const one = waiting.get(told.no);
      waiting.delete(told.no);
      if ('answer' in told) one?.resolve(told.answer);
      else one?.reject(new Error(told.problem));
      rest();
    });
    begun.on('error', (error) => fail(begun, error));
    const ended = new Promise<void>((resolve) => {
      begun.once('exit', () => {
        fail(begun, new Error('the answer was broken off'));
        ending.delete(ended);
        resolve();
      });
    });
    ending.add(ended);
    return begun;
  }

  /** Whoever waits is told; the next question gets a thread of its own. */
  function fail(of: Worker, error: unknown): void {
    if (worker !== of) return;
    worker = undefined;
    rejectAll(error instanceof Error ? error : new Error(String(error)));
  }

  function rejectAll(error: Error): void {
    for (const { reject } of waiting.values()) reject(error);
    waiting.clear();
  }

  function rest(): void {
    clearTimeout(idleTimer);
    if (waiting.size === 0 && open === 0 && !isClosed) idleTimer = setTimeout(end, idleMs).unref();
  }

  function end(): void {
    const ended = worker;
    worker = undefined;
    ended?.postMessage('close');
  }

  function ask<K extends keyof ReadingTasks>(task: K, question: Question<K>): Promise<Answer<K>> {
    if (isClosed) return Promise.reject(new Error('the store is closed'));
    clearTimeout(idleTimer);
    worker ??= begin();
    const no = ++asked;
    return new Promise((resolve, reject) => {
      waiting.set(no, { resolve, reject });
      worker?.postMessage({ no, task, question });
    });
  }

  return {
    ask,
    exported(question) {
      const file = ++files;
      let isBegun = false;
      let isOver = false;
      open += 1;
      const over = () => {
        if (!isOver) open -= 1;
        isOver = true;
        rest();
      };
      return new ReadableStream<Uint8Array>({
        async pull(controller) {
          try {
            if (!isBegun) await ask('exportBegin', { ...question, file });
            isBegun = true;
            const piece = await ask('exportNext', file);
            if (piece !== undefined) return controller.enqueue(piece);
            over();
            controller.close();
          } catch (error) {
            over();
            throw error;
          }
        },
        async cancel() {
          if (isBegun && worker) await ask('exportEnd', file).catch(() => {});
          over();
        },
      });
    },
    async close() {
      isClosed = true;
      clearTimeout(idleTimer);
      rejectAll(new Error('the service stops'));
      end();
      await Promise.all(ending);
    },
  };
}

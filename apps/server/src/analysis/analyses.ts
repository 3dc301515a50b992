import { Worker } from 'node:worker_threads';
import type { Prices } from '@telltale/core';
import type { Analysis } from '@telltale/core/analysis';
import type { AnalysisQuery } from './definition.ts';

/** Runs analyses beside the service. */
export interface Analyses {
  run(query: AnalysisQuery): Promise<Analysis>;
  close(): Promise<void>;
}

interface Waiting {
  resolve(analysis: Analysis): void;
  reject(error: Error): void;
}

type Answer = { no: number; answer: Analysis } | { no: number; problem: string };

/** A thread that nobody asks anything costs memory for nothing. */
const idleMs = 120_000;

/** Run from the sources (development, tests) the thread must learn first to read them. */
const fromSource = `import('tsx/esm/api').then(({ register }) => {
  register();
  return import(${JSON.stringify(new URL('./worker.ts', import.meta.url).href)});
})`;

/** One thread, begun when it is first asked; questions wait in a row. */
export function createAnalyses(options: { file: string; prices: Prices }): Analyses {
  let worker: Worker | undefined;
  let idleTimer: NodeJS.Timeout | undefined;
  let asked = 0;
  let isClosed = false;
  const waiting = new Map<number, Waiting>();
  const ending = new Set<Promise<void>>();
  /** Read by the thread while it is at work and hears nothing. */
  const stop = new Int32Array(new SharedArrayBuffer(4));

  function begin(): Worker {
    const begun = import.meta.url.endsWith('.ts')
      ? new Worker(fromSource, {
          eval: true,
          workerData: { ...options, stop },
          execArgv: ['--conditions=telltale-source'],
        })
      : new Worker(new URL('./worker.js', import.meta.url), { workerData: { ...options, stop } });
    begun.on('message', (answer: Answer) => {
      const one = waiting.get(answer.no);
      waiting.delete(answer.no);
      if ('answer' in answer) one?.resolve(answer.answer);
      else one?.reject(new Error(answer.problem));
      rest();
    });
    begun.on('error', (error) => fail(begun, error));
    const ended = new Promise<void>((resolve) => {
      begun.once('exit', () => {
        fail(begun, new Error('the analysis was broken off'));
        resolve();
      });
    });
    ending.add(ended);
    void ended.then(() => ending.delete(ended));
    return begun;
  }

  /** Whoever waits is told; the next question gets a thread of its own. */
  function fail(of: Worker, error: unknown): void {
    if (worker !== of) return;
    worker = undefined;
    for (const { reject } of waiting.values()) reject(error instanceof Error ? error : new Error(String(error)));
    waiting.clear();
  }

  function rest(): void {
    clearTimeout(idleTimer);
    if (waiting.size > 0 || isClosed) return;
    // A process that wants to end does not stay for a thread that nobody asks.
    worker?.unref();
    idleTimer = setTimeout(end, idleMs).unref();
  }

  function end(): void {
    const ended = worker;
    worker = undefined;
    ended?.ref();
    ended?.postMessage('close');
  }

  return {
    run(query) {
      if (isClosed) return Promise.reject(new Error('the store is closed'));
      clearTimeout(idleTimer);
      worker ??= begin();
      worker.ref();
      const no = ++asked;
      return new Promise((resolve, reject) => {
        waiting.set(no, { resolve, reject });
        worker?.postMessage({ no, query });
      });
    },
    async close() {
      isClosed = true;
      Atomics.store(stop, 0, 1);
      clearTimeout(idleTimer);
      for (const { reject } of waiting.values()) reject(new Error('the service stops'));
      waiting.clear();
      end();
      await Promise.all(ending);
    },
  };
}

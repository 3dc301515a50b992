import type { Prices } from '@telltale/core';
import { createWorkerThread } from '../worker-thread.ts';
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

export interface ReadingData {
  file: string;
  prices: Prices;
}

export function createReadingThread(data: ReadingData): ReadingThread {
  /** Read by the thread while it is at work and hears nothing. */
  const stop = new Int32Array(new SharedArrayBuffer(4));
  const thread = createWorkerThread<{ task: keyof ReadingTasks; of: unknown }, never>({
    ...{ name: 'worker', beside: import.meta.url },
    workerData: { ...data, stop },
  });
  let files = 0;
  const ask: ReadingThread['ask'] = (task, of) => thread.ask({ task, of });

  return {
    ask,
    exported(question) {
      const file = ++files;
      let isBegun = false;
      // The thread knows how far the file is.
      const over = thread.hold();
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
          // Nobody reads it any more; a thread that has ended holds nothing of it.
          if (isBegun && thread.isRunning()) await ask('exportEnd', file).catch(() => {});
          over();
        },
      });
    },
    close() {
      Atomics.store(stop, 0, 1);
      return thread.close();
    },
  };
}

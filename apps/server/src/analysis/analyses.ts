import type { Prices } from '@telltale/core';
import type { Analysis } from '@telltale/core/analysis';
import { createWorkerThread } from '../worker-thread.ts';
import type { AnalysisQuery } from './definition.ts';

/** Runs analyses beside the service. */
export interface Analyses {
  run(query: AnalysisQuery): Promise<Analysis>;
  close(): Promise<void>;
}

export function createAnalyses(options: { file: string; prices: Prices }): Analyses {
  /** Read by the thread while it is at work and hears nothing. */
  const stop = new Int32Array(new SharedArrayBuffer(4));
  const thread = createWorkerThread<AnalysisQuery, Analysis>({
    ...{ name: 'worker', beside: import.meta.url },
    workerData: { ...options, stop },
  });
  return {
    run: thread.ask,
    close() {
      Atomics.store(stop, 0, 1);
      return thread.close();
    },
  };
}

// The thread of analyses: they read as much as they need, and nobody who sends an event waits for them.
import { parentPort, workerData } from 'node:worker_threads';
import type { Prices } from '@telltale/core';
import { createAnalyst } from './analyst.ts';
import type { AnalysisQuery } from './definition.ts';

const { file, prices, stop } = workerData as { file: string; prices: Prices; stop: Int32Array };
const analyst = createAnalyst(file, prices, () => Atomics.load(stop, 0) === 1);

parentPort?.on('message', (message: { no: number; query: AnalysisQuery } | 'close') => {
  if (message === 'close') {
    analyst.close();
    parentPort?.close();
    return;
  }
  const { no, query } = message;
  try {
    parentPort?.postMessage({ no, answer: analyst.run(query) });
  } catch (error) {
    parentPort?.postMessage({ no, problem: error instanceof Error ? error.message : String(error) });
  }
});

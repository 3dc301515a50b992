// The thread of analyses: they read as much as they need, and nobody who sends an event waits for them.
import { workerData } from 'node:worker_threads';
import type { Prices } from '@telltale/core';
import { answerQuestions } from '../worker-thread.ts';
import { createAnalyst } from './analyst.ts';
import type { AnalysisQuery } from './definition.ts';

const { file, prices, stop } = workerData as { file: string; prices: Prices; stop: Int32Array };
const analyst = createAnalyst(file, prices, () => Atomics.load(stop, 0) === 1);

answerQuestions<AnalysisQuery>({ answer: analyst.run, close: analyst.close });

// The thread that answers long questions: it reads as much as it needs, and nobody who sends an event waits for it.
import { workerData } from 'node:worker_threads';
import { answerQuestions } from '../worker-thread.ts';
import { createReadingTasks } from './tasks.ts';
import type { ReadingData } from './thread.ts';

const { stop, ...data } = workerData as ReadingData & { stop: Int32Array };
const { tasks, close } = createReadingTasks({ ...data, isStopped: () => Atomics.load(stop, 0) === 1 });
const table = tasks as unknown as Record<string, (question: unknown) => unknown>;

answerQuestions<{ task: string; of: unknown }>({ answer: ({ task, of }) => table[task]?.(of), close });

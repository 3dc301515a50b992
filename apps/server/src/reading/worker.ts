// The thread that answers long questions: it reads as much as it needs, and nobody who sends an event waits for it.
import { parentPort, workerData } from 'node:worker_threads';
import { createReadingTasks } from './tasks.ts';

const { tasks, close } = createReadingTasks((workerData as { file: string }).file);
const table = tasks as unknown as Record<string, (question: unknown) => unknown>;

interface Question {
  no: number;
  task: string;
  question: unknown;
}

parentPort?.on('message', (message: Question | 'close') => {
  if (message !== 'close') {
    void answer(message);
    return;
  }
  close();
  parentPort?.close();
});

async function answer({ no, task, question }: Question): Promise<void> {
  try {
    const told = await table[task]?.(question);
    parentPort?.postMessage({ no, answer: told }, told instanceof Uint8Array ? [told.buffer as ArrayBuffer] : []);
  } catch (error) {
    parentPort?.postMessage({ no, problem: error instanceof Error ? error.message : String(error) });
  }
}

import { parentPort, Worker } from 'node:worker_threads';

/** Work beside the service: a thread that the first question begins, and that ends when nobody asks any more. */
export interface WorkerThread<Question, Answer> {
  /** Questions are answered in a row, unless the thread waits for something itself. */
  ask(question: Question): Promise<Answer>;
  /** Keeps it, although nobody asks, until what this returns is called. */
  hold(): () => void;
  isRunning(): boolean;
  /** Who waits is told that the service stops; what is under way ends first. */
  close(): Promise<void>;
}

export interface WorkerThreadOptions {
  /** Of the module beside this address that answers: `worker`, without its ending. */
  name: string;
  beside: string;
  workerData: object;
}

interface Waiting {
  resolve(answer: never): void;
  reject(error: Error): void;
}

type Told = { no: number; answer: never } | { no: number; problem: string };

/** A thread that nobody asks anything costs memory for nothing. */
const idleMs = 120_000;

export function createWorkerThread<Question, Answer>(options: WorkerThreadOptions): WorkerThread<Question, Answer> {
  let worker: Worker | undefined;
  let idleTimer: NodeJS.Timeout | undefined;
  let asked = 0;
  let held = 0;
  let isClosed = false;
  const waiting = new Map<number, Waiting>();
  const ending = new Set<Promise<void>>();

  function begin(): Worker {
    const begun = workerOf(options);
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
    if (waiting.size > 0 || isClosed) return;
    // A process that wants to end does not stay for a thread that nobody asks.
    worker?.unref();
    if (held === 0) idleTimer = setTimeout(end, idleMs).unref();
  }

  function end(): void {
    const ended = worker;
    worker = undefined;
    ended?.ref();
    ended?.postMessage('close');
  }

  return {
    ask(question) {
      if (isClosed) return Promise.reject(new Error('the store is closed'));
      clearTimeout(idleTimer);
      worker ??= begin();
      worker.ref();
      const no = ++asked;
      return new Promise((resolve, reject) => {
        waiting.set(no, { resolve, reject });
        worker?.postMessage({ no, question });
      });
    },
    hold() {
      let isHeld = true;
      held += 1;
      return () => {
        if (isHeld) held -= 1;
        isHeld = false;
        rest();
      };
    },
    isRunning: () => worker !== undefined,
    async close() {
      isClosed = true;
      clearTimeout(idleTimer);
      rejectAll(new Error('the service stops'));
      end();
      await Promise.all(ending);
    },
  };
}

function workerOf({ name, beside, workerData }: WorkerThreadOptions): Worker {
  if (!beside.endsWith('.ts')) return new Worker(new URL(`./${name}.js`, beside), { workerData });
  // Run from the sources (development, tests) the thread must learn first to read them.
  const source = `import('tsx/esm/api').then(({ register }) => {
  register();
  return import(${JSON.stringify(new URL(`./${name}.ts`, beside).href)});
})`;
  return new Worker(source, { eval: true, workerData, execArgv: ['--conditions=telltale-source'] });
}

export interface Answering<Question> {
  answer(question: Question): unknown;
  close(): void;
}

/** The thread's own side. Bytes are handed over without a copy. */
export function answerQuestions<Question>({ answer, close }: Answering<Question>): void {
  parentPort?.on('message', (message: { no: number; question: Question } | 'close') => {
    if (message !== 'close') {
      void tell(message);
      return;
    }
    close();
    parentPort?.close();
  });

  async function tell({ no, question }: { no: number; question: Question }): Promise<void> {
    try {
      const told = await answer(question);
      parentPort?.postMessage({ no, answer: told }, told instanceof Uint8Array ? [told.buffer as ArrayBuffer] : []);
    } catch (error) {
      parentPort?.postMessage({ no, problem: error instanceof Error ? error.message : String(error) });
    }
  }
}

import { type ChildProcess, spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { waitFor } from '../wait.ts';

/** One process of the stack. Its port and its data outlive its end. */
export interface Part {
  url: string;
  start(): Promise<void>;
  /** SIGTERM, and waits for the end. */
  stop(): Promise<void>;
  /** SIGKILL. */
  kill(): Promise<void>;
  restart(): Promise<void>;
  isRunning(): boolean;
  pid(): Promise<number>;
  /** Everything it has printed since the last start but one, at most a few MB. */
  log(): string;
}

export interface PartOptions {
  name: string;
  url: string;
  /** Answers 200 when the part is ready. */
  ready: string;
  command: string;
  args: string[];
  env?: Record<string, string>;
  cwd: string;
}

const longestStartMs = 120_000;
const longestStopMs = 100_000;
const maxLog = 4_000_000;

export function createPart({ name, url, ready, command, args, env, cwd }: PartOptions): Part {
  let child: ChildProcess | undefined;
  let printed = '';
  const isRunning = () => child !== undefined && child.exitCode === null && child.signalCode === null;
  const endWithUs = () => child?.kill('SIGKILL');

  async function start(): Promise<void> {
    if (isRunning()) return;
    const started = spawn(command, args, {
      cwd,
      env: { PATH: process.env.PATH ?? '', HOME: cwd, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    child = started;
    process.once('exit', endWithUs);
    for (const stream of [started.stdout, started.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        printed = (printed + text).slice(-maxLog);
      });
    }
    let problem: Error | undefined;
    started.once('error', (error) => {
      problem = error;
    });
    await waitFor(
      `${name} at ${ready}`,
      async () => {
        if (problem || !isRunning()) return 'ended';
        const response = await fetch(ready, { signal: AbortSignal.timeout(10_000) });
        await response.arrayBuffer();
        return response.ok;
      },
      longestStartMs,
    ).catch((error) => {
      throw new Error(`${String(error)}; ${name} printed:\n${printed.slice(-4_000)}`);
    });
    if (!isRunning())
      throw new Error(`${name} ended at its start (${problem ?? started.exitCode}):\n${printed.slice(-4_000)}`);
  }

  async function end(signal: NodeJS.Signals): Promise<void> {
    const ending = child;
    if (!ending || !isRunning()) return;
    const gone = new Promise<true>((resolve) => ending.once('exit', () => resolve(true)));
    ending.kill(signal);
    const late = new AbortController();
    const inTime = await Promise.race([gone, sleep(longestStopMs, false, { signal: late.signal }).catch(() => false)]);
    late.abort();
    process.removeListener('exit', endWithUs);
    if (inTime) return;
    ending.kill('SIGKILL');
    await gone;
    throw new Error(`${name} did not end within ${longestStopMs / 1000} s of ${signal}`);
  }

  return {
    url,
    start,
    stop: () => end('SIGTERM'),
    kill: () => end('SIGKILL'),
    async restart() {
      await end('SIGTERM');
      await start();
    },
    isRunning,
    pid: async () => {
      if (!child?.pid || !isRunning()) throw new Error(`${name} is not running`);
      return child.pid;
    },
    log: () => printed,
  };
}

import { type ChildProcess, spawn } from 'node:child_process';
import type { World } from './world.ts';

export interface RunOptions {
  binary: string;
  prompt: string;
  args?: string[];
  env?: Record<string, string>;
  cwd?: string;
  timeoutMs?: number;
}

/** One `claude -p` from start to end. */
export interface Run {
  exitCode: number | null;
  signal: NodeJS.Signals | null;
  wallMs: number;
  stdout: string;
  stderr: string;
  /** The lines of stream-json, parsed. */
  messages: StreamMessage[];
  sessionId: string | undefined;
}

interface StreamMessage {
  type: string;
  subtype?: string;
  session_id?: string;
  [key: string]: unknown;
}

export interface RunningClaude {
  pid: number;
  kill(signal: NodeJS.Signals): void;
  done: Promise<Run>;
}

/** Starts `claude -p`; whatever happens it is over after `timeoutMs`. */
export function startClaude(world: World, options: RunOptions): RunningClaude {
  const started = performance.now();
  const args = ['-p', options.prompt, '--output-format', 'stream-json', '--verbose', ...(options.args ?? [])];
  const child = spawn(options.binary, args, {
    cwd: options.cwd ?? world.project,
    env: { ...world.env, ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const timeoutMs = options.timeoutMs ?? 60_000;
  const tooLong = setTimeout(() => child.kill('SIGKILL'), timeoutMs);
  const output = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output.stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (output.stderr += text));
  const done = new Promise<Run>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (exitCode, signal) => {
      clearTimeout(tooLong);
      const wallMs = performance.now() - started;
      if (wallMs >= timeoutMs) reject(new Error(`claude -p was still running after ${timeoutMs} ms\n${output.stderr}`));
      const messages = parseLines(output.stdout);
      const sessionId = messages.find((message) => message.session_id)?.session_id;
      resolve({ exitCode, signal, wallMs, ...output, messages, sessionId });
    });
  });
  return { pid: pidOf(child), kill: (signal) => void child.kill(signal), done };
}

export const runClaude = (world: World, options: RunOptions): Promise<Run> => startClaude(world, options).done;

function pidOf(child: ChildProcess): number {
  if (child.pid === undefined) throw new Error('claude did not start');
  return child.pid;
}

// A killed client leaves half a line.
function parseLines(stdout: string): StreamMessage[] {
  return stdout.split('\n').flatMap((line) => {
    try {
      return line ? [JSON.parse(line) as StreamMessage] : [];
    } catch {
      return [];
    }
  });
}

import { spawn, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { hookSettings } from '../registration.mjs';

const dotClaude = fileURLToPath(new URL('../.claude', import.meta.url));

/** One way to run what a settings file registers. */
export interface Runner {
  name: string;
  argv(event: string): string[];
}

/** Every shell of this machine that could be somebody's sh, and the variant for Windows. */
export const runners: Runner[] = [
  ...[['dash'], ['bash'], ['busybox', 'sh']].filter(isPresent).map((shell) => ({
    name: shell.join(' '),
    argv: (event: string) => [...shell, '-c', handlerOf(event).command],
  })),
  {
    name: 'node',
    argv: (event: string) => {
      const { command, args = [] } = handlerOf(event, 'windows');
      return [command, ...args];
    },
  },
];

interface Fired {
  code: number | null;
  output: string;
  ms: number;
}

export interface Install {
  project: string;
  home: string;
  /** Fires one hook as the client does: the registered command, JSON on stdin, its own session. */
  fire(event: string, body: string | Buffer, env?: Record<string, string>): Promise<Fired>;
  /** The folder of the only destination. */
  spool(): string;
  /** Events that still lie in any spool. */
  waiting(): string[];
  remove(): void;
}

/** A project with a copy of hooks/.claude and a home of its own. */
export function createInstall(runner: Runner, env: Record<string, string>): Install {
  const root = mkdtempSync(join(tmpdir(), 'telltale-hooks-'));
  const project = join(root, 'shop');
  const home = join(root, 'home');
  mkdirSync(project);
  mkdirSync(home);
  cpSync(dotClaude, join(project, '.claude'), { recursive: true });
  const base = { PATH: process.env.PATH ?? '', HOME: home, CLAUDE_PROJECT_DIR: project, ...env };
  const folders = () => list(join(home, '.telltale', 'spool')).map((name) => join(home, '.telltale', 'spool', name));
  return {
    project,
    home,
    fire: (event, body, more = {}) => run(runner.argv(event), body, { ...base, ...more }, project),
    spool: () => folders()[0] ?? join(home, '.telltale', 'spool', 'none'),
    waiting: () => folders().flatMap((folder) => list(folder).filter((name) => /^\d.*\.json$/.test(name))),
    remove: () => {
      // A hook that has just ended may still start a sender.
      for (let tries = 0; existsSync(root) && tries < 20; tries++) {
        stopSenders(folders());
        try {
          rmSync(root, { recursive: true, force: true, maxRetries: 3, retryDelay: 50 });
        } catch {
          // Somebody wrote into it meanwhile.
        }
      }
    },
  };
}

/** Waits until the claim holds; after `ms` an error says what did not come true. */
export async function until(claim: () => boolean, message: string, ms = 50_000): Promise<void> {
  for (const end = Date.now() + ms; Date.now() < end; ) {
    if (claim()) return;
    await new Promise((done) => setTimeout(done, 20));
  }
  throw new Error(`not within ${ms} ms: ${message}`);
}

export function list(folder: string): string[] {
  return existsSync(folder) ? readdirSync(folder).sort() : [];
}

/** A PATH with these programs and no others. */
export function pathOf(folder: string, programs: string[]): string {
  mkdirSync(folder, { recursive: true });
  for (const program of programs) {
    const found = (process.env.PATH ?? '')
      .split(delimiter)
      .map((dir) => join(dir, program))
      .find(existsSync);
    if (found) symlinkSync(found, join(folder, program));
  }
  return folder;
}

export function senderOf(spool: string): number | undefined {
  const owner = join(spool, 'lock', 'owner');
  return existsSync(owner) ? Number(readFileSync(owner, 'utf8').split(' ')[0]) || undefined : undefined;
}

function handlerOf(event: string, kind: 'posix' | 'windows' | 'plugin' = 'posix') {
  const handler = hookSettings(kind)[event]?.[0]?.hooks[0];
  if (!handler) throw new Error(`${event} is not registered`);
  return handler;
}

function isPresent(shell: string[]): boolean {
  return spawnSync(shell[0] ?? '', [...shell.slice(1), '-c', 'exit 0']).status === 0;
}

function run(argv: string[], body: string | Buffer, env: Record<string, string>, cwd: string): Promise<Fired> {
  const startedAt = performance.now();
  const child = spawn(argv[0] ?? '', argv.slice(1), { env, cwd, detached: true });
  let output = '';
  child.stdout.on('data', (text) => {
    output += text;
  });
  child.stderr.on('data', (text) => {
    output += text;
  });
  child.stdin.on('error', () => {}); // A hook that does not read: EPIPE, as in the client.
  child.stdin.end(body);
  return new Promise((done) => {
    child.on('close', (code) => done({ code, output, ms: performance.now() - startedAt }));
  });
}

function stopSenders(folders: string[]): void {
  for (const pid of folders.map(senderOf)) {
    if (pid === undefined) continue;
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // Already gone.
    }
  }
}

import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { World } from './world.ts';

/** An interactive client in a tmux of its own. */
export interface Terminal {
  /** Types a line and sends it. */
  say(text: string): Promise<void>;
  /** A key by tmux's name: Enter, Escape, Down, C-c. */
  press(key: string): Promise<void>;
  screen(): Promise<string>;
  /** Waits until the screen matches, and fails with what it shows. */
  see(pattern: RegExp, timeoutMs?: number): Promise<string>;
  /** Waits until the client has left by itself, its last hooks done. */
  left(): Promise<void>;
  /** Ends the tmux server and with it the client, if that has not left by itself. */
  close(): Promise<void>;
}

export interface TerminalOptions {
  binary: string;
  args: string[];
  env?: Record<string, string>;
  cwd?: string;
}

export async function openTerminal(world: World, options: TerminalOptions): Promise<Terminal> {
  const socket = join(world.folder, 'tmux.sock');
  // A tmux server hands its own environment on, so the client's is again made from nothing.
  const env = { ...world.env, ...options.env };
  const tmux = async (...args: string[]): Promise<string> =>
    (await promisify(execFile)('tmux', ['-S', socket, '-f', '/dev/null', ...args], { env, timeout: 60_000 })).stdout;
  const screen = () => tmux('capture-pane', '-p', '-t', 'client');

  const see = async (pattern: RegExp, timeoutMs = 60_000): Promise<string> => {
    const until = Date.now() + timeoutMs;
    for (;;) {
      const text = await screen();
      if (pattern.test(text)) return text;
      if (Date.now() > until)
        throw new Error(`${pattern} did not appear in ${timeoutMs} ms; the screen shows:\n${text}`);
      await sleep(100);
    }
  };

  const size = ['-x', '180', '-y', '60'];
  await tmux(
    'new-session',
    '-d',
    '-s',
    'client',
    ...size,
    '-c',
    options.cwd ?? world.project,
    options.binary,
    ...options.args,
  );
  // The session outlives the client, so that its last screen can be read.
  await tmux('set-option', '-g', 'remain-on-exit', 'on');
  return {
    async say(text) {
      await tmux('send-keys', '-t', 'client', '-l', text);
      let before: string;
      let tries = 0;
      do {
        await sleep(300); // a return in the same burst counts as pasted, and a busy client may swallow it
        before = await screen();
        await tmux('send-keys', '-t', 'client', 'Enter');
        await sleep(300);
        tries += 1;
      } while (before === (await screen()) && tries < 5);
    },
    async press(key) {
      await sleep(700); // a dialog takes no key before it could have been read
      await tmux('send-keys', '-t', 'client', key);
    },
    screen,
    see,
    async left() {
      for (
        const until = Date.now() + 60_000;
        (await tmux('display-message', '-p', '-t', 'client', '#{pane_dead}')).trim() !== '1';
      ) {
        if (Date.now() > until) throw new Error(`the client did not leave; its screen shows:\n${await screen()}`);
        await sleep(50);
      }
    },
    async close() {
      // A hung-up client would go on writing into a world that is being removed.
      const pid = Number(await tmux('display-message', '-p', '-t', 'client', '#{?pane_dead,,#{pane_pid}}'));
      if (pid) process.kill(pid, 'SIGKILL');
      await tmux('kill-server');
    },
  };
}

import { spawnSync } from 'node:child_process';
import { Problem } from './problem.ts';

export interface Tmux {
  /** Where the pane is; undefined where there is no such pane. */
  place(pane: string): { session: string; tty: string } | undefined;
  /** Shows the pane in this client, else in the one that was used last; false where none is attached. */
  show(pane: string, client: string | undefined): boolean;
  /** The client that was used last. */
  lastClient(): string | undefined;
  /** Attaches this terminal to the pane; returns when the user detaches. */
  attach(pane: string): void;
}

/** The server of a socket, else the one this command runs in, else the user's usual one. */
export function createTmux(socket: string | undefined): Tmux {
  const server = socket === undefined ? [] : ['-S', socket];

  function run(args: string[], stdio: 'pipe' | 'inherit' = 'pipe'): { isDone: boolean; said: string } {
    const { error, status, stdout } = spawnSync('tmux', [...server, ...args], { encoding: 'utf8', stdio });
    if (error && 'code' in error && error.code === 'ENOENT') throw new Problem('tmux is not installed here.');
    return { isDone: status === 0, said: (stdout ?? '').trimEnd() };
  }

  return {
    place(pane) {
      // display-message would answer for the current pane where there is no such one.
      const { said } = run(['list-panes', '-a', '-F', '#{pane_id} #{pane_tty} #{session_name}']);
      const [, tty, session] = said.match(new RegExp(`^${pane} (\\S+) (.*)$`, 'm')) ?? [];
      return session === undefined || tty === undefined ? undefined : { session, tty };
    },
    show(pane, client) {
      if (!run(['select-window', '-t', pane]).isDone || !run(['select-pane', '-t', pane]).isDone) return false;
      return run(['switch-client', ...(client === undefined ? [] : ['-c', client]), '-t', pane]).isDone;
    },
    lastClient() {
      const { said } = run(['list-clients', '-F', '#{client_activity} #{client_name}']);
      const [newest] = said
        .split('\n')
        .filter(Boolean)
        .sort((a, b) => Number(b.split(' ')[0]) - Number(a.split(' ')[0]));
      return newest?.slice(newest.indexOf(' ') + 1);
    },
    attach: (pane) => void run(['attach-session', '-t', pane], 'inherit'),
  };
}

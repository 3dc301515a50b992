import { spawnSync } from 'node:child_process';
import { hostname } from 'node:os';
import { Command } from '@commander-js/extra-typings';
import type { Session } from '@telltale/core';
import { cleanText } from '../clean-text.ts';
import type { Context } from '../context.ts';
import { findSession } from '../find-session.ts';
import { Problem } from '../problem.ts';
import { createTmux } from '../tmux.ts';

export function focusCommand({ service, print, env, isInteractive }: Context) {
  return new Command()
    .summary('go to a session’s terminal (tmux)')
    .description('Shows the tmux pane in which a session runs: in this client, else in the one that was used last.')
    .argument('<session>', 'its id, the beginning of it, or a project’s name: the session that was active last')
    .option('--socket <path>', 'of another tmux server')
    .action(async (asked, { socket }) => {
      const session = await findSession(service(), asked);
      const pane = paneOf(session);
      const tmux = createTmux(socket);
      const place = tmux.place(pane);
      if (!place) throw new Problem(`tmux has no pane ${pane} any more; the session is ${session.state}.`);
      if (isOther(session, place.tty))
        throw new Problem(`Pane ${pane} belongs to something else now; process ${session.pid} runs elsewhere.`);

      const isInside = env.TMUX !== undefined && socket === undefined;
      const client = isInside ? undefined : tmux.lastClient();
      const isShown = tmux.show(pane, client) && (isInside || client !== undefined);
      if (isShown) return print(`${cleanText(session.app)}: pane ${pane} of ${place.session}`);
      if (isInteractive) return tmux.attach(pane);
      const command = `tmux ${socket ? `-S ${socket} ` : ''}attach-session -t '${pane}'`;
      throw new Problem(`No tmux client is attached; in a terminal: ${command}`);
    });
}

function paneOf({ tmuxPane, host, id, terminal }: Session): string {
  if (host !== undefined && host !== hostname())
    throw new Problem(`Session ${id.slice(0, 8)} runs on ${host}, not here.`);
  if (tmuxPane !== undefined && /^%\d+$/.test(tmuxPane)) return tmuxPane;
  throw new Problem(`Session ${id.slice(0, 8)} does not run in tmux${terminal ? ` but in ${terminal}` : ''}.`);
}

/** Panes are numbered anew when the server of tmux restarts: a living process has to be in this one. */
function isOther({ pid }: Session, tty: string): boolean {
  if (pid === undefined) return false;
  const { status, stdout } = spawnSync('ps', ['-o', 'tty=', '-p', String(pid)], { encoding: 'utf8' });
  const own = (stdout ?? '').trim();
  return status === 0 && /\w/.test(own) && !tty.endsWith(own);
}

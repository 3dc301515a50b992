import { execFile } from 'node:child_process';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { buildCommand, folderOf, telltale, until } from '../../apps/cli/fixtures/telltale.ts';
import { requires } from '../requires.ts';
import { serviceFor } from '../running-service.ts';

buildCommand();

/** A tmux server of this test alone. */
function tmuxServer(folder: string, name: string) {
  const socket = join(folder, name);
  const env = { PATH: process.env.PATH ?? '', HOME: folder, TERM: 'xterm', LC_ALL: 'C.UTF-8' };
  const tmux = async (...args: string[]): Promise<string> => {
    const run = promisify(execFile)('tmux', ['-S', socket, '-f', '/dev/null', ...args], { env, timeout: 30_000 });
    return (await run).stdout.trim();
  };
  onTestFinished(async () => {
    await tmux('kill-server').catch(() => {}); // It ends by itself with its last pane.
  });
  return { socket, tmux };
}

describe.runIf(requires('tmux'))('focus', () => {
  const service = serviceFor('each test');
  let folder: string;
  beforeEach(() => {
    folder = folderOf('focus');
  });

  async function told(session: string, headers: Record<string, string>): Promise<void> {
    const body = JSON.stringify({ session_id: session, hook_event_name: 'Stop', cwd: '/home/dev/shop' });
    const answer = await fetch(`${service.current.url}/ingest/hook`, { method: 'POST', body, headers });
    expect(answer.status).toBe(200);
  }

  const focus = (...args: string[]) =>
    telltale(['focus', ...args], { env: { HOME: folder, TELLTALE_URL: service.current.url } });

  it('shows the pane of a session in the client that was used last', async () => {
    const { socket, tmux } = tmuxServer(folder, 'a');
    await tmux('new-session', '-d', '-s', 'work', 'cat');
    await tmux('split-window', '-t', 'work', 'cat');
    await tmux('new-window', '-t', 'work', 'cat');
    await tmux('new-session', '-d', '-s', 'other', 'cat');
    const [pane = ''] = (await tmux('list-panes', '-s', '-t', 'work', '-F', '#{pane_id}')).split('\n');
    const pid = await tmux('display-message', '-p', '-t', pane, '#{pane_pid}');
    await told('s-1', { 'telltale-tmux-pane': pane, 'telltale-claude-pid': pid, 'telltale-host': hostname() });

    const alone = await focus('s-1', '--socket', socket);
    expect(alone).toMatchObject({ code: 1, err: expect.stringContaining(`attach-session -t '${pane}'`) });

    // A terminal of another tmux stands for the user's.
    const outer = tmuxServer(folder, 'b');
    await outer.tmux('new-session', '-d', 'sh', '-c', `TMUX= exec tmux -S '${socket}' attach-session -t other`);
    const shown = () => tmux('list-clients', '-F', '#{client_session} #{pane_id}');
    await until(async () => expect(await shown()).toMatch(/^other /));
    expect(await focus('s-1', '--socket', socket)).toEqual({ code: 0, out: `shop: pane ${pane} of work\n`, err: '' });
    expect(await shown()).toBe(`work ${pane}`);
  });

  it('goes there from within tmux by the client it is typed in', async () => {
    const { socket, tmux } = tmuxServer(folder, 'a');
    await tmux('new-session', '-d', '-s', 'work', 'cat');
    await tmux('new-session', '-d', '-s', 'other', 'cat');
    const pane = await tmux('list-panes', '-s', '-t', 'work', '-F', '#{pane_id}');
    await told('s-2', { 'telltale-tmux-pane': pane, 'telltale-host': hostname() });
    const outer = tmuxServer(folder, 'b');
    await outer.tmux('new-session', '-d', 'sh', '-c', `TMUX= exec tmux -S '${socket}' attach-session -t other`);
    const shown = () => tmux('list-clients', '-F', '#{client_session}');
    await until(async () => expect(await shown()).toBe('other'));
    const TMUX = await tmux('display-message', '-p', '-t', 'other', '#{socket_path},#{pid},0');
    const TMUX_PANE = await tmux('list-panes', '-s', '-t', 'other', '-F', '#{pane_id}');
    const env = { HOME: folder, TELLTALE_URL: service.current.url, TMUX, TMUX_PANE };
    expect(await telltale(['focus', 'shop'], { env })).toMatchObject({ code: 0, err: '' });
    expect(await shown()).toBe('work');
  });

  it('says why it cannot: no tmux, another machine, a pane that is gone or somebody else’s', async () => {
    const { socket, tmux } = tmuxServer(folder, 'a');
    await tmux('new-session', '-d', '-s', 'work', 'cat');
    const pane = await tmux('list-panes', '-a', '-F', '#{pane_id}');
    await told('plain', { 'telltale-term-program': 'iTerm.app' });
    await told('far', { 'telltale-tmux-pane': pane, 'telltale-host': 'elsewhere' });
    await told('gone', { 'telltale-tmux-pane': '%999', 'telltale-host': hostname() });
    // A process of the same number of pane, in a terminal of another server.
    const outer = tmuxServer(folder, 'b');
    await outer.tmux('new-session', '-d', 'cat');
    const pid = await outer.tmux('list-panes', '-a', '-F', '#{pane_pid}');
    await told('moved', { 'telltale-tmux-pane': pane, 'telltale-claude-pid': pid, 'telltale-host': hostname() });
    for (const [session, words] of [
      ['plain', 'does not run in tmux but in iTerm.app'],
      ['far', 'runs on elsewhere, not here'],
      ['gone', 'tmux has no pane %999 any more'],
      ['moved', `Pane ${pane} belongs to something else now`],
    ] as const)
      expect(await focus(session, '--socket', socket)).toMatchObject({
        code: 1,
        out: '',
        err: expect.stringContaining(words),
      });
  });
});

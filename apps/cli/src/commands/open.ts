import { spawn } from 'node:child_process';
import { Command } from '@commander-js/extra-typings';
import type { Context } from '../context.ts';
import { findSession } from '../find-session.ts';

export function openCommand({ service, print, env }: Context) {
  return new Command()
    .summary('the page in your browser')
    .description('Opens the live page, or that of a session, and prints its address.')
    .argument('[session]', 'its id, the beginning of it, or a project’s name: the session that was active last')
    .option('--print', 'only print the address')
    .action(async (asked, { print: isPrint }) => {
      const telltale = service();
      const path =
        asked === undefined ? '/' : `/sessions/${encodeURIComponent((await findSession(telltale, asked)).id)}`;
      const address = `${(env.TELLTALE_PUBLIC_URL || telltale.url).replace(/\/+$/, '')}${path}`;
      // A browser would show its own error, which names no fix.
      if (!isPrint) await telltale.ask('/healthz');
      print(address);
      if (!isPrint) openInBrowser(address, env.BROWSER);
    });
}

/** Where there is no browser, the printed address is what is left. */
function openInBrowser(address: string, browser: string | undefined): void {
  const [program, ...args] = browser ? [browser] : (openers[process.platform] ?? ['xdg-open']);
  const child = spawn(program ?? 'xdg-open', [...args, address], { detached: true, stdio: 'ignore' });
  child.on('error', () => {});
  child.unref();
}

const openers: Partial<Record<NodeJS.Platform, string[]>> = {
  darwin: ['open'],
  win32: ['rundll32', 'url.dll,FileProtocolHandler'],
};

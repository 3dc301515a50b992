import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Command } from '@commander-js/extra-typings';
import { ageWords, plural, sizeWords } from '@telltale/core';
import { telltaleHome } from '@telltale/hooks/.claude/hooks/telltale/spool.mjs';
import type { Context } from '../context.ts';
import { Problem } from '../problem.ts';
import { type SpoolFolder, spoolFolders } from '../spool.ts';

const sender = fileURLToPath(new URL('./hooks/send.mjs', import.meta.url));
const flushMs = 30_000;

export function spoolCommand(context: Context) {
  return new Command()
    .summary('what waits on this machine for the service')
    .description('Hooks leave their events on this machine until the service has them.')
    .addCommand(showCommand(context), { isDefault: true })
    .addCommand(flushCommand(context));
}

function showCommand({ print, colours, now }: Context) {
  return new Command('show')
    .description('shows what waits, was refused or had to be dropped')
    .option('--json', 'as JSON')
    .action(({ json }) => {
      const folders = spoolFolders(telltaleHome());
      if (json) return print(JSON.stringify(folders, null, 2));
      if (folders.length === 0) print('No hook has fired on this machine yet.');
      for (const folder of folders) for (const line of linesOf(folder, colours, now())) print(line);
    });
}

function flushCommand({ service, print }: Context) {
  return new Command('flush').description('sends it now, and waits until it is sent').action(async () => {
    const folders = spoolFolders(telltaleHome()).filter(hasWork);
    if (folders.length === 0) return print('Nothing waits.');
    for (const { folder, url, waiting, rejected } of folders) {
      await service(url).ask('/healthz');
      // Not ours to end: it goes when nothing is left, and another that is at it already stays the only one.
      spawn(process.execPath, [sender, folder], { detached: true, stdio: 'ignore' }).unref();
      const after = await emptied(folder);
      const left = after?.waiting ?? 0;
      const refused = Math.max(0, (after?.rejected ?? 0) - rejected);
      const taken = Math.max(0, waiting - left - refused);
      print(`${url} has taken ${plural(taken, 'event')}${refused > 0 ? `, and refused ${refused} for good` : ''}.`);
      if (after && hasWork(after)) throw new Problem(`${plural(left, 'event')} still wait for ${url}.`);
    }
  });
}

async function emptied(folder: string): Promise<SpoolFolder | undefined> {
  const look = () => spoolFolders(telltaleHome()).find((other) => other.folder === folder);
  for (const until = Date.now() + flushMs; Date.now() < until; await sleep(100)) {
    const now = look();
    if (!now || !hasWork(now)) return now;
  }
  return look();
}

function hasWork({ waiting, transcripts }: SpoolFolder): boolean {
  return waiting > 0 || transcripts > 0;
}

function linesOf(spool: SpoolFolder, { bold, dim, yellow, red }: Context['colours'], now: number): string[] {
  const { url, waiting, bytes, oldestAt, rejected, dropped, transcripts, isSending, hasDelivered, folder } = spool;
  const since = oldestAt ? `, the oldest for ${ageWords(now - Date.parse(oldestAt))}` : '';
  return [
    bold(url),
    waiting > 0
      ? yellow(`  ${plural(waiting, 'event')} (${sizeWords(bytes)}) wait${since}${isSending ? '; being sent' : ''}`)
      : dim('  nothing waits'),
    ...(transcripts > 0 ? [`  ${plural(transcripts, 'transcript')} to be sent`] : []),
    ...(rejected > 0 ? [red(`  ${plural(rejected, 'event')} refused: ${join(folder, 'rejected')}`)] : []),
    ...(dropped > 0 ? [red(`  ${plural(dropped, 'event')} dropped, because it was full`)] : []),
    ...(hasDelivered ? [] : [dim('  nothing was ever delivered there: it keeps 2 MB')]),
  ];
}

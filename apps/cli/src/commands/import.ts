import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Command, InvalidArgumentError } from '@commander-js/extra-typings';
import { discoverySchema, type ImportStatus, importStatusSchema, plural, shareWords } from '@telltale/core';
import type { Context } from '../context.ts';
import { discoveryLines, foundLine, foundSessions } from '../import/discover.ts';
import { importElsewhere } from '../import/elsewhere.ts';
import { findTranscripts } from '../import/find.ts';
import { Problem } from '../problem.ts';

export function importCommand(context: Context) {
  const { cwd, service, print, write, isInteractive } = context;
  return new Command()
    .summary('Claude Code’s own transcripts of the last days, or all, or those in a file or folder')
    .description(
      'Has the service read the transcripts that Claude Code keeps on its machine, or sends it those of a file or folder here. Twice stores nothing twice.',
    )
    .argument('[path]', 'a transcript, or a folder with some, such as a colleague’s')
    .option('--days <days>', 'of the last days', readDays, 7)
    .option('--all', 'all of them')
    .option('--discover', 'only list what is there')
    .option('--project <name>', 'with --discover: the sessions of this project')
    .option('--app <name>', 'with a path: the project that they shall belong to', readApp)
    .option('--no-wait', 'only start it')
    .option('--json', 'its end as JSON')
    .action(async (path, { days, all, discover, project, app, wait, json }) => {
      if (path !== undefined && discover) {
        const sessions = foundSessions(findTranscripts(resolve(cwd, path)));
        return print(json ? JSON.stringify(sessions, null, 2) : sessions.map(foundLine).join('\n'));
      }
      if (path !== undefined) return importElsewhere(resolve(cwd, path), context, { app, json });
      if (discover) {
        const query = project === undefined ? '' : `?${new URLSearchParams({ project })}`;
        const found = await service().get(`/api/import/discover${query}`, discoverySchema);
        return print(json ? JSON.stringify(found, null, 2) : discoveryLines(found).join('\n'));
      }
      const telltale = service();
      const told = all ? { everything: true } : { days };
      let status = await telltale.post('/api/import', told, importStatusSchema);
      for (; wait && status.state === 'running'; await sleep(300)) {
        status = await telltale.get('/api/import', importStatusSchema);
        if (isInteractive && !json) write(`\r${progressOf(status)}\u001b[K`);
      }
      if (isInteractive && !json && wait) write('\r\u001b[K');
      if (json) print(JSON.stringify(status, null, 2));
      else if (wait) print(endOf(status));
      else print(`It runs: ${status.folder}`);
      if (status.state === 'failed') throw new Problem(status.error ?? 'The import failed.');
    });
}

function progressOf({ filesDone, filesFound, bytesDone, bytesFound }: ImportStatus): string {
  return `${filesDone} of ${plural(filesFound, 'file')}, ${shareWords(bytesFound > 0 ? bytesDone / bytesFound : 0)}`;
}

function endOf({ sessions, entries, filesDone, skipped, folder }: ImportStatus): string {
  const left = skipped > 0 ? `; ${plural(skipped, 'file')} of other shapes` : '';
  return `${plural(filesDone, 'transcript')} of ${plural(sessions, 'session')} in ${folder}: ${plural(entries, 'new line')}${left}.`;
}

function readDays(text: string): number {
  const days = Number(text);
  if (/^\d+$/.test(text) && days >= 1 && days <= 3650) return days;
  throw new InvalidArgumentError('It has to be 1–3650.');
}

/** It goes along in a header. */
function readApp(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not be in it
  if (text.trim() === '' || /[\u0000-\u001f\u007f]/.test(text))
    throw new InvalidArgumentError('It has to be one line.');
  return text;
}

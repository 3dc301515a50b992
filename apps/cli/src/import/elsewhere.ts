import { plural, shareWords, sizeWords } from '@telltale/core';
import type { Context } from '../context.ts';
import { Problem } from '../problem.ts';
import { findTranscripts } from './find.ts';
import { sendTranscript } from './send.ts';
import { inWords } from './unreadable.ts';

/** Reads transcripts of any folder here and sends what the service lacks: no request tells it to read a path. */
export async function importElsewhere(
  path: string,
  { service: find, print, write, note, isInteractive }: Context,
  { app, json }: { app?: string | undefined; json?: true | undefined },
): Promise<void> {
  const service = find();
  const { files, skipped } = findTranscripts(path);
  const told = { path, files: files.length, sessions: new Set(files.map(({ sessionId }) => sessionId)).size, skipped };
  let [sentBytes, sentFiles] = [0, 0];
  const refused: string[] = [];
  for (const [index, file] of files.entries()) {
    if (isInteractive && !json)
      write(`\r${index} of ${plural(files.length, 'file')}, ${shareWords(index / files.length)}\u001b[K`);
    try {
      const sent = await sendTranscript(file, service, app);
      sentBytes += sent;
      if (sent > 0) sentFiles += 1;
    } catch (error) {
      const problem = inWords(error);
      if (!(problem instanceof Problem)) throw error;
      refused.push(`${file.path}: ${problem.message}`);
      // Whoever refuses the first of all refuses the others, too.
      if (index === refused.length - 1 && refused.length === 3) break;
    }
  }
  if (isInteractive && !json) write('\r\u001b[K');
  if (json) print(JSON.stringify({ ...told, sentFiles, sentBytes, refused }, null, 2));
  else print(endOf({ ...told, sentFiles, sentBytes }));
  for (const line of refused.slice(1)) note(line);
  if (refused[0] !== undefined) throw new Problem(refused[0]);
}

interface End {
  path: string;
  files: number;
  sessions: number;
  skipped: number;
  sentFiles: number;
  sentBytes: number;
}

function endOf({ path, files, sessions, skipped, sentFiles, sentBytes }: End): string {
  const left = skipped > 0 ? `; ${plural(skipped, 'file')} of other shapes` : '';
  const news = sentFiles > 0 ? `${sizeWords(sentBytes)} of ${sentFiles} sent` : 'nothing new';
  return `${plural(files, 'transcript')} of ${plural(sessions, 'session')} in ${path}: ${news}${left}.`;
}

import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { waitFor } from './wait.ts';

/** What still waits in a spool: items, halves of items, transcripts that are due. */
export function waitingIn(home: string): string[] {
  const spool = join(home, 'spool');
  if (!existsSync(spool)) return [];
  const files = readdirSync(spool, { recursive: true, encoding: 'utf8' });
  return files
    .filter((file) => !/[/\\](rejected|dropped)\b/.test(file))
    .filter((file) => /\.(json|tmp|head|due)$/.test(file))
    .filter((file) => !isAbandoned(file, files));
}

/** Half of an item whose hook the client ended before it was whole, as it does with a StopFailure of `-p`. */
function isAbandoned(file: string, files: readonly string[]): boolean {
  const [, stem = '', pid] = /^(.*[/\\](\d+)-\w+)\.(?:tmp|head)$/.exec(file) ?? [];
  if (pid === undefined || (files.includes(`${stem}.tmp`) && files.includes(`${stem}.head`))) return false;
  try {
    process.kill(Number(pid), 0);
    return false;
  } catch {
    return true; // nobody is there to finish it
  }
}

/** Waits until everything that was fired has left the spool. */
export async function drained(home: string, timeoutMs = 60_000): Promise<void> {
  await waitFor(
    'an empty spool',
    () => {
      const waiting = waitingIn(home);
      if (waiting.length > 0) throw new Error(`${waiting.length} files, ${waiting.slice(0, 5).join(', ')}`);
      return true;
    },
    timeoutMs,
  );
}

/** What the sender gave up, as the service called it bad. */
export function rejectedIn(home: string): string[] {
  const spool = join(home, 'spool');
  if (!existsSync(spool)) return [];
  return readdirSync(spool, { recursive: true, encoding: 'utf8' }).filter((file) => /rejected[/\\]./.test(file));
}

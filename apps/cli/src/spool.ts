import { existsSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { isAlive } from '@telltale/hooks/.claude/hooks/telltale/spool.mjs';

/** What waits on this machine for one destination; the layout is the contract of hooks/README.md. */
export interface SpoolFolder {
  folder: string;
  url: string;
  waiting: number;
  bytes: number;
  /** When the oldest that waits was fired. */
  oldestAt?: string;
  /** Answered with "this can never be stored". */
  rejected: number;
  /** Given up because the folder was full. */
  dropped: number;
  /** Sessions whose transcript is still to be sent. */
  transcripts: number;
  /** Whether anything was ever taken there. */
  hasDelivered: boolean;
  isSending: boolean;
}

const isItem = (name: string) => /^\d+-.*\.json$/.test(name);

export function spoolFolders(home: string): SpoolFolder[] {
  const root = join(home, 'spool');
  return list(root)
    .map((name) => join(root, name))
    .filter((folder) => existsSync(join(folder, 'url')))
    .map(describe);
}

/** Takes away what still waits of these sessions, so that it does not come back; how many events that were. */
export function removeFromSpool(home: string, isGone: (sessionId: string) => boolean): number {
  let removed = 0;
  for (const { folder } of spoolFolders(home)) {
    for (const place of [folder, join(folder, 'rejected')]) {
      for (const name of list(place).filter((name) => isItem(name) || name.endsWith('.tmp'))) {
        if (!isGone(sessionOf(read(join(place, name))))) continue;
        for (const part of [name, headOf(name)]) rmSync(join(place, part), { force: true });
        removed++;
      }
    }
    const transcripts = join(folder, 'transcripts');
    for (const name of list(transcripts))
      if (isGone(name.replace(/\.(due|late|end)$/, ''))) rmSync(join(transcripts, name), { force: true });
  }
  return removed;
}

function describe(folder: string): SpoolFolder {
  const items = list(folder).filter(isItem).sort();
  const [oldest] = items;
  const due = list(join(folder, 'transcripts')).filter((name) => name.endsWith('.due'));
  return {
    ...{ folder, url: read(join(folder, 'url')).trim(), waiting: items.length },
    bytes: items.reduce((sum, name) => sum + sizeOf(join(folder, name)), 0),
    ...(oldest && { oldestAt: timeOf(oldest) }),
    rejected: list(join(folder, 'rejected')).filter(isItem).length,
    dropped: Number(read(join(folder, 'dropped'))) || 0,
    transcripts: due.length,
    hasDelivered: existsSync(join(folder, 'delivered')),
    isSending: isAlive(read(join(folder, 'lock', 'owner')).trim()),
  };
}

/** `<time>-<pid>-<n>.json` has its headers in `<pid>-<n>.head`, as `<pid>-<n>.tmp` has. */
function headOf(name: string): string {
  const stem = name.endsWith('.tmp') ? name : name.slice(name.indexOf('-') + 1);
  return stem.replace(/(json|tmp)$/, 'head');
}

/** Names begin with nanoseconds since 1970. */
function timeOf(name: string): string {
  return new Date(Number(name.slice(0, name.indexOf('-')).slice(0, -6))).toISOString();
}

function sessionOf(body: string): string {
  try {
    const input = JSON.parse(body) as { session_id?: unknown } | null;
    return typeof input?.session_id === 'string' ? input.session_id : '';
  } catch {
    return ''; // Not JSON: nobody's.
  }
}

/** The names in a folder; none where it is not there. */
export function list(folder: string): string[] {
  return existsSync(folder) ? readdirSync(folder) : [];
}

/** A file's text, empty where it is gone. */
export function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return ''; // A sender was faster.
  }
}

function sizeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}

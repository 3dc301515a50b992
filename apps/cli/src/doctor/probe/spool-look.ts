import { statSync } from 'node:fs';
import { join } from 'node:path';
import { list, read } from '../../spool.ts';

export interface Spooled {
  folder: string;
  /** Where its folder sends to. */
  url: string;
  isRejected: boolean;
}

/** Where an event of this session lies on this machine; undefined where it is gone, or never was. */
export function findSpooled(home: string, session: string, sinceMs: number): Spooled | undefined {
  const root = join(home, 'spool');
  for (const folder of list(root).map((name) => join(root, name))) {
    const url = read(join(folder, 'url')).trim();
    if (holds(folder, session, sinceMs)) return { folder, url, isRejected: false };
    if (holds(join(folder, 'rejected'), session, sinceMs)) return { folder, url, isRejected: true };
  }
  return undefined;
}

/** Only files as young as the session: a full spool holds thousands. */
function holds(folder: string, session: string, sinceMs: number): boolean {
  return list(folder).some((name) => {
    if (!/\.(json|tmp)$/.test(name)) return false;
    const path = join(folder, name);
    const stat = statSync(path, { throwIfNoEntry: false });
    return stat !== undefined && stat.mtimeMs >= sinceMs - 2000 && read(path).includes(session);
  });
}

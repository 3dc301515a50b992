import { chmodSync, mkdirSync, readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { messageOf } from './complaints.ts';

/** Makes the folder of the installation; private to the user: it holds what agents read and wrote. */
export function openHome(home: string): void {
  try {
    makeFolder(home);
    chmodSync(home, 0o700);
    // Of a version that left this to the folder.
    for (const name of readdirSync(home)) if (/^telltale\.db(-\w+)?$/.test(name)) chmodSync(join(home, name), 0o600);
  } catch (error) {
    throw new Error(`TELLTALE_HOME ${home} cannot be used: ${messageOf(error)}`);
  }
}

/** With what lacks above it. Not `recursive`, which tries for ever below /proc. */
function makeFolder(path: string): void {
  const there = statSync(path, { throwIfNoEntry: false });
  if (there?.isDirectory()) return;
  if (there) throw new Error(`${path} is a file`);
  makeFolder(dirname(path));
  mkdirSync(path, { mode: 0o700 });
}

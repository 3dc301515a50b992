import { mkdir, mkdtemp, rename, rm, rmdir, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { ArchiveStorage } from './storage.ts';

/** A folder of this machine; private to the user, as it holds what agents read and wrote. */
export function createFolderStorage(folder: string): ArchiveStorage {
  return {
    name: pathToFileURL(folder).href,
    prefix: '',
    async check() {
      await makeFolder(folder);
      await rmdir(await mkdtemp(join(folder, '.check-')));
    },
    async put(key, body) {
      const file = join(folder, key);
      // Whoever reads the folder meanwhile sees the old document or the new one, never half of one.
      const partial = `${file}.${process.pid}.partial`;
      await mkdir(dirname(file), { recursive: true, mode: 0o700 });
      try {
        await writeFile(partial, body, { mode: 0o600 });
        await rename(partial, file);
      } catch (error) {
        await rm(partial, { force: true });
        throw error;
      }
    },
  };
}

/** Step by step: below /proc, `recursive` would try for ever. */
async function makeFolder(path: string): Promise<void> {
  const there = await stat(path).catch(() => undefined);
  if (there?.isDirectory()) return;
  if (there) throw new Error(`${path} is a file`);
  await makeFolder(dirname(path));
  await mkdir(path, { mode: 0o700 });
}

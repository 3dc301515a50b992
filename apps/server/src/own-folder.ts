import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The folder of this package: the service runs from its sources, from their build, and from a bundle of it. */
export const ownFolder = upTo('package.json', import.meta.dirname);

function upTo(name: string, folder: string): string {
  if (existsSync(join(folder, name)) || dirname(folder) === folder) return folder;
  return upTo(name, dirname(folder));
}

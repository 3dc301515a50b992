import { accessSync, constants, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { outdatedScripts } from '@telltale/hooks/connect/scripts.mjs';
import { scripts } from '../../setup/wishes.ts';
import type { Check } from '../check.ts';
import { failed, ok, skipped, warning } from '../finding.ts';
import { registeredHooks } from '../hooks-in-effect.ts';

export const hookScripts: Check = {
  title: 'hook scripts',
  look({ settings, project, home, self }) {
    if (registeredHooks(settings).length === 0) return skipped('No settings register them.');
    const places = [join(project, '.claude', 'hooks', 'telltale'), join(home, 'hooks')];
    // As the registered command looks for them: the project's, else the user's.
    const place = places.find((folder) => existsSync(join(folder, 'hook.sh')) || existsSync(join(folder, 'hook.mjs')));
    const again = `Run ${self} setup again.`;
    if (place === undefined)
      return failed(
        `Hooks are registered, but their script is neither in ${places.join(' nor in ')}: they do nothing.`,
        again,
      );
    const unreadable = ['hook.sh', 'place.sh', 'publish.sh', 'send.sh'].find((name) => !isReadable(join(place, name)));
    if (unreadable) return failed(`${join(place, unreadable)} is missing or cannot be read.`, again);
    const ignored = ignoredFolder(home, project);
    if (ignored)
      return warning(`${join(home, 'ignore')} lists ${ignored}: nothing of it is recorded.`, 'Take the line out.');
    const outdated = outdatedScripts(place, scripts);
    if (outdated.length > 0)
      return warning(`${place} is of another version (${outdated.slice(0, 3).join(', ')}).`, again);
    return ok(`The scripts are in ${place}.`);
  },
};

function isReadable(path: string): boolean {
  try {
    accessSync(path, constants.R_OK);
    return readFileSync(path).length > 0;
  } catch {
    return false;
  }
}

function ignoredFolder(home: string, project: string): string | undefined {
  const file = join(home, 'ignore');
  if (!existsSync(file)) return undefined;
  return readFileSync(file, 'utf8')
    .split(/\r?\n/)
    .map((line) => line.replace(/\/$/, ''))
    .find((line) => line !== '' && `${project}/`.startsWith(`${line}/`));
}

import { join } from 'node:path';
import { ageWords, plural } from '@telltale/core';
import type { Check } from '../check.ts';
import { failed, ok, warning } from '../finding.ts';
import { hookDestination, isSame } from '../hook-destination.ts';

/** A sender takes seconds; what is older has none. */
const patienceMs = 60_000;

export const spool: Check = {
  title: 'the spool',
  look(machine) {
    const { spool: folders, now, self, home } = machine;
    if (folders.length === 0) return ok('No hook has fired on this machine yet.');
    const dropped = folders.find((folder) => folder.dropped > 0);
    const rejected = folders.find((folder) => folder.rejected > 0);
    const { url } = hookDestination(machine);
    const late = folders.filter(({ oldestAt }) => oldestAt !== undefined && now - Date.parse(oldestAt) > patienceMs);
    const here = late.find((folder) => isSame(folder.url, url));
    if (here)
      return failed(
        `${plural(here.waiting, 'event')} wait for ${here.url}, the oldest for ${ageWords(now - Date.parse(here.oldestAt ?? ''))}.`,
        `${self} spool flush sends them, or says why not.`,
      );
    if (dropped)
      return warning(
        `${plural(dropped.dropped, 'event')} for ${dropped.url} were dropped, because the spool was full.`,
        `They are gone. Remove ${join(dropped.folder, 'dropped')} to forget it.`,
      );
    if (rejected)
      return warning(
        `${plural(rejected.rejected, 'event')} for ${rejected.url} were refused for good.`,
        `Look at ${join(rejected.folder, 'rejected')}, and remove what is there.`,
      );
    const [elsewhere] = late;
    if (elsewhere)
      return warning(
        `${plural(elsewhere.waiting, 'event')} wait for ${elsewhere.url}, where hooks do not send any more.`,
        `${self} spool flush sends them when something answers there; else remove ${elsewhere.folder}.`,
      );
    const young = folders.reduce((sum, { waiting }) => sum + waiting, 0);
    if (young > 0) return ok(`${plural(young, 'event')} wait in ${join(home, 'spool')}, for less than a minute.`);
    return ok(`Nothing waits in ${join(home, 'spool')}.`);
  },
};

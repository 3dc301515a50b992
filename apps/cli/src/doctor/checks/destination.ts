import { join } from 'node:path';
import { isDestination } from '@telltale/hooks/.claude/hooks/telltale/spool.mjs';
import { readText } from '@telltale/hooks/connect/files.mjs';
import type { Check } from '../check.ts';
import { failed, ok, warning } from '../finding.ts';
import { hookDestination, isSame } from '../hook-destination.ts';

export const destination: Check = {
  title: 'where hooks send',
  look(machine) {
    const { service, answer, home, self } = machine;
    const { url, place } = hookDestination(machine);
    const config = join(home, 'config.json');
    if (!isJson(config))
      return failed(
        `${config} is not JSON: hooks go by it as if it were not there, and send to ${url}.`,
        'Mend it, or remove it and run setup again.',
      );
    if (!isDestination(url))
      return failed(
        `${place} names "${url}", which is no http or https address: hooks do nothing.`,
        `Correct ${place}.`,
      );
    if (isSame(url, service.url)) return ok(`Hooks send to ${url}.`);
    const said = `Hooks send to ${url} (${place}), and the service asked here is ${service.url}.`;
    const fix = `To have both at one: ${self} setup --url ${service.url} with --project or --global, or correct ${place === 'usual' ? config : place}.`;
    return answer.status ? failed(said, fix) : warning(said, fix);
  },
};

/** True also where there is no such file. */
function isJson(file: string): boolean {
  try {
    JSON.parse(readText(file) ?? '{}');
    return true;
  } catch {
    return false;
  }
}

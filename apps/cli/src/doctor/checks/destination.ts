import { join } from 'node:path';
import { isDestination, readConfig } from '@telltale/hooks/.claude/hooks/telltale/spool.mjs';
import type { Check } from '../check.ts';
import { failed, ok, warning } from '../finding.ts';
import type { Machine } from '../machine.ts';

const usualUrl = 'http://127.0.0.1:4000';

export const destination: Check = {
  title: 'where hooks send',
  look(machine) {
    const { service, answer, home, self } = machine;
    const { url, place } = hookDestination(machine);
    if (!isDestination(url))
      return failed(
        `${place} names "${url}", which is no http or https address: hooks do nothing.`,
        `Correct ${place}.`,
      );
    if (isSame(url, service.url)) return ok(`Hooks send to ${url}.`);
    const said = `Hooks send to ${url} (${place}), and the service asked here is ${service.url}.`;
    const fix = `To have both at one: ${self} setup --url ${service.url} with --project or --global, or correct ${place === 'usual' ? join(home, 'config.json') : place}.`;
    return answer.status ? failed(said, fix) : warning(said, fix);
  },
};

/** Where the hook script sends, as it reads its variables and files. */
export function hookDestination({ hooks, home }: Machine): { url: string; place: string } {
  const variable = hooks.get('TELLTALE_URL');
  if (variable) return { url: variable.value.replace(/\/$/, ''), place: `TELLTALE_URL in ${variable.place}` };
  const { url } = readConfig(home);
  return url ? { url: url.replace(/\/$/, ''), place: join(home, 'config.json') } : { url: usualUrl, place: 'usual' };
}

export function isSame(one: string, other: string): boolean {
  const plain = (url: string) => url.replace(/\/+$/, '').replace('//localhost', '//127.0.0.1');
  return plain(one) === plain(other);
}

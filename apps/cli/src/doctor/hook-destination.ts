import { join } from 'node:path';
import { readConfig } from '@telltale/hooks/.claude/hooks/telltale/spool.mjs';
import type { Variables } from './variables.ts';

const usualUrl = 'http://127.0.0.1:4000';

/** Where the hook script sends, as it reads its variables and files. */
export function hookDestination({ hooks, home }: { hooks: Variables; home: string }): { url: string; place: string } {
  const variable = hooks.get('TELLTALE_URL');
  if (variable) return { url: variable.value.replace(/\/$/, ''), place: `TELLTALE_URL in ${variable.place}` };
  const { url } = readConfig(home);
  return url ? { url: url.replace(/\/$/, ''), place: join(home, 'config.json') } : { url: usualUrl, place: 'usual' };
}

export function isSame(one: string, other: string): boolean {
  const plain = (url: string) => url.replace(/\/+$/, '').replace('//localhost', '//127.0.0.1');
  return plain(one) === plain(other);
}

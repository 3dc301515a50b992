import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ruleOf } from '@telltale/core/alerts/table';
import { thresholdNames, thresholds } from '@telltale/core/thresholds';
import { describe, expect, it } from 'vitest';
import { readConfig } from './config.ts';

interface Row {
  variable: string;
  fallback: string;
  meaning: string;
}

const read = (env: Record<string, string | undefined>) => readConfig(env, '/home/dev');
const page = readFileSync(join(import.meta.dirname, '../../../docs/configuration.md'), 'utf8');

/** The table of one section. */
function rowsOf(section: string): Row[] {
  const [, text = ''] = new RegExp(`^## ${section}\\n([\\s\\S]*?)(?=^## |$(?![\\s\\S]))`, 'm').exec(page) ?? [];
  return [...text.matchAll(/^\| `(\w+)` \| (.*?) \| (.+) \|$/gm)].map(
    ([, variable = '', fallback = '', meaning = '']) => ({ variable, fallback, meaning }),
  );
}

const service = rowsOf('The service');
const alerts = rowsOf('Alerts');
const targets = rowsOf('Where alerts are sent');
/** Some variables are looked at only beside others. */
const beside = {
  TELLTALE_ARCHIVE: 's3://bucket',
  TELLTALE_ALERT_MAIL_TO: 'you@example.com',
  TELLTALE_ALERT_MAIL_SERVER: 'smtp://localhost',
};

describe('docs/configuration.md', () => {
  it('has every variable that the service reads once, and no other', () => {
    const asked = new Set<string>();
    const env: Record<string, string> = beside;
    read(new Proxy(env, { get: (all, name: string) => asked.add(name) && all[name] }));
    expect([...service, ...alerts, ...targets].map(({ variable }) => variable).sort()).toEqual([...asked].sort());
  });

  it('names defaults that change nothing where they are set', () => {
    const told = service.filter(({ fallback }) => /^`[^`]+`$/.test(fallback));
    expect(told.length).toBeGreaterThan(8);
    for (const { variable, fallback } of told) {
      const value = fallback.slice(1, -1).replace(/^~/, '/home/dev'); // as a shell has it
      for (const env of [{}, beside]) expect(read({ ...env, [variable]: value }), variable).toEqual(read(env));
    }
  });

  it('says of each alert what the code says of it', () => {
    expect(alerts).toEqual(
      thresholdNames.map((name) => {
        const { usual } = ruleOf(name);
        const fallback = usual === undefined ? 'off' : `\`${usual}\``;
        return { variable: thresholds[name].variable, fallback, meaning: thresholds[name].meaning };
      }),
    );
  });
});

import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { expect, it } from 'vitest';
import { root } from '../service.ts';

const text = readFileSync(join(root, 'SECURITY.md'), 'utf8');

it('SECURITY.md lists every family of attacks that is tried, and no other', () => {
  const own = basename(import.meta.filename);
  const tried = readdirSync(import.meta.dirname).filter((name) => name.endsWith('.test.ts') && name !== own);
  const rows = [...text.matchAll(/^\| \[([\w-]+)\]\(test\/security\/([\w-]+)\.test\.ts\) \| (.+) \|$/gm)];
  expect(rows.map(([, , file]) => `${file}.test.ts`).sort()).toEqual(tried.sort());
  for (const [, name, file, what = ''] of rows) {
    expect(name).toBe(file);
    expect(what.length, file).toBeGreaterThan(40);
  }
});

it('SECURITY.md names only variables that there are', () => {
  const known = ['apps/server/src/config.ts', 'apps/server/src/alerts/target-config.ts', 'hooks/README.md'];
  const told = known.map((path) => readFileSync(join(root, path), 'utf8')).join('\n');
  const names = new Set(text.match(/TELLTALE_[A-Z_]+/g));
  expect(names.size).toBeGreaterThan(8);
  for (const name of names) expect(told, name).toContain(name);
});

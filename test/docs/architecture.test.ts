import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { root } from '../service.ts';
import { filesOf, pages } from './markdown.ts';

const read = (path: string) => readFileSync(join(root, path), 'utf8');
const architecture = read('ARCHITECTURE.md');

interface Manifest {
  workspaces?: string[];
  dependencies?: Record<string, string>;
  devDependencies?: Record<string, string>;
}
const manifestOf = (folder: string) => JSON.parse(read(join(folder, 'package.json'))) as Manifest;

const files = filesOf('.', (path) => /\.(ts|vue|mjs|sh|sql)$/.test(path)).map((path) => `/${path}`);
/** A file of somebody's project that an agent works on. */
const isExample = /^src\/\w+\.ts$/;
const isThere = (name: string) => files.some((path) => path.endsWith(`/${name}`));

it('has a reason for every dependency, and for none that is not used', () => {
  const [, table = ''] = architecture.split('## Dependencies, each with its reason');
  const reasons = [...table.matchAll(/^\| ([^|]+) \|/gm)].map(([, packages = '']) => packages).join(' ');
  const told = new Set(reasons.match(/@?[a-z][\w./-]*[\w*]/g));
  const workspaces = ['.', ...(manifestOf('.').workspaces ?? [])].map(manifestOf);
  const used = workspaces.flatMap(({ dependencies, devDependencies }) =>
    Object.keys({ ...dependencies, ...devDependencies }).filter((name) => !/^@(types|telltale)\//.test(name)),
  );
  const covers = (reason: string, name: string) =>
    reason === name || (reason.endsWith('/*') && name.startsWith(reason.slice(0, -1)));
  expect(used.filter((name) => ![...told].some((reason) => covers(reason, name)))).toEqual([]);
  const words = new Set(['package', 'tests', 'with']);
  expect([...told].filter((reason) => !words.has(reason) && !used.some((name) => covers(reason, name)))).toEqual([]);
});

it('names every folder of the service and of the page, and every workspace', () => {
  const folders = ['apps/server/src', 'apps/client/src'].flatMap((folder) =>
    readdirSync(join(root, folder), { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => `\`${name}/\``),
  );
  const workspaces = (manifestOf('.').workspaces ?? []).map((folder) => `| \`${folder}\` |`);
  expect([...folders, ...workspaces].filter((name) => !architecture.includes(name))).toEqual([]);
});

it('names source files that are there, as every page does', () => {
  const gone = pages.flatMap(({ path, code }) =>
    code
      .filter((one) => /^[\w.][\w./-]*\.(ts|vue|mjs|sh)$/.test(one) && !isExample.test(one))
      .filter((one) => !isThere(one.replace(/^(\.\.?\/)+/, '')))
      .map((one) => `${path}: ${one}`),
  );
  expect(gone).toEqual([]);
});

it('is not alone in that: comments name files that are there', () => {
  const gone = files.flatMap((file) =>
    read(file)
      .split('\n')
      .filter((line) => /^\s*(\/\/|\/?\*|#|--)/.test(line))
      .flatMap((line) => line.match(/(?<![\w./~-])[a-z][\w-]*(?:\/[\w-]+)*\.(?:test\.)?(?:ts|vue|mjs|sh)\b/g) ?? [])
      .filter((name) => !isExample.test(name) && !isThere(name))
      .map((name) => `${file.slice(1)}: ${name}`),
  );
  expect(gone).toEqual([]);
});

#!/usr/bin/env node
// In a clone: built first, when the sources are others than at the last build. From a package: there already.
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const folder = dirname(dirname(fileURLToPath(import.meta.url)));
const root = dirname(dirname(folder));

if (existsSync(join(root, 'scripts', 'build.mjs')) && existsSync(join(folder, 'build.mjs'))) {
  const { prepare } = await import('../../../scripts/prepare.mjs');
  const problem = await prepare(root, (line) => console.error(`telltale: ${line}`), { parts: ['command'] });
  if (problem !== undefined) fail(problem);
} else if (!existsSync(join(folder, 'dist', 'telltale.mjs')))
  fail('this package lacks its built file; install it again.');

await import('../dist/telltale.mjs');

function fail(problem) {
  console.error(`telltale: ${problem}`);
  process.exit(2);
}

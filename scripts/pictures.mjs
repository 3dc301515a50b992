// npm run pictures: makes the pictures of the README anew, by the browser of the tests, on an invented forenoon.
import { spawnSync } from 'node:child_process';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { prepare } from './prepare.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const problem =
  spawnSync('img2webp', ['-version']).status === 0
    ? await prepare(root, (line) => console.log(`pictures: ${line}`))
    : 'img2webp was not found: on Debian, apt install webp';
if (problem !== undefined) {
  console.error(`pictures: ${problem}`);
  process.exit(1);
}
const test = ['run', '--config', 'test/vitest.config.ts', 'test/browser/pictures'];
const run = spawnSync(process.execPath, ['node_modules/vitest/vitest.mjs', ...test], {
  cwd: root,
  env: { ...process.env, TELLTALE_PICTURES: '1', TELLTALE_REQUIRE_ALL: '1' },
  stdio: 'inherit',
});
process.exitCode = run.status ?? 1;

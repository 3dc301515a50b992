// npm test: install and build when needed, then lint, types, unit tests and the tests of the whole system.
// TELLTALE_REQUIRE_ALL=1 makes what this machine cannot run a failure. The last line counts.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { prepare } from './prepare.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const folder = mkdtempSync(join(tmpdir(), 'telltale-test-'));
const requiresAll = process.env.TELLTALE_REQUIRE_ALL === '1';
/** @param {string} line */
const say = (line) => console.log(`test: ${line}`);

/** @type {import('./test-report.mjs').Report} */
const total = { passed: 0, failed: [], skipped: [], again: [], failedFiles: [] };
/** So many test files that failed may have been unlucky; more of them is a fault. */
const mostUnlucky = 5;

const problem = await prepare(root, say);
if (problem) {
  console.error(`test: ${problem}`);
  total.failed.push('build');
} else {
  const system = 'test/vitest.config.ts';
  const ahead = existsSync(join(root, system)) ? makeAhead() : undefined;
  await Promise.all([
    check('lint', ['node_modules/@biomejs/biome/bin/biome', 'check', '.']),
    check('types', ['node_modules/typescript/bin/tsc', '-b']),
    check('types of the page', ['node_modules/vue-tsc/bin/vue-tsc.js', '--noEmit', '-p', 'apps/client']),
  ]);
  vitest('unit tests', []);
  if (ahead) {
    vitest('system tests', ['--config', system]);
    await ahead;
  }
}
rmSync(folder, { recursive: true, force: true });
summarise();

/** What the system tests need from elsewhere and is not here yet, the native stack above all: made meanwhile. */
function makeAhead() {
  const run = spawn(
    process.execPath,
    ['node_modules/tsx/dist/cli.mjs', '--conditions=telltale-source', 'test/ahead.ts'],
    {
      ...{ cwd: root, stdio: 'inherit' },
    },
  );
  return once(run, 'close');
}

/**
 * Runs beside the other checks, each on one core; what it says comes in one piece.
 * @param {string} name
 * @param {string[]} command
 */
async function check(name, command) {
  const run = spawn(process.execPath, command, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  for (const stream of [run.stdout, run.stderr]) {
    stream.setEncoding('utf8').on('data', (/** @type {string} */ text) => {
      said += text;
    });
  }
  const [code] = await once(run, 'close');
  say(name);
  process.stdout.write(said);
  if (code === 0) total.passed++;
  else total.failed.push(name);
}

/**
 * Runs tests. Many processes share two cores here, so files that failed beside others get one more run, alone:
 * what passes then is named at the end, what fails twice has failed.
 * @param {string} name
 * @param {string[]} options
 */
function vitest(name, options) {
  const first = runVitest(name, options);
  total.passed += first.passed;
  total.skipped.push(...first.skipped);
  total.again.push(...first.again);
  const unlucky = first.failedFiles.length > 0 && first.failedFiles.length <= mostUnlucky;
  const second = unlucky
    ? runVitest(`${name}, again and alone`, [...options, '--maxWorkers=1', ...first.failedFiles])
    : first;
  // What is skipped then has not passed: what it needs went away meanwhile.
  const unmended = new Set([...second.failed, ...second.skipped.map(({ name: test }) => test)]);
  const mended = first.failed.filter((test) => !unmended.has(test));
  total.failed.push(...new Set([...second.failed, ...first.failed.filter((test) => unmended.has(test))]));
  total.again.push(...mended);
  total.passed += mended.length;
}

/**
 * @param {string} name
 * @param {string[]} options
 * @returns {import('./test-report.mjs').Report}
 */
function runVitest(name, options) {
  say(name);
  const file = join(folder, `${name.replace(/\W/g, '-')}.json`);
  const reporters = ['--reporter=default', `--reporter=${join(root, 'scripts/test-report.mjs')}`];
  const run = spawnSync(process.execPath, ['node_modules/vitest/vitest.mjs', 'run', ...reporters, ...options], {
    ...{ cwd: root, env: { ...process.env, TELLTALE_TEST_REPORT: file } },
    stdio: 'inherit',
  });
  /** @type {import('./test-report.mjs').Report} */
  const report = existsSync(file)
    ? JSON.parse(readFileSync(file, 'utf8'))
    : { passed: 0, failed: [], skipped: [], again: [], failedFiles: [] };
  // A run that ended badly without naming a test, for example killed for lack of memory.
  if (run.status !== 0 && report.failed.length === 0) report.failed.push(name);
  return report;
}

function summarise() {
  /** @type {Map<string, number>} */
  const reasons = new Map();
  for (const { reason } of total.skipped) reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
  console.log('');
  for (const name of total.failed) say(`failed: ${name}`);
  for (const name of total.again) say(`passed only at the second try: ${name}`);
  for (const [reason, count] of reasons) say(`skipped ${count}: ${reason}`);
  const failed = total.failed.length + (requiresAll ? total.skipped.length : 0);
  if (requiresAll && total.skipped.length > 0) say('TELLTALE_REQUIRE_ALL=1: what was skipped counts as failed');
  console.log(`${total.passed} passed, ${failed} failed`);
  process.exitCode = failed > 0 ? 1 : 0;
}

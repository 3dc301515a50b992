// npm run test:soak [-- part …] [--kills=20] [--outage-s=600] [--long-outage-s=3600] [--days=30] [-t "part of a name"]
// What takes too long for each test run, after `npm run build`. Without a part all of them, which takes about two and a
// half hours: `kills` of the service and the stack with outages, all scenarios with both `clients`, and the `growth` of a
// month. What ran and how it ended is in docs/soak.md; a run of some tests leaves the rows of the others.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const docs = join(root, 'docs', 'soak.md');
const header = '| what the test says | result | took | when, and on what |';
/** @type {Record<string, string[]>} */
const parts = {
  kills: [
    'kill/killed.test.ts',
    'kill/otlp.test.ts',
    'stack/outages.test.ts',
    'stack/service.test.ts',
    'stack/soak-loki.soak.ts',
  ],
  clients: ['road/scenarios.test.ts'],
  growth: ['otlp/growth.soak.ts'],
};
const sizes = /** @type {const} */ (['kills', 'outage-s', 'long-outage-s', 'days']);

/** @type {Record<string, { type: 'string', short?: string }>} */
const options = { testNamePattern: { type: 'string', short: 't' } };
for (const name of sizes) options[name] = { type: 'string' };
const { values, positionals } = parseArgs({ allowPositionals: true, options });
const unknown = positionals.find((name) => !Object.hasOwn(parts, name));
if (unknown !== undefined) {
  console.error(`There is no part "${unknown}"; there are ${Object.keys(parts).join(', ')}.`);
  process.exit(1);
}
const smaller = sizes.flatMap((name) => {
  const value = values[name];
  if (value === undefined) return [];
  if (!(Number(value) > 0)) throw new Error(`--${name} must be a number above 0, got "${value}"`);
  return [[`TELLTALE_SOAK_${name.toUpperCase().replaceAll('-', '_')}`, value]];
});
const pattern = values.testNamePattern === undefined ? [] : ['-t', values.testNamePattern];
const isWhole = positionals.length === 0 && pattern.length === 0;

const folder = mkdtempSync(join(tmpdir(), 'telltale-soak-'));
const report = join(folder, 'report.json');
const started = new Date();
const run = spawnSync(
  process.execPath,
  [
    ...['node_modules/vitest/vitest.mjs', 'run', '--config', 'test/vitest.config.ts'],
    ...(positionals.length > 0 ? positionals : Object.keys(parts)).flatMap((name) => parts[name] ?? []),
    ...['--reporter=default', '--reporter=json', `--outputFile=${report}`, ...pattern],
  ],
  {
    ...{ cwd: root, stdio: 'inherit' },
    env: { ...process.env, ...Object.fromEntries(smaller), TELLTALE_SOAK: '1', TELLTALE_REQUIRE_ALL: '1' },
  },
);
process.exitCode = run.status ?? 1;
if (existsSync(report)) writeRows(rowsOf(JSON.parse(readFileSync(report, 'utf8'))));
rmSync(folder, { recursive: true });

/**
 * @param {{ testResults: { assertionResults: { fullName: string, status: string, duration?: number }[] }[] }} report
 * @returns {[string, string][]}
 */
function rowsOf({ testResults }) {
  const options = sizes.flatMap((name) => (values[name] === undefined ? [] : [`\`--${name}=${values[name]}\``]));
  const machine = `${cpus().length} processors, load ${loadavg()[0]?.toFixed(0)}`;
  const when = [started.toISOString().slice(0, 10), machine, ...options].join(', ');
  return testResults
    .flatMap(({ assertionResults }) => assertionResults)
    .filter(({ status }) => status === 'passed' || status === 'failed')
    .map(({ fullName, status, duration = 0 }) => [
      fullName,
      `| ${fullName} | ${status} | ${Math.round(duration / 1000)} s | ${when} |`,
    ]);
}

/** @param {[string, string][]} rows */
function writeRows(rows) {
  const before = !isWhole && existsSync(docs) ? readFileSync(docs, 'utf8').split('\n') : [];
  const kept = before
    .filter((line) => line.startsWith('| ') && !line.startsWith('| --- ') && line !== header)
    .map((line) => /** @type {[string, string]} */ ([line.slice(2).split(' | ')[0] ?? '', line]));
  writeFileSync(
    docs,
    `# Kills, outages and growth at full length

How each test of \`npm run test:soak\` ended when it last ran. Without options: 20 kills of a part of the stack and
40 of the service, outages of 10 minutes and of an hour, 30 days. The kills and outages run short (3 and 12 kills,
outages of three retries) in \`npm test\`, too. A test without a row has not run at full length yet.

${header}
| --- | --- | --- | --- |
${[...new Map([...kept, ...rows]).values()].join('\n')}
`,
  );
}

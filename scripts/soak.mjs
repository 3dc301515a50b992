// npm run test:soak [-- -t "part of a test's name"]: kills and outages of the native stack at full length (about two
// hours), after `npm run build`. Writes what ran and how it ended to docs/soak.md.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const folder = mkdtempSync(join(tmpdir(), 'telltale-soak-'));
const report = join(folder, 'report.json');
const started = new Date();

const run = spawnSync(
  process.execPath,
  [
    ...['node_modules/vitest/vitest.mjs', 'run', '--config', 'test/vitest.config.ts', 'stack/outages'],
    ...['--reporter=default', '--reporter=json', `--outputFile=${report}`, ...process.argv.slice(2)],
  ],
  { cwd: root, stdio: 'inherit', env: { ...process.env, TELLTALE_SOAK: '1', TELLTALE_REQUIRE_ALL: '1' } },
);

/** @type {{ testResults: { assertionResults: { fullName: string, status: string, duration?: number }[] }[] }} */
const { testResults } = JSON.parse(readFileSync(report, 'utf8'));
rmSync(folder, { recursive: true });
const rows = testResults
  .flatMap(({ assertionResults }) => assertionResults)
  .filter(({ status }) => status === 'passed' || status === 'failed')
  .map(({ fullName, status, duration = 0 }) => `| ${fullName} | ${status} | ${Math.round(duration / 1000)} s |`);
writeFileSync(
  join(root, 'docs', 'soak.md'),
  `# Kills and outages at full length

The last run of \`npm run test:soak\`: ${started.toISOString().slice(0, 10)}, ${cpus().length} processors, Node ${process.versions.node}.
The same tests run short (3 kills, outages of three retries) in \`npm test\`.

| what the test says | result | took |
| --- | --- | --- |
${rows.join('\n')}
`,
);
process.exitCode = run.status ?? 1;

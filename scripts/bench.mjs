// npm run bench -- [part …] [--quick] [--rounds=3] [--json=file] [--write]
// Measures the parts of bench/parts.mjs, all of them without a name, and prints a table and JSON.
// --write puts the table with date and machine into docs/benchmarks.md.
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { cpus, release, totalmem, type } from 'node:os';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const args = process.argv.slice(2);
const flag = (name) => args.find((arg) => arg === `--${name}` || arg.startsWith(`--${name}=`));
const optionOf = (name, fallback) => flag(name)?.split('=')[1] ?? fallback;

// The service as it runs, and parts of it alone.
for (const command of [['apps/server/build.mjs'], ['node_modules/typescript/bin/tsc', '-b', 'apps/server']]) {
  const built = spawnSync(process.execPath, command, { cwd: root, stdio: 'inherit' });
  if (built.status !== 0) process.exit(1);
}

const { parts } = await import('../bench/parts.mjs');
const named = args.filter((arg) => !arg.startsWith('--'));
const unknown = named.find((name) => !Object.hasOwn(parts, name));
if (unknown !== undefined) {
  console.error(`There is no part "${unknown}"; there are ${Object.keys(parts).join(', ')}.`);
  process.exit(1);
}

const quick = flag('quick') !== undefined;
const options = {
  quick,
  rounds: Number(optionOf('rounds', quick ? '1' : '3')),
  ms: quick ? 2000 : 4000,
  print: (line) => console.error(line),
};
const rows = [];
for (const name of named.length > 0 ? named : Object.keys(parts)) {
  console.error(`${name} …`);
  for (const row of await parts[name](options)) rows.push({ part: name, ...row });
}

const machine = `${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}, ${Math.round(totalmem() / 2 ** 30)} GB, ${type()} ${release()}, Node ${process.version}`;
const date = new Date().toISOString().slice(0, 10);
const table = tableOf(rows);
console.log(`\n${table}\n`);
const json = JSON.stringify({ date, machine, quick, rows }, null, 2);
if (optionOf('json') !== undefined) writeFileSync(optionOf('json'), json);
else console.log(json);
if (flag('write')) writeResults();

function tableOf(list) {
  const cells = [
    ['what', 'measured', 'goal', '', 'detail'],
    ...list.map(({ what, value, goal, met, detail }) => [
      what,
      value,
      goal,
      met === undefined ? '' : met ? 'met' : 'NOT met',
      detail,
    ]),
  ];
  const widths = cells[0].map((_, column) => Math.max(3, ...cells.map((row) => row[column].length)));
  const lines = cells.map((row) => `| ${row.map((cell, column) => cell.padEnd(widths[column])).join(' | ')} |`);
  lines.splice(1, 0, `|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`);
  return lines.join('\n');
}

/** Between two marks, so that the words around them stay. */
function writeResults() {
  const file = join(root, 'docs/benchmarks.md');
  const [begin, end] = ['<!-- results: npm run bench -- --write -->', '<!-- end of results -->'];
  const text = readFileSync(file, 'utf8');
  const from = text.indexOf(begin);
  const to = text.indexOf(end);
  if (from < 0 || to < from) throw new Error(`docs/benchmarks.md must hold "${begin}" and "${end}"`);
  const results = `${begin}\n\n${date}, ${machine}${quick ? ' (quick run)' : ''}\n\n${table}\n\n`;
  writeFileSync(file, text.slice(0, from) + results + text.slice(to));
}

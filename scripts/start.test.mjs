import { execFile, spawnSync } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { installProblem } from './install.mjs';
import { nodeProblem } from './node-version.mjs';
import { startHelp } from './start-help.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** A project of the same layout, small enough to be built in a moment. */
const project = {
  'package.json': '{"type":"module"}',
  'package-lock.json': '{}',
  'packages/core/package.json': '{"name":"@telltale/core","type":"module","exports":"./src/index.ts"}',
  'packages/core/src/index.ts': "export const word: string = 'first';\n",
  'apps/server/package.json': '{"type":"module"}',
  'apps/server/src/main.ts': "import { word } from '@telltale/core';\nconsole.log('service', word);\n",
  ...Object.fromEntries(
    ['service', 'config', 'access/offline', 'reading/worker'].map((name) => [
      `apps/server/src/${name}.ts`,
      'export {};\n',
    ]),
  ),
  'apps/server/build.mjs': readFileSync(join(root, 'apps/server/build.mjs'), 'utf8'),
  'apps/client/package.json': '{"type":"module"}',
  'apps/client/index.html': '<script type="module" src="/src/main.ts"></script>',
  'apps/client/vite.config.ts': 'export default {};\n',
  'apps/client/src/main.ts': "document.title = 'page';\n",
};

describe('npm start', () => {
  /** @type {string} */
  let copy;

  beforeEach(() => {
    copy = mkdtempSync(join(tmpdir(), 'telltale-start-'));
    for (const [name, text] of Object.entries(project)) put(name, text);
    for (const name of readdirSync(join(root, 'scripts'))) {
      if (!name.includes('.test.')) cpSync(join(root, 'scripts', name), join(copy, 'scripts', name));
    }
    mkdirSync(join(copy, 'node_modules/@telltale'), { recursive: true });
    symlinkSync('../../packages/core', join(copy, 'node_modules/@telltale/core'));
    for (const name of readdirSync(join(root, 'node_modules'))) {
      if (!name.startsWith('.') && name !== '@telltale') {
        symlinkSync(join(root, 'node_modules', name), join(copy, 'node_modules', name));
      }
    }
    putNpm('exit 0');
  });
  afterEach(() => rmSync(copy, { recursive: true, force: true }));

  /**
   * @param {string} name
   * @param {string} text
   */
  function put(name, text) {
    mkdirSync(dirname(join(copy, name)), { recursive: true });
    writeFileSync(join(copy, name), text);
  }

  /** Stands for npm, which would need a network: notes that it was called. */
  function putNpm(/** @type {string} */ ending) {
    put('bin/npm', `#!/bin/sh\necho "$@" >>"${copy}/npm.log"\n${ending}\n`);
    chmodSync(join(copy, 'bin/npm'), 0o755);
  }

  function start(/** @type {string[]} */ ...args) {
    const env = { ...process.env, PATH: `${join(copy, 'bin')}:${process.env.PATH}` };
    const run = spawnSync(process.execPath, ['scripts/start.mjs', ...args], { cwd: copy, encoding: 'utf8', env });
    return { status: run.status, lines: run.stdout.trim().split('\n'), err: run.stderr.trim() };
  }
  const installs = () => (existsSync(join(copy, 'npm.log')) ? readFileSync(join(copy, 'npm.log'), 'utf8') : '');

  const installing = 'telltale: Installing dependencies (the first time this takes a minute) …';
  const building = ['telltale: Building the service …', 'telltale: Building the page …'];

  it('installs, builds and starts; then does only what changed, as a pull leaves it', { timeout: 180_000 }, () => {
    expect(start()).toEqual({ status: 0, lines: [installing, ...building, 'service first'], err: '' });
    expect(start()).toEqual({ status: 0, lines: ['service first'], err: '' });
    expect(installs()).toBe('install --no-audit --no-fund\n');

    put('packages/core/src/index.ts', "export const word: string = 'second';\n");
    expect(start().lines).toEqual([...building, 'service second']);
    put('apps/client/src/main.ts', "document.title = 'another';\n");
    expect(start().lines).toEqual([building[1], 'service second']);
    put('apps/server/src/main.test.ts', 'export {};\n');
    expect(start().lines).toEqual(['service second']);
    put('apps/server/src/more.ts', 'export {};\n');
    expect(start().lines).toEqual([building[0], 'service second']);
    rmSync(join(copy, 'apps/server/src/more.ts'));
    rmSync(join(copy, 'apps/client/dist'), { recursive: true });
    expect(start().lines).toEqual([...building, 'service second']);

    appendFileSync(join(copy, 'package-lock.json'), '\n');
    expect(start().lines).toEqual([installing, ...building, 'service second']);
  });

  it.each(['--help', '-h'])('%s tells what can be set, and does nothing', (arg) => {
    expect(start(arg)).toEqual({ status: 0, lines: startHelp.trim().split('\n'), err: '' });
    expect(installs()).toBe('');
  });

  it.each([
    ['--port=4100', 'there is no argument --port=4100; it is a variable: TELLTALE_PORT=4100 npm start'],
    ['--home', 'there is no argument --home; it is a variable: TELLTALE_HOME=… npm start'],
    ['--nonsense', 'there is no argument --nonsense; npm start -- --help tells what there is'],
    ['4100', 'there is no argument 4100; npm start -- --help tells what there is'],
  ])('refuses %s and names the fix', (arg, problem) => {
    expect(start(arg)).toEqual({ status: 1, lines: [''], err: `telltale: ${problem}` });
    expect(installs()).toBe('');
  });

  it('does not start what could not be built, and tries again next time', { timeout: 60_000 }, () => {
    put('apps/server/src/main.ts', 'const broken = ;\n');
    const { status, lines, err } = start();
    expect([status, lines]).toEqual([1, [installing, building[0]]]);
    expect(err).toMatch(/^telltale: The build failed:\n.*main\.ts.*Unexpected/s);
    put('apps/server/src/main.ts', "console.log('repaired');\n");
    expect(start().lines).toEqual([...building, 'repaired']);
  });

  it('started twice at once installs and builds once, also after one that was killed', {
    timeout: 180_000,
  }, async () => {
    // The first one is still at it when the second one comes, however slow the machine is.
    putNpm(`tries=600; while [ ! -f "${copy}/go" ] && [ $tries -gt 0 ]; do sleep 0.1; tries=$((tries - 1)); done`);
    put('.telltale-start.lock', '4194305\n'); // no process has that number
    const env = { ...process.env, PATH: `${join(copy, 'bin')}:${process.env.PATH}` };
    const run = () => {
      const started = promisify(execFile)(process.execPath, ['scripts/start.mjs'], { cwd: copy, env });
      started.child.stdout?.on('data', (text) => {
        if (String(text).includes('Another one')) put('go', '');
      });
      return started;
    };
    const printed = await Promise.all([run(), run()]);
    expect(installs()).toBe('install --no-audit --no-fund\n');
    expect(printed.map(({ stdout }) => stdout.trim().split('\n').at(-1))).toEqual(['service first', 'service first']);
    expect(printed.map(({ stdout }) => stdout).join('')).toMatch(/Another one \(process \d+\) installs or builds here/);
    expect(existsSync(join(copy, '.telltale-start.lock'))).toBe(false);
  });

  it('says in one sentence that the database driver can neither be fetched nor compiled', () => {
    putNpm(`echo "npm error path ${copy}/node_modules/better-sqlite3
npm error command sh -c prebuild-install || node-gyp rebuild --release
npm error gyp ERR! find Python You need to install the latest version of Python." >&2; exit 1`);
    const { status, err } = start();
    expect([status, err.split('\n')]).toEqual([1, [expect.stringMatching(/^telltale: better-sqlite3, the database/)]]);
    expect(err).toMatch(/install .*(python3|xcode-select|Visual Studio)/);
    expect(readFileSync(join(copy, 'node_modules/.telltale-install.log'), 'utf8')).toMatch(/find Python/);
  });

  it('notices a driver without its binary, as ignore-scripts leaves it', () => {
    rmSync(join(copy, 'node_modules/better-sqlite3'));
    put('node_modules/better-sqlite3/index.js', "throw new Error('Could not locate the bindings file');");
    const { status, err } = start();
    expect([status, err]).toEqual([1, expect.stringMatching(/^telltale: better-sqlite3, the database driver, can ne/)]);
    expect(installs()).toBe('install --no-audit --no-fund\nrebuild better-sqlite3 --ignore-scripts=false\n');
  });
});

it('the help names every variable that the service reads, alerts by their beginnings', () => {
  const read = ['config.ts', 'alerts/target-config.ts'].map((name) =>
    readFileSync(join(root, 'apps/server/src', name), 'utf8'),
  );
  // What compose and `npm run dev` set, and nobody else.
  const inner = ['TELLTALE_PUBLISHED_ON', 'TELLTALE_DEV_ORIGINS'];
  const names = new Set(read.join('').match(/\b(TELLTALE_[A-Z_]+|GRAFANA_PUBLIC_URL|CLAUDE_CONFIG_DIR)\b/g));
  expect(names.size).toBeGreaterThan(25);
  const untold = [...names].filter((name) => !startHelp.includes(name) && !name.startsWith('TELLTALE_ALERT_'));
  expect(untold.sort()).toEqual(inner.sort());
});

it.each([
  ['npm error code ENOTFOUND\nnpm error network request to https://x failed', /^npm could not reach its registry/],
  ['npm error code ENOSPC\nnpm error syscall write', /the disk is full/],
  ['npm error code EACCES\nnpm error path /x/node_modules', /may not write node_modules/],
  [
    'npm error path /x/node_modules/better-sqlite3\nnpm error gyp http GET https://nodejs.org/download/release/v20.20.2/node-v20.20.2-headers.tar.gz\nnpm error gyp WARN install got an error, rolling back install',
    /^better-sqlite3, .* neither could be reached: check the network/,
  ],
  ['npm error code EUSAGE\nnpm error something new', /^npm install failed: code EUSAGE/],
  ['', /^npm install failed: it said nothing/],
])('makes a sentence of %j', (output, sentence) => {
  expect(installProblem(output)).toMatch(sentence);
  expect(installProblem(output).split('\n')).toHaveLength(1);
});

it.each([
  ['18.20.0', /^Telltale needs Node 20\.19 or newer, this is 18\.20\.0/],
  ['20.18.3', /^Telltale needs Node 20\.19/],
  ['20.19.0', undefined],
  ['22.0.0', undefined],
])('Node %s', (version, sentence) => {
  if (sentence) expect(nodeProblem(version)).toMatch(sentence);
  else expect(nodeProblem(version)).toBeUndefined();
});

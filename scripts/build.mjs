import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const marker = '.telltale-build.json';
const common = ['package-lock.json', 'tsconfig.base.json', 'packages/core/package.json', 'packages/core/src'];

/**
 * @typedef {object} Step
 * @property {string} name
 * @property {string} says
 * @property {string} folder
 * @property {string[]} command  run by this Node
 * @property {string[]} sources  what it reads; tests are no part of it
 * @property {string} result     there when it was built
 */

/** @type {Step[]} */
const steps = [
  {
    ...{ name: 'service', says: 'Building the service …', result: 'apps/server/dist/bundle/main.js' },
    ...{ folder: 'apps/server', command: ['build.mjs'] },
    sources: [...common, ...filesOfApp('server'), 'apps/server/build.mjs'],
  },
  {
    ...{ name: 'page', says: 'Building the page …', result: 'apps/client/dist/index.html' },
    ...{ folder: 'apps/client', command: ['../../node_modules/vite/bin/vite.js', 'build'] },
    sources: [
      ...common,
      ...filesOfApp('client'),
      'apps/client/index.html',
      'apps/client/vite.config.ts',
      'apps/client/public',
    ],
  },
  {
    ...{ name: 'command', says: 'Building the command …', result: 'apps/cli/dist/telltale.mjs' },
    ...{ folder: 'apps/cli', command: ['build.mjs'] },
    sources: [
      ...common,
      ...filesOfApp('cli'),
      ...['apps/cli/build.mjs', 'hooks/connect', 'hooks/.claude/hooks/telltale', 'hooks/registration.mjs'],
    ],
  },
];

/**
 * Builds what has other sources than at its last build, for example after a git pull.
 * @param {string} root
 * @param {(line: string) => void} say
 * @param {readonly string[]} [parts] what of it; the command is built by whoever runs it
 * @returns {string | undefined} what went wrong
 */
export function buildIfNeeded(root, say, parts = ['service', 'page']) {
  const built = readMarker(root);
  for (const { name, says, folder, command, sources, result } of steps) {
    if (!parts.includes(name)) continue;
    const hash = hashOf(root, sources);
    if (built[name] === hash && existsSync(join(root, result))) continue;
    say(says);
    const run = spawnSync(process.execPath, command, {
      cwd: join(root, folder),
      encoding: 'utf8',
      maxBuffer: 64 << 20,
    });
    if (run.status !== 0) return `The build failed:\n${`${run.stdout}${run.stderr}`.trim().slice(-4000)}`;
    built[name] = hash;
    writeFileSync(join(root, marker), `${JSON.stringify(built)}\n`);
  }
  return undefined;
}

/** @param {string} app */
function filesOfApp(app) {
  return [`apps/${app}/package.json`, `apps/${app}/tsconfig.json`, `apps/${app}/src`];
}

/**
 * One hash over names and contents, so that a file that came, went or moved counts, too.
 * @param {string} root
 * @param {string[]} sources
 */
function hashOf(root, sources) {
  const hash = createHash('sha256');
  for (const file of sources.flatMap((source) => filesOf(root, source)))
    hash
      .update(`${file}\0`)
      .update(readFileSync(join(root, file)))
      .update('\0');
  return hash.digest('hex');
}

/**
 * @param {string} root
 * @param {string} source a file or a folder
 * @returns {string[]} paths from the root, in a fixed order
 */
function filesOf(root, source) {
  if (!existsSync(join(root, source))) return [];
  if (!statSync(join(root, source)).isDirectory()) return [source];
  return readdirSync(join(root, source), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !/\.test\.ts$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1))
    .sort();
}

/**
 * @param {string} root
 * @returns {Record<string, string>} hash of the sources by name of the step
 */
function readMarker(root) {
  try {
    return JSON.parse(readFileSync(join(root, marker), 'utf8'));
  } catch {
    return {}; // No build yet.
  }
}

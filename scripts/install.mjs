import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const marker = 'node_modules/.telltale-installed';
const log = 'node_modules/.telltale-install.log';

/**
 * Installs the dependencies when the lockfile, Node or the platform is another one than at the last install.
 * @param {string} root
 * @param {(line: string) => void} say
 * @returns {string | undefined} what went wrong, in one sentence
 */
export function installIfNeeded(root, say) {
  if (readIfThere(join(root, marker)) === wantedState(root)) return undefined;
  say('Installing dependencies (the first time this takes a minute) …');
  const npm = spawnSync('npm', ['install', '--no-audit', '--no-fund'], {
    ...{ cwd: root, encoding: 'utf8', shell: process.platform === 'win32', maxBuffer: 64 << 20 },
    // npm start sets these for its own script; an install inside must not inherit them.
    env: withoutScriptVariables(process.env),
  });
  const output = `${npm.stdout ?? ''}${npm.stderr ?? ''}${npm.error ? `${npm.error.message}\n` : ''}`;
  mkdirSync(join(root, 'node_modules'), { recursive: true });
  writeFileSync(join(root, log), output);
  if (npm.status !== 0) return installProblem(output);
  const binding = bindingProblem(root);
  if (binding) return binding;
  // After npm, which may have touched the lockfile.
  writeFileSync(join(root, marker), wantedState(root));
  return undefined;
}

/**
 * npm's output → one sentence that says what to do.
 * @param {string} output
 */
export function installProblem(output) {
  const known = problems.find(([pattern]) => pattern.test(output));
  const sentence = known ? known[1] : `npm install failed: ${lastError(output)}`;
  return `${sentence} (the whole output is in ${log})`;
}

const compiler =
  process.platform === 'darwin'
    ? 'xcode-select --install'
    : process.platform === 'win32'
      ? 'the Visual Studio Build Tools with C++, and Python 3'
      : 'python3, make and a C++ compiler, on Debian with: apt install build-essential python3';
const noBinding = `better-sqlite3, the database driver, can neither be downloaded ready-made for Node ${process.versions.node} on ${process.platform}-${process.arch} nor be compiled here: install ${compiler}, then start again.`;
// A compiler is there then, and telling somebody to install one would send them the wrong way.
const noHeaders = `better-sqlite3, the database driver, needs either its ready-made binary from github.com or Node's headers from nodejs.org, and neither could be reached: check the network or the proxy, then start again; where Node's headers are installed, name their folder, as in npm_config_nodedir=/usr npm start.`;

/** @type {[RegExp, string][]} the first that fits wins */
const problems = [
  [
    /ENOSPC|no space left on device/i,
    'npm install failed because the disk is full: free some space, then start again.',
  ],
  [/gyp http GET \S+headers[\s\S]*gyp (WARN install got an error|ERR! stack[^\n]*network)/, noHeaders],
  [
    /better-sqlite3[\s\S]*(node-gyp|gyp ERR|prebuild-install)|(gyp ERR|prebuild-install)[\s\S]*better-sqlite3/i,
    noBinding,
  ],
  [
    /ENOENT[^\n]*npm|spawn npm|npm: (command )?not found/i,
    'npm was not found: install Node with npm, then start again.',
  ],
  [
    /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ETIMEDOUT|ENETUNREACH|network/i,
    'npm could not reach its registry: check the network or the proxy, then start again.',
  ],
  [
    /EACCES|EPERM|EROFS/i,
    'npm may not write node_modules here: give this user the right to write this folder, then start again.',
  ],
  [/EBADENGINE|Unsupported engine/i, 'npm refused this version of Node: use Node 20.19 or newer.'],
];

/**
 * Install scripts may be switched off (ignore-scripts): then the install succeeds without the driver's binary.
 * @param {string} root
 */
function bindingProblem(root) {
  const load = () =>
    spawnSync(process.execPath, ['-e', "new (require('better-sqlite3'))(':memory:').close()"], {
      cwd: root,
      encoding: 'utf8',
    });
  if (load().status === 0) return undefined;
  const options = { cwd: root, encoding: /** @type {const} */ ('utf8'), shell: process.platform === 'win32' };
  spawnSync('npm', ['rebuild', 'better-sqlite3', '--ignore-scripts=false'], {
    ...options,
    env: withoutScriptVariables(process.env),
  });
  return load().status === 0 ? undefined : noBinding;
}

/** @param {string} root */
function wantedState(root) {
  const hash = createHash('sha256');
  for (const name of ['package-lock.json', 'package.json']) hash.update(readIfThere(join(root, name)) ?? '');
  return `${hash.digest('hex')} ${process.platform} ${process.arch} ${process.versions.modules}\n`;
}

/** @param {NodeJS.ProcessEnv} env */
function withoutScriptVariables(env) {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !/^npm_(lifecycle|package)_/.test(name)));
}

/** @param {string} output */
function lastError(output) {
  const lines = output.split('\n').filter((line) => /\b(ERR!|error)\b/i.test(line));
  return (lines[0] ?? (output.trim().split('\n').at(-1) || 'it said nothing'))
    .replace(/^npm (ERR!|error)\s*/i, '')
    .slice(0, 200);
}

/** @param {string} path */
function readIfThere(path) {
  return existsSync(path) ? readFileSync(path, 'utf8') : undefined;
}

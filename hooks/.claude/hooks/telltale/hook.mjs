import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync, renameSync, writeFileSync } from 'node:fs';
import { hostname, userInfo } from 'node:os';
import { dirname, join, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { appName } from './app-name.mjs';
import { gitFacts } from './git.mjs';
import {
  destinationOf,
  isAlive,
  isDestination,
  openSpool,
  publish,
  read,
  readConfig,
  remove,
  telltaleHome,
} from './spool.mjs';

// hook.sh for machines without a POSIX shell (Windows): stdin to the spool, a detached sender, nothing printed.

const here = dirname(fileURLToPath(import.meta.url));

try {
  await takeStdin(new Set(process.argv.slice(1)));
} catch {
  // Telemetry never hurts its host: no message, no exit code.
}

/** @param {Set<string>} words what the event asks for: transcript, end, sweep, plugin */
async function takeStdin(words) {
  if (process.env.TELLTALE_DISABLED === '1') return;
  const home = telltaleHome();
  const project = process.env.CLAUDE_PROJECT_DIR || process.cwd();
  if (isIgnored(home, project) || (words.has('plugin') && hasSettingsHook(home, project))) return;
  const { url } = destinationOf(home);
  if (!isDestination(url)) return;

  const spool = openSpool(home, url);
  keepToken(spool);
  const id = randomUUID();
  const stem = `${process.pid}-${id.slice(0, 8)}`;
  const app = appName(project);
  const body = await readStdin();
  const nanos = `${Math.round((performance.timeOrigin + performance.now()) * 1000)}000`;
  const item = join(spool, stem);
  // A session begins or goes on: what it works on.
  const who = isWhoOff(home) ? undefined : { ...(words.has('sweep') && gitFacts(project)) };
  writeItem(item, body, headers(id, installOf(words, project), app, who));
  const record = words.has('transcript') ? noteTranscript(spool, body, app, words.has('end')) : undefined;
  if (words.has('sweep')) writeFileSync(join(spool, 'transcripts', 'sweep'), '');
  renameSync(`${item}.tmp`, join(spool, `${nanos}-${stem}.json`));

  if (!isAlive(read(join(spool, 'lock', 'owner')))) startSender(spool);
  if (words.has('end')) await waitForSender(`${item}.head`, ...(record ? [`${record}.due`] : []));
}

/**
 * @param {string} item path without extension
 * @param {Buffer} body
 * @param {string} head
 */
function writeItem(item, body, head) {
  try {
    // The headers come last: where they are, stdin is complete.
    writeFileSync(`${item}.tmp`, body, { mode: 0o600 });
    writeFileSync(`${item}.head`, head, { mode: 0o600 });
  } catch (error) {
    for (const part of ['.tmp', '.head']) remove(item + part);
    throw error;
  }
}

/** @param {string} spool */
function startSender(spool) {
  const options = { detached: true, windowsHide: true, cwd: spool, stdio: /** @type {const} */ ('ignore') };
  spawn(process.execPath, [join(here, 'send.mjs'), spool], options).unref();
}

/**
 * @param {string} home
 * @param {string} project
 */
function isIgnored(home, project) {
  const folders = (read(join(home, 'ignore')) ?? '').split(/\r?\n/).filter(Boolean);
  return folders.some((folder) => `${resolve(project)}${sep}`.startsWith(`${resolve(folder)}${sep}`));
}

/**
 * The client runs a plugin's hooks beside identical ones from settings files: one of the two has to stand down.
 * @param {string} home
 * @param {string} project
 */
function hasSettingsHook(home, project) {
  const scripts = [join(project, '.claude', 'hooks', 'telltale', 'hook.mjs'), join(home, 'hooks', 'hook.mjs')];
  if (!scripts.some((script) => existsSync(script))) return false;
  const user = process.env.CLAUDE_CONFIG_DIR || join(userInfo().homedir, '.claude');
  const files = [join(project, '.claude', 'settings.json'), join(project, '.claude', 'settings.local.json')];
  return [...files, join(user, 'settings.json')].some((file) => /hooks\/telltale.*hook\./.test(read(file) ?? ''));
}

/**
 * The client runs the sh form of one settings file beside the node form of another, both with the scripts of one
 * folder; only this name tells the service that the two are one event.
 * @param {Set<string>} words
 * @param {string} project
 */
function installOf(words, project) {
  if (words.has('plugin')) return 'plugin';
  return here.startsWith(resolve(project) + sep) ? 'project-node' : 'global-node';
}

/**
 * These and no others leave the machine with the event; the environment holds the user's API key.
 * @param {string} id
 * @param {string} install
 * @param {string} app
 * @param {{ repo?: string | undefined, commit?: string | undefined } | undefined} who undefined: nothing of who and where
 */
function headers(id, install, app, who) {
  const { env } = process;
  const lines = Object.entries({
    'telltale-event-id': id,
    'telltale-install': install,
    'telltale-app': app,
    ...(who && { 'telltale-host': hostname(), 'telltale-user': userInfo().username }),
    'telltale-repo': who?.repo,
    'telltale-commit': who?.commit,
    'telltale-claude-pid': env.CLAUDE_PID,
    'telltale-claude-code-entrypoint': env.CLAUDE_CODE_ENTRYPOINT,
    'telltale-term-program': env.TERM_PROGRAM,
    'telltale-tmux-pane': env.TMUX_PANE,
    'telltale-wt-session': env.WT_SESSION,
    'telltale-iterm-session-id': env.ITERM_SESSION_ID,
  });
  // biome-ignore lint/suspicious/noControlCharactersInRegex: a line break in a value would forge a header
  return lines.map(([name, value]) => (value && !/[\0-\x1f\x7f]/.test(value) ? `${name}: ${value}\n` : '')).join('');
}

/** @param {string} home */
function isWhoOff(home) {
  return (process.env.TELLTALE_WHO || readConfig(home).who) === 'off';
}

/** @param {string} spool */
function keepToken(spool) {
  const token = process.env.TELLTALE_TOKEN;
  if (token && read(join(spool, 'token'))?.trim() !== token) publish(join(spool, 'token'), `${token}\n`);
}

/**
 * One record per session: where its transcript is. A later SessionStart finishes what this session could not.
 * @param {string} spool
 * @param {Buffer} body
 * @param {string} app
 * @param {boolean} hasEnded
 */
function noteTranscript(spool, body, app, hasEnded) {
  const { session, path } = namesOf(body.toString());
  if (!/^[\w-]+$/.test(session) || path === '') return undefined;
  const record = join(spool, 'transcripts', session);
  publish(record, `${path}\n${app}\n`);
  if (hasEnded) writeFileSync(`${record}.end`, '');
  writeFileSync(`${record}.due`, '');
  return record;
}

/** @param {string} text */
function namesOf(text) {
  try {
    const { session_id: session, transcript_path: path } = JSON.parse(text);
    return { session: String(session ?? ''), path: String(path ?? '') };
  } catch {
    return { session: '', path: '' }; // Not JSON: that is for the service to say.
  }
}

/** @returns {Promise<Buffer>} */
async function readStdin() {
  const chunks = [];
  for await (const chunk of process.stdin) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/**
 * For a container that dies with its `claude -p`.
 * @param {...string} files
 */
async function waitForSender(...files) {
  const until = Date.now() + Math.min(Number(process.env.TELLTALE_FLUSH_MS) || 0, 9000);
  while (Date.now() < until && files.some((file) => existsSync(file)))
    await new Promise((done) => setTimeout(done, 50));
}

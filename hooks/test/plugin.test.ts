import { spawn } from 'node:child_process';
import { readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { hookSettings } from '../registration.mjs';
import { createInstall, type Install, runners, until } from './installs.ts';
import { createRecorder, type Recorder } from './recorder.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const posix = runners.find(({ name }) => name !== 'node') as (typeof runners)[number];

describe('the plugin', () => {
  let server: Recorder;
  let install: Install;

  beforeEach(async () => {
    server = await createRecorder();
    install = createInstall(posix, { TELLTALE_URL: server.url });
  });
  afterEach(async () => {
    install.remove();
    await server.close();
  });

  const fire = () =>
    new Promise((done) => {
      const command = hookSettings('plugin').PreToolUse?.[0]?.hooks[0]?.command ?? '';
      const env = { PATH: process.env.PATH ?? '', HOME: install.home, CLAUDE_PROJECT_DIR: install.project };
      const child = spawn('sh', ['-c', command], {
        env: { ...env, TELLTALE_URL: server.url, CLAUDE_PLUGIN_ROOT: root },
      });
      child.stdin.on('error', () => {}); // It stands down without reading.
      child.stdin.end('{"session_id":"s"}');
      child.on('close', done);
    });

  it('stands down where a settings file registers ours and its script is there', async () => {
    expect(await fire()).toBe(0);
    expect(install.waiting()).toEqual([]);
    await install.fire('PreToolUse', '{"session_id":"s"}');
    await until(() => server.events().length > 0, 'the one of the settings file');
    expect(server.events().map(({ headers }) => headers['telltale-install'])).toEqual(['project']);
  });

  it.each([
    ['no settings file registers ours', () => rmSync(join(install.project, '.claude', 'settings.json'))],
    [
      'the registered script is gone',
      () => renameSync(join(install.project, '.claude', 'hooks'), join(install.home, 'x')),
    ],
  ])('delivers when %s', async (_, change) => {
    change();
    expect(await fire()).toBe(0);
    await until(() => server.events().length === 1, 'one event');
    expect(server.events()[0]?.headers['telltale-install']).toBe('plugin');
  });
});

describe('the settings files', () => {
  it.each([
    ['.claude/settings.json', 'posix'],
    ['settings.windows.json', 'windows'],
    ['plugin.hooks.json', 'plugin'],
  ] as const)('%s says what registration.mjs says', (file, kind) => {
    expect(JSON.parse(readFileSync(join(root, file), 'utf8'))).toEqual({ hooks: hookSettings(kind) });
  });

  it('register what README.md says, of every event that it lists', () => {
    const rows = [...readFileSync(join(root, 'README.md'), 'utf8').matchAll(/^\| (\w+) +\| (yes|no) +\|/gm)];
    expect(rows).toHaveLength(31);
    const registered = rows.filter((row) => row[2] === 'yes').map((row) => row[1]);
    expect(registered.sort()).toEqual(Object.keys(hookSettings()).sort());
  });

  it('leave out what would change or warn', () => {
    const names = Object.keys(hookSettings());
    expect(names).not.toContain('WorktreeCreate');
    expect(names).not.toContain('DirectoryAdded');
  });
});

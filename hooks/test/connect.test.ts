import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { hookSettings } from '../registration.mjs';
import { list } from './installs.ts';

const connectScript = fileURLToPath(new URL('../connect.mjs', import.meta.url));
const ours = hookSettings();
const label = { OTEL_RESOURCE_ATTRIBUTES: 'project=shop' };
const theirs = { matcher: 'Bash', hooks: [{ type: 'command', command: './lint.sh' }] };

describe('connect', () => {
  let root: string;
  let project: string;
  let settings: string;

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'telltale-connect-'));
    project = join(root, 'shop');
    settings = join(project, '.claude', 'settings.json');
    mkdirSync(project);
  });
  afterEach(() => rmSync(root, { recursive: true, force: true }));

  let variables: Record<string, string> = {};
  afterEach(() => {
    variables = {};
  });
  function connect(...args: string[]) {
    const env = { PATH: process.env.PATH ?? '', HOME: root, INIT_CWD: root, ...variables };
    const { status, stdout, stderr } = spawnSync(process.execPath, [connectScript, ...args], { env, encoding: 'utf8' });
    return { status, stdout, stderr };
  }
  const write = (text: string, path = settings) => {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  };
  const text = (path = settings) => readFileSync(path, 'utf8');

  it('connects a project without .claude, and undo leaves it as it was', () => {
    expect(connect('shop')).toMatchObject({ status: 0, stderr: '' });
    expect(JSON.parse(text())).toEqual({ hooks: ours, env: label });
    const copied = list(join(project, '.claude', 'hooks', 'telltale'));
    expect(copied).toEqual(list(fileURLToPath(new URL('../.claude/hooks/telltale', import.meta.url))));
    expect(connect('shop', '--undo')).toMatchObject({ status: 0, stderr: '' });
    expect(list(project)).toEqual([]);
  });

  it.each([
    ['two spaces', JSON.stringify({ model: 'opus', hooks: { PreToolUse: [theirs], Stop: [] } }, null, 2)],
    ['tabs and a newline', `${JSON.stringify({ hooks: { Setup: [theirs] }, env: {} }, null, '\t')}\n`],
    ['one line', JSON.stringify({ hooks: { PreToolUse: [theirs] } })],
    ['odd', '\uFEFF{ "a" : [1,\r\n  2],\r\n    "hooks" :{"Stop":[ ]  , "PreToolUse": [{"hooks":[]}]} }\r\n\r\n'],
    ['empty object', '{}'],
    ['empty file', ''],
    ['strings that look like structure', '{\n  "note": "} ] \\" , {",\n  "hooks": {}\n}\n'],
  ])('merges into existing settings, once, and undo gives back every byte: %s', (_, before) => {
    write(before);
    expect(connect('shop')).toMatchObject({ status: 0, stderr: '' });
    const connected = text();
    const was = JSON.parse(before.replace('\uFEFF', '') || '{}');
    const expected = { ...was, hooks: { ...was.hooks }, env: { ...was.env, ...label } };
    for (const [event, groups] of Object.entries(ours))
      expected.hooks[event] = [...(was.hooks?.[event] ?? []), ...groups];
    expect(JSON.parse(connected.replace('\uFEFF', ''))).toEqual(expected);
    expect(connect('shop').stdout).toContain('connected already');
    expect(text()).toBe(connected);
    expect(connect('shop', '--undo').status).toBe(0);
    expect(text()).toBe(before);
  });

  it('keeps the formatting of what it does not touch', () => {
    const before =
      '{\n    "env": { "A": "1",   "B": "2" },\n    "hooks": {\n        "Stop": [\n            {"hooks": []}\n        ]\n    }\n}\n';
    write(before);
    connect('shop');
    expect(text()).toContain(
      '    "env": { "A": "1",   "B": "2",\n        "OTEL_RESOURCE_ATTRIBUTES": "project=shop"\n    },\n    "hooks": {\n        "Stop": [\n            {"hooks": []},\n            {\n',
    );
    expect(
      text()
        .match(/^ */gm)
        ?.every((indent) => indent.length % 4 === 0),
    ).toBe(true);
  });

  it('undo after edits of the user takes away ours and leaves theirs', () => {
    write(`${JSON.stringify({ hooks: { PreToolUse: [theirs] } }, null, 2)}\n`);
    connect('shop');
    const edited = JSON.parse(text());
    edited.model = 'opus';
    edited.hooks.Stop[0].hooks.push({ type: 'command', command: './bell.sh' });
    edited.hooks.Setup = [theirs];
    write(`${JSON.stringify(edited, null, 2)}\n`);
    expect(connect('shop', '--undo').status).toBe(0);
    expect(text()).toBe(
      `${JSON.stringify({ hooks: { PreToolUse: [theirs], Stop: [{ hooks: [{ type: 'command', command: './bell.sh' }] }], Setup: [theirs] }, model: 'opus' }, null, 2)}\n`,
    );
    expect(list(join(project, '.claude'))).toEqual(['settings.json']);
  });

  it.each([
    ['beside other attributes', { OTEL_RESOURCE_ATTRIBUTES: 'team=a' }, 'team=a,project=shop'],
    ['where the name is empty', { OTEL_RESOURCE_ATTRIBUTES: '' }, 'project=shop'],
    ['not where the project has a name', { OTEL_RESOURCE_ATTRIBUTES: 'project=mine,team=a' }, 'project=mine,team=a'],
    ['by the name that its hooks have', { TELLTALE_APP: 'my shop, really' }, 'project=my%20shop%2C%20really'],
  ])('names the project for its telemetry, %s; undo takes only that back', (_, env, expected) => {
    write(JSON.stringify({ env }, null, 2));
    connect('shop');
    const connected = JSON.parse(text());
    expect(connected.env).toEqual({ ...env, OTEL_RESOURCE_ATTRIBUTES: expected });
    expect(connect('shop').stdout).toContain('connected already');
    write(`${JSON.stringify({ ...connected, model: 'opus' }, null, 2)}\n`);
    expect(connect('shop', '--undo').status).toBe(0);
    const left: Record<string, string | undefined> = { ...env };
    if (left.OTEL_RESOURCE_ATTRIBUTES === '') left.OTEL_RESOURCE_ATTRIBUTES = undefined;
    const hasEnv = Object.values(left).some((value) => value !== undefined);
    expect(JSON.parse(text())).toEqual({ ...(hasEnv && { env: left }), model: 'opus' });
  });

  it('replaces an older version of ours', () => {
    const old = { type: 'command', command: 'sh "$CLAUDE_PROJECT_DIR/.claude/hooks/telltale/hook.sh"' };
    write(
      JSON.stringify(
        { hooks: { Stop: [theirs, { hooks: [old] }], Setup: [{ hooks: [old, theirs.hooks[0]] }] } },
        null,
        2,
      ),
    );
    expect(connect('shop').status).toBe(0);
    expect(JSON.parse(text()).hooks).toEqual({
      ...ours,
      Setup: [{ hooks: theirs.hooks }],
      Stop: [theirs, ...(ours.Stop ?? [])],
    });
  });

  it.each([
    [
      'a comment',
      '{\n  "url": "http://x",\n  // mine\n  "hooks": {}\n}',
      'settings.json has a comment in line 3: Claude Code',
    ],
    ['a comment in a block', '{ /* mine\n */ "hooks": {}\n}', 'has a comment in line 1'],
    ['a comma at the end', '{"model": "http://x",}', 'is not strict JSON'],
    ['a list', '[]', 'holds no JSON object'],
    ['hooks of a wrong type', '{"hooks": []}', '"hooks" has to be an object'],
    ['variables of a wrong type', '{"env": []}', '"env" has to be an object'],
    ['an event of a wrong type', '{"hooks": {"Stop": {}}}', '"hooks.Stop" has to be a list'],
  ])('refuses what it cannot read and changes nothing: %s', (_, before, message) => {
    write(before);
    const { status, stderr } = connect('shop');
    expect(status).toBe(1);
    expect(stderr).toContain(message);
    expect(stderr).not.toContain('    at ');
    expect(text()).toBe(before);
    expect(list(join(project, '.claude'))).toEqual(['settings.json']);
  });

  it('says in one sentence that a file of ours is broken', () => {
    write('[', join(root, '.telltale', 'installs.json'));
    const { status, stderr } = connect('shop');
    expect({ status, stderr }).toEqual({
      status: 1,
      stderr: `${join(root, '.telltale', 'installs.json')} is not JSON; mend or remove it.\n`,
    });
    expect(existsSync(settings)).toBe(false);
  });

  it('says in one sentence that a file is read-only', () => {
    write('{}\n');
    chmodSync(settings, 0o444);
    const { status, stderr } = connect('shop');
    expect({ status, stderr }).toEqual({ status: 1, stderr: `${settings} is read-only. Nothing was changed.\n` });
    expect(text()).toBe('{}\n');
    expect(list(join(project, '.claude'))).toEqual(['settings.json']);
  });

  it.each([
    ['is not written in UTF-8', () => writeFileSync(settings, Buffer.from('{"name": "caf\xe9"}', 'latin1'))],
    ['is a link to nowhere.json, which is not there', () => symlinkSync('nowhere.json', settings)],
    ['it is a folder', () => mkdirSync(settings)],
    ['hooks is a file, and has to be a folder', () => writeFileSync(join(dirname(settings), 'hooks'), 'x')],
  ])('changes nothing where a file or folder that it needs %s', (message, prepare) => {
    mkdirSync(dirname(settings));
    prepare();
    const before = list(dirname(settings));
    const bytes = lstatSync(settings, { throwIfNoEntry: false })?.isFile() && readFileSync(settings);
    const { status, stderr } = connect('shop');
    expect({ status, stderr }).toEqual({ status: 1, stderr: expect.stringContaining(message) });
    expect(list(dirname(settings))).toEqual(before);
    if (bytes) expect(readFileSync(settings)).toEqual(bytes);
    expect(existsSync(join(root, '.telltale', 'installs.json'))).toBe(false);
  });

  it('undoes a project whose folder was moved, to every byte', () => {
    write('{ "a" : 1 }');
    connect('shop');
    renameSync(project, join(root, 'store'));
    expect(connect('store', '--undo').status).toBe(0);
    expect(text(join(root, 'store', '.claude', 'settings.json'))).toBe('{ "a" : 1 }');
    expect(JSON.parse(text(join(root, '.telltale', 'installs.json')))).toEqual([]);
  });

  it('connects settings of 20,000 lines as it does others', () => {
    const allow = Array.from({ length: 20_000 }, (_, n) => `Bash(run ${n}:*)`);
    const before = JSON.stringify({ permissions: { allow }, model: 'opus' }, null, 2);
    write(before);
    const { status, stdout } = connect('shop');
    expect(status).toBe(0);
    expect(stdout).toContain('+    "SessionStart": [');
    expect(stdout).not.toContain('Bash(run 1:*)');
    expect(connect('shop', '--undo').status).toBe(0);
    expect(text()).toBe(before);
  });

  it('keeps the mode, and a symbolic link as a link', () => {
    const real = join(root, 'dotfiles.json');
    write('{}\n', real);
    chmodSync(real, 0o640);
    mkdirSync(dirname(settings));
    symlinkSync(real, settings);
    connect('shop');
    expect(lstatSync(settings).isSymbolicLink()).toBe(true);
    expect(statSync(real).mode & 0o777).toBe(0o640);
    expect(JSON.parse(text(real))).toEqual({ hooks: ours, env: label });
  });

  it('shows the change and writes nothing in a dry run', () => {
    write('{\n  "model": "opus"\n}\n');
    const { status, stdout } = connect('shop', '--dry-run');
    expect(status).toBe(0);
    expect(stdout).toContain('-  "model": "opus"\n');
    expect(stdout).toContain('+  "model": "opus",\n');
    expect(stdout).toContain('+    "SessionEnd": [');
    expect(text()).toBe('{\n  "model": "opus"\n}\n');
    expect(existsSync(join(root, '.telltale'))).toBe(false);
  });

  it('installs for all projects, with the scripts in TELLTALE_HOME and private configuration', () => {
    const { status } = connect('--global', '--url', 'https://telltale.example.com/', '--token', 't0ken');
    expect(status).toBe(0);
    expect(JSON.parse(text(join(root, '.claude', 'settings.json')))).toEqual({ hooks: ours });
    expect(list(join(root, '.telltale', 'hooks'))).toContain('hook.sh');
    const config = join(root, '.telltale', 'config.json');
    expect(JSON.parse(text(config))).toEqual({ url: 'https://telltale.example.com', token: 't0ken' });
    expect(statSync(config).mode & 0o777).toBe(0o600);
    expect(connect('--global', '--undo').status).toBe(0);
    expect(existsSync(join(root, '.claude', 'settings.json'))).toBe(false);
    expect(existsSync(join(root, '.telltale', 'hooks'))).toBe(false);
  });

  it.each([
    ['nothing', undefined, '4100', 'http://127.0.0.1:4100'],
    ['nothing', undefined, '4000', undefined],
    ['another port of this machine', 'http://localhost:4200', '4000', 'http://127.0.0.1:4000'],
    ['an address that was chosen', 'https://telltale.example.com', '4100', 'https://telltale.example.com'],
  ])('sends to the port of TELLTALE_PORT where %s was told before', (_, before, port, after) => {
    if (before !== undefined) connect('shop', '--url', before);
    variables = { TELLTALE_PORT: port };
    const { status, stdout } = connect('shop');
    expect(status).toBe(0);
    if (before === undefined) expect(stdout).toContain(`its events go to http://127.0.0.1:${port}\n`);
    const config = join(root, '.telltale', 'config.json');
    expect(existsSync(config) ? JSON.parse(text(config)).url : undefined).toBe(after);
  });

  it('leaves the address alone where --url or TELLTALE_URL names one, and refuses a port that is none', () => {
    const config = join(root, '.telltale', 'config.json');
    variables = { TELLTALE_PORT: '4100', TELLTALE_URL: 'http://127.0.0.1:4300' };
    expect(connect('shop').status).toBe(0);
    expect(existsSync(config)).toBe(false);
    variables = { TELLTALE_PORT: '4100' };
    expect(connect('shop', '--url', 'http://127.0.0.1:4500').status).toBe(0);
    expect(JSON.parse(text(config))).toEqual({ url: 'http://127.0.0.1:4500' });
    variables = { TELLTALE_PORT: '80a' };
    expect(connect('shop')).toMatchObject({ status: 1, stderr: 'TELLTALE_PORT must be 1–65535, got "80a".\n' });
  });

  it('warns of what keeps hooks from running or runs them twice', () => {
    write('{"disableAllHooks": true}', join(root, '.claude', 'settings.json'));
    const old = { type: 'command', command: 'sh ~/.telltale/hooks/telltale/hook.sh' };
    write(JSON.stringify({ hooks: { Stop: [{ hooks: [old] }] } }), join(project, '.claude', 'settings.local.json'));
    const { stdout } = connect('shop');
    expect(stdout).toContain('disableAllHooks');
    expect(stdout).toContain('every event would come twice');
    write(JSON.stringify({ hooks: ours }), join(root, '.claude', 'settings.json'));
    rmSync(join(project, '.claude', 'settings.local.json'));
    expect(connect('shop').stdout).not.toContain('Note:');
  });

  it('connects a worktree where it stands', () => {
    writeFileSync(join(project, '.git'), `gitdir: ${root}/main/.git/worktrees/shop\n`);
    expect(connect('shop').status).toBe(0);
    expect(list(project)).toEqual(['.claude', '.git']);
  });

  it.each([
    [[], 'Either a project'],
    [['shop', '--global'], 'Either a project'],
    [['nowhere'], 'There is no folder'],
    [['.'], 'use --global'],
    [['shop', '--frobnicate'], '--frobnicate'],
    [['shop', '--url', 'file:///x'], '--url has to be'],
  ])('says what is wrong with %j', (args, message) => {
    const { status, stderr } = connect(...args);
    expect(status).toBe(1);
    expect(stderr).toContain(message);
    expect(stderr).not.toContain('    at ');
    expect(list(project)).toEqual([]);
  });
});

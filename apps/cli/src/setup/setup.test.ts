import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { hookSettings } from '@telltale/hooks/registration.mjs';
import telemetry from '@telltale/hooks/telemetry/settings.json' with { type: 'json' };
import { expect, it } from 'vitest';
import { testService } from '../../../server/fixtures/test-service.ts';
import { buildCommand, folderOf, telltale } from '../../fixtures/telltale.ts';

buildCommand();

const hooks = hookSettings();
const endpoint = 'OTEL_EXPORTER_OTLP_ENDPOINT';

/** A user with a project, and no service unless a test starts one. */
function user(variables: Record<string, string> = {}) {
  const home = folderOf('setup');
  const project = join(home, 'shop');
  const paths = { user: join(home, '.claude', 'settings.json'), project: join(project, '.claude', 'settings.json') };
  mkdirSync(project);
  const setup = (...args: string[]) =>
    telltale(['setup', ...args], {
      cwd: project,
      env: { HOME: home, TELLTALE_URL: 'http://127.0.0.1:9', ...variables },
    });
  const write = (path: string, text: string) => {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  };
  const text = (path: string) => readFileSync(path, 'utf8');
  return { home, project, paths, setup, write, text, json: (path: string) => JSON.parse(text(path)) };
}

it('connects a project: hooks in it, telemetry in a file for claude --settings; undo leaves nothing', async () => {
  const { home, project, paths, setup, json } = user();
  const { code, out } = await setup('--project');
  expect(code).toBe(0);
  expect(json(paths.project)).toEqual({ hooks, env: { OTEL_RESOURCE_ATTRIBUTES: 'project=shop' } });
  const file = join(home, '.telltale', 'telemetry.json');
  expect(json(file)).toEqual({ env: { ...telemetry.env, [endpoint]: 'http://127.0.0.1:4318' } });
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(out).toContain(`With telemetry: claude --settings ${file}`);
  expect(out).toContain('Of prompts it has the length only');
  expect(out).toContain(`Undo: telltale setup --project ${project} --undo`);
  expect(existsSync(paths.user)).toBe(false);
  expect((await setup('--project', project)).out).toContain('shop is connected already');
  expect((await setup('--project', '.', '--undo')).code).toBe(0);
  expect(readdirSync(project)).toEqual([]);
  expect(existsSync(file)).toBe(false);
});

it('writes the token of telemetry for nobody else to read, and does not show it', async () => {
  const { paths, setup, write, json } = user();
  write(paths.user, '{}\n');
  const asked = ['--global', '--token', 'ttk_not-to-be-shown'];
  const shown = await setup(...asked, '--dry-run');
  expect(shown.out).toContain('"OTEL_EXPORTER_OTLP_HEADERS": "Authorization=Bearer …"');
  const done = await setup(...asked);
  expect([done.code, `${shown.out}${done.out}`.includes('not-to-be-shown')]).toEqual([0, false]);
  expect(json(paths.user).env.OTEL_EXPORTER_OTLP_HEADERS).toBe('Authorization=Bearer ttk_not-to-be-shown');
  expect(statSync(paths.user).mode & 0o777).toBe(0o600);
  const undone = await setup('--global', '--undo');
  expect([undone.code, undone.out.includes('not-to-be-shown')]).toEqual([0, false]);
  expect(json(paths.user)).toEqual({});
});

it.each([
  ['nothing', undefined],
  ['two spaces', `${JSON.stringify({ model: 'opus', env: { A: '1' }, hooks: { Stop: [] } }, null, 2)}\n`],
  ['tabs', JSON.stringify({ env: {}, permissions: { allow: ['Bash(ls)'] } }, null, '\t')],
  ['one line', JSON.stringify({ env: { A: '1' } })],
  ['odd', '\uFEFF{ "a" : [1,\r\n  2],\r\n    "env" :{"B":"{"  } }\r\n\r\n'],
])(
  'puts hooks and telemetry of all projects into settings that were %s, and undo gives every byte back',
  async (_, before) => {
    const { paths, setup, write, text } = user();
    if (before !== undefined) write(paths.user, before);
    expect(await setup('--global')).toMatchObject({ code: 0, err: '' });
    const was = JSON.parse(before?.replace('\uFEFF', '') ?? '{}');
    const now = JSON.parse(text(paths.user).replace('\uFEFF', ''));
    expect(now).toEqual({ ...was, hooks, env: { ...was.env, ...telemetry.env } });
    expect((await setup('--global')).out).toContain('is connected already');
    expect((await setup('--global', '--undo')).code).toBe(0);
    if (before === undefined) expect(existsSync(paths.user)).toBe(false);
    else expect(text(paths.user)).toBe(before);
  },
);

it('undo after edits takes ours and leaves theirs, also where ours stood in the backup', async () => {
  const { paths, setup, write, json } = user();
  write(paths.user, JSON.stringify({ env: { A: '1' } }, null, 2));
  await setup('--global', '--telemetry', 'none');
  write(paths.user, JSON.stringify({ ...json(paths.user), model: 'opus' }, null, 2));
  await setup('--global', '--log-prompts');
  const changed = json(paths.user);
  expect(changed.env).toEqual({ A: '1', ...telemetry.env, OTEL_LOG_USER_PROMPTS: '1' });
  await setup('--global', '--undo');
  expect(json(paths.user)).toEqual({ env: { A: '1' }, model: 'opus' });

  await setup('--global');
  const edited = json(paths.user);
  write(paths.user, JSON.stringify({ ...edited, env: { ...edited.env, OTEL_LOGS_EXPORT_INTERVAL: '1' } }));
  await setup('--global', '--undo');
  expect(json(paths.user)).toEqual({ env: { A: '1', OTEL_LOGS_EXPORT_INTERVAL: '1' }, model: 'opus' });
});

it('sends the text of prompts and spans only while it is asked to', async () => {
  const { paths, setup, json } = user();
  await setup('--global', '--log-prompts', '--traces');
  expect(json(paths.user).env).toMatchObject({
    ...{ OTEL_LOG_USER_PROMPTS: '1', OTEL_TRACES_EXPORTER: 'otlp', CLAUDE_CODE_ENHANCED_TELEMETRY_BETA: '1' },
  });
  const { out } = await setup('--global');
  expect(json(paths.user).env).toEqual(telemetry.env);
  expect(out).toContain('-    "OTEL_LOG_USER_PROMPTS": "1"');
});

it('telemetry of a project in the user’s settings goes when the last project that wanted it goes', async () => {
  const { home, paths, setup, write, text, json } = user();
  const before = '{"model":"opus"}';
  write(paths.user, before);
  mkdirSync(join(home, 'api'));
  await setup('--project', '--telemetry', 'user');
  await setup('--project', '../api', '--telemetry', 'user');
  expect(json(paths.user)).toEqual({ model: 'opus', env: telemetry.env });
  await setup('--project', '--undo');
  expect(json(paths.user)).toEqual({ model: 'opus', env: telemetry.env });
  await setup('--project', '../api', '--undo');
  expect(text(paths.user)).toBe(before);
});

it.each([
  ['your settings', { env: { [endpoint]: 'https://otel.example.com' } }, {}],
  ['your settings for one signal', { env: { OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: 'https://otel.example.com' } }, {}],
  ['your shell', {}, { [endpoint]: 'https://otel.example.com' }],
])('takes telemetry from nowhere else: it stays as %s have it', async (_, settings, variables) => {
  const { paths, setup, write, json } = user(variables as Record<string, string>);
  write(paths.user, JSON.stringify(settings));
  const { code, out } = await setup('--global');
  expect(code).toBe(0);
  expect(out).toMatch(/Telemetry stays as it is: OTEL_\w+ is https:\/\/otel\.example\.com in /);
  expect(json(paths.user)).toEqual({ ...settings, hooks });
});

it('keeps what the user has chosen otherwise, and says so', async () => {
  const { paths, setup, write, json } = user();
  const env = { OTEL_METRIC_EXPORT_INTERVAL: '5000', [endpoint]: 'http://localhost:4318/' };
  write(paths.user, JSON.stringify({ env }));
  const { out } = await setup('--global');
  expect(json(paths.user).env).toEqual({ ...telemetry.env, ...env });
  expect(out).toContain('OTEL_METRIC_EXPORT_INTERVAL stays 5000, as you have set it.');
  await setup('--global', '--undo');
  expect(json(paths.user)).toEqual({ env });
});

it('sends telemetry to where the service that runs takes it', async () => {
  const embedded = await testService({ otlpPort: 0 });
  const { paths, setup, json } = user({ TELLTALE_URL: embedded.url });
  const { out } = await setup('--global');
  expect(json(paths.user).env[endpoint]).toBe(`http://127.0.0.1:${embedded.otlpPort}`);
  expect(out).toContain('(the service 0.0.0-test)');

  const { home, setup: setupNamed } = user();
  await setupNamed('--global', '--url', `${embedded.url}/`, '--token', 't0ken');
  expect(JSON.parse(readFileSync(join(home, '.telltale', 'config.json'), 'utf8'))).toEqual({
    url: embedded.url,
    token: 't0ken',
  });
  const { env } = JSON.parse(readFileSync(join(home, '.claude', 'settings.json'), 'utf8'));
  expect(env.OTEL_EXPORTER_OTLP_HEADERS).toBe('Authorization=Bearer t0ken');
});

it('names a project as it is told; undo takes the name back', async () => {
  const { paths, setup, write, text, json } = user();
  write(paths.project, '{}');
  await setup('--project', '--app', 'store');
  expect(json(paths.project).env).toEqual({ TELLTALE_APP: 'store', OTEL_RESOURCE_ATTRIBUTES: 'project=store' });
  await setup('--project', '--undo');
  expect(text(paths.project)).toBe('{}');
});

it.each([
  ['a comment', '{\n  // mine\n  "env": {}\n}', 'has a comment in line 2'],
  ['a comma too many', '{"env": {},}', 'is not strict JSON'],
  ['variables of a wrong type', '{"env": []}', '"env" has to be an object'],
])('leaves settings with %s alone, and the project, too', async (_, before, words) => {
  const { project, paths, setup, write, text } = user();
  write(paths.user, before);
  const { code, err } = await setup('--project', '--telemetry', 'user');
  expect({ code, err }).toEqual({ code: 1, err: expect.stringContaining(words) });
  expect(text(paths.user)).toBe(before);
  expect(readdirSync(project)).toEqual([]);
});

it('changes neither file when one of them is read-only', async () => {
  const { project, paths, setup, write, text } = user();
  write(paths.user, '{}\n');
  chmodSync(paths.user, 0o444);
  expect(await setup('--project', '--telemetry', 'user')).toMatchObject({
    code: 1,
    err: `telltale: ${paths.user} is read-only. Nothing was changed.\n`,
  });
  expect(text(paths.user)).toBe('{}\n');
  expect(readdirSync(project)).toEqual([]);
});

it('keeps a symbolic link as a link, and the mode of its file', async () => {
  const { home, paths, setup, text } = user();
  const real = join(home, 'dotfiles.json');
  writeFileSync(real, '{}\n', { mode: 0o600 });
  mkdirSync(dirname(paths.user));
  symlinkSync(real, paths.user);
  await setup('--global');
  expect([lstatSync(paths.user).isSymbolicLink(), statSync(real).mode & 0o777]).toEqual([true, 0o600]);
  await setup('--global', '--undo');
  expect([lstatSync(paths.user).isSymbolicLink(), text(real)]).toEqual([true, '{}\n']);
});

it('a dry run shows everything and writes nothing', async () => {
  const { home, project, setup } = user();
  const { code, out } = await setup('--global', '--dry-run');
  expect(code).toBe(0);
  expect(out).toContain('+    "SessionEnd": [');
  expect(out).toContain(`+    "${endpoint}": "http://127.0.0.1:4318",`);
  expect(out).toContain('A dry run: nothing was written.');
  expect([readdirSync(home), readdirSync(project)]).toEqual([['shop'], []]);
});

it('events say who and where, unless that is not wanted', async () => {
  const { home, setup, json } = user();
  const config = join(home, '.telltale', 'config.json');
  expect((await setup('--project', '--telemetry', 'none')).out).toContain('Events say who and where');
  expect((await setup('--project', '--telemetry', 'none', '--who', 'off')).out).toContain('do not say who');
  expect(json(config).who).toBe('off');
  expect((await setup('--project', '--telemetry', 'none')).out).toContain('do not say who');
  expect((await setup('--project', '--telemetry', 'none', '--who', 'on')).out).toContain('Events say who and where');
  expect(json(config).who).toBe('on');
});

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect, it, onTestFinished, vi } from 'vitest';
import { folderOf } from '../../fixtures/telltale.ts';
import { createContext } from '../context.ts';
import { findingOf } from './checks/disk.ts';
import { judge as judgeTranscripts } from './checks/transcripts.ts';
import { checks } from './checks.ts';
import type { Finding } from './finding.ts';
import { examine, type Machine } from './machine.ts';
import { askGrafana } from './probe/stack.ts';
import { hops } from './probe.ts';
import { settingsFiles } from './settings-files.ts';
import { telemetryVariables } from './variables.ts';

const context = createContext(process);

/** A machine with nothing on it, and no service. */
async function machine(): Promise<Machine> {
  const home = folderOf('machine');
  for (const [name, value] of Object.entries({
    HOME: home,
    TELLTALE_HOME: home,
    CLAUDE_CONFIG_DIR: join(home, 'claude'),
  }))
    vi.stubEnv(name, value);
  onTestFinished(() => {
    vi.unstubAllEnvs();
  });
  const env = { HOME: home, PATH: '', TELLTALE_URL: 'http://127.0.0.1:9' };
  return examine({ ...context, env }, home);
}

it('finds that only hooks of managed settings may run, also where those lie in several files', async () => {
  const here = await machine();
  const managed = join(here.home, 'managed', 'managed-settings.json');
  const part = join(here.home, 'managed', 'managed-settings.d', '10-hooks.json');
  mkdirSync(join(here.home, 'managed', 'managed-settings.d'), { recursive: true });
  writeFileSync(managed, '{"env": {"OTEL_LOGS_EXPORTER": "none"}}');
  writeFileSync(part, '{"allowManagedHooksOnly": true}');
  const settings = settingsFiles(here.project, [managed]);
  expect(checks['hooks-allowed'].look({ ...here, settings })).toMatchObject({
    state: 'failed',
    said: expect.stringContaining(`${part} has "allowManagedHooksOnly"`),
  });
  expect(telemetryVariables({ ...here, settings }).get('OTEL_LOGS_EXPORTER')).toEqual({
    value: 'none',
    place: managed,
  });
});

it.each([
  ['node', { node: '20.18.3' }, 'failed'],
  ['node', { node: '20.19.0' }, 'ok'],
  ['node', { node: '22.0.0' }, 'ok'],
  ['versions', { client: '2.1.99' }, 'warning'],
  ['versions', { client: '2.1.329' }, 'ok'],
  ['clock', { answer: { problem: '', clockMs: -60_000 } }, 'warning'],
  ['clock', { answer: { problem: '', clockMs: 4000 } }, 'ok'],
] as const)('%s of %j is %s', async (name, facts, state) => {
  const finding: Finding = await checks[name].look({ ...(await machine()), ...facts } as Machine);
  expect(finding).toMatchObject({ state });
});

it('says how much room there is, before there is none', () => {
  const states = [10_000_000, 500_000_000, 5_000_000_000].map((bytes) => findingOf(bytes, '/home/ada').state);
  expect(states).toEqual(['failed', 'warning', 'ok']);
});

it('warns that Claude Code deletes transcripts, where nobody set when and they are not here', () => {
  const command = 'CLAUDE_PROJECT_DIR=. sh ~/.claude/hooks/telltale/hook.sh';
  const hooks = { hooks: { Stop: [{ hooks: [{ type: 'command', command }] }] } };
  const judge = (settings: Record<string, unknown>, lacking?: number) =>
    judgeTranscripts({ settings: [{ level: 'user', path: 'settings.json', settings }], self: 'telltale' }, lacking);
  expect(judge({}).state).toBe('warning');
  expect(judge({}, 3)).toMatchObject({
    state: 'warning',
    said: expect.stringContaining('3 sessions of this machine are'),
  });
  expect(judge({}, 0).state).toBe('ok');
  expect(judge(hooks).state).toBe('ok');
  expect(judge(hooks, 1).state).toBe('warning');
  expect(judge({ cleanupPeriodDays: 365 }, 3)).toMatchObject({
    state: 'ok',
    said: expect.stringContaining('for 365 days; 3 sessions'),
  });
});

it('asks the service which sessions of this machine are not here', async () => {
  const span = { sessions: 5, here: 2, partly: 1, files: 5, bytes: 9, bytesLacking: 4 };
  const server = createServer((_, response) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(
      JSON.stringify({ folder: '/home/ada/.claude/projects', isThere: true, skipped: 0, projects: [], ...span }),
    );
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  onTestFinished(() => void server.close());
  const service = context.service(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  const here = { ...(await machine()), service, answer: { status: {} } } as Machine;
  expect(await checks.transcripts.look(here)).toMatchObject({
    state: 'warning',
    said: expect.stringContaining('2 sessions of this machine are not here yet'),
  });
});

it('no check fails to look at a machine with nothing on it', async () => {
  const here = await machine();
  for (const [name, check] of Object.entries(checks)) {
    const { said, state, fix } = await check.look(here);
    expect([name, said !== '', state === 'ok' || state === 'skipped' || fix !== undefined]).toEqual([name, true, true]);
  }
});

it.each([
  ['both are well', { '/api/health': 200, prometheus: 200, loki: 200 }, 'ok', /reaches prometheus and loki/],
  ['one is not reached', { '/api/health': 200, prometheus: 200, loki: 400 }, 'failed', /"loki": nobody there/],
  ['one is not provisioned', { '/api/health': 200, prometheus: 404 }, 'failed', /no data source "prometheus"/],
  ['somebody has to sign in', { '/api/health': 200, prometheus: 401 }, 'skipped', /signed in/],
])('asks Grafana, as it answers, for its data sources: %s', async (_, answers, state, says) => {
  const grafana = createServer(({ url = '' }, response) => {
    const [, status = 500] = Object.entries(answers).find(([name]) => url.includes(name)) ?? [];
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(JSON.stringify(status === 400 ? { status: 'ERROR', message: 'nobody there' } : { status: 'OK' }));
  });
  await new Promise<void>((done) => grafana.listen(0, '127.0.0.1', done));
  onTestFinished(() => void grafana.close());
  const found = await askGrafana(`http://127.0.0.1:${(grafana.address() as AddressInfo).port}`);
  expect(found).toMatchObject({ state, said: expect.stringMatching(says) });
});

it('docs/troubleshooting.md names every check and every hop, and no other', () => {
  const text = readFileSync(new URL('../../../../docs/troubleshooting.md', import.meta.url), 'utf8');
  const [, table = ''] = text.split('## What the doctor names');
  const named = [...table.matchAll(/^\| `([a-z-]+)` \|/gm)].map(([, name]) => name);
  expect(named).toEqual([...Object.keys(checks), ...Object.keys(hops)]);
  const bySymptom = text.slice(0, text.indexOf('## What the doctor names'));
  for (const name of [...Object.keys(checks), ...Object.keys(hops)]) expect(bySymptom).toContain(`\`${name}\``);
});

it('says that events wait in the spool also before that is a fault', async () => {
  const here = await machine();
  const folder = { folder: 'x', url: 'http://127.0.0.1:4000', waiting: 3, oldestAt: new Date(here.now).toISOString() };
  const spool = [{ ...folder, bytes: 9, rejected: 0, dropped: 0, transcripts: 0, hasDelivered: true, isSending: true }];
  expect(checks.spool.look({ ...here, spool })).toMatchObject({
    state: 'ok',
    said: expect.stringMatching(/^3 events wait in /),
  });
});

it('finds that config.json cannot be read, which hooks pass over', async () => {
  const here = await machine();
  writeFileSync(join(here.home, 'config.json'), '{"url": ');
  expect(checks.destination.look(here)).toMatchObject({
    state: 'failed',
    said: `${join(here.home, 'config.json')} is not JSON: hooks go by it as if it were not there, and send to ${here.env.TELLTALE_URL}.`,
  });
});

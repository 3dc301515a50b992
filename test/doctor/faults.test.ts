import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { facetsSchema } from '@telltale/core';
import { expect, it, onTestFinished } from 'vitest';
import { buildCommand, telltale } from '../../apps/cli/fixtures/telltale.ts';
import { serviceFor } from '../running-service.ts';
import { prepareService } from '../service.ts';
import { standBetween } from './between.ts';
import { faults } from './faults.ts';
import { connected, type Diagnosis, doctor } from './ground.ts';

buildCommand();
const service = serviceFor('tests');

/** A busy machine takes its time. */
const wait = ['--wait', '60'];
const ground = () => connected(service.current.url);

it('finds nothing where nothing is wrong, follows every hop, and leaves no trace', async () => {
  const { code, report, found } = await doctor(await ground(), ...wait);
  expect({ found, code }).toEqual({ found: {}, code: 0 });
  expect(report.ok).toBe(true);
  expect(report.hops.map(({ name, state }) => `${name} ${state}`)).toEqual(
    ['hook', 'send', 'store', 'live', 'page', 'log', 'metric', 'span', 'removed'].map((hop) => `probe-${hop} ok`),
  );
  for (const { name, ms } of report.hops) expect([name, ms !== undefined]).toEqual([name, name !== 'probe-removed']);
  const { names, ...facets } = facetsSchema.parse(await service.current.get('/api/facets'));
  expect(Object.values(facets).flat()).toEqual([]);
  expect(names.sort()).toEqual(['UserPromptSubmit', 'user_prompt']);
  expect(await service.current.sessions()).toEqual([]);
  const probe = report.probe;
  expect(await service.current.get(`/api/sessions/${probe}/points`)).toEqual({ points: [], isWhole: true });
  expect(await service.current.get(`/api/sessions/${probe}/spans`)).toEqual({ spans: [], isWhole: true });
});

it.each(Object.entries(faults))('finds and names it: %s', async (_, fault) => {
  const seeded = await ground();
  fault.seed(seeded);
  const { code, found, said, report } = await doctor(seeded, ...wait);
  expect(found).toEqual(fault.found);
  expect(said(Object.keys(fault.found)[0] ?? '')).toMatch(fault.says);
  const hasFailed = Object.values(fault.found).includes('failed');
  expect({ code, ok: report.ok }).toEqual({ code: hasFailed ? 1 : 0, ok: !hasFailed });
  expect((await service.current.sessions()).map(({ id }) => id)).not.toContain(report.probe);
});

it('finds that no service runs, keeps to that, and leaves nothing in the spool', async () => {
  const seeded = await ground();
  const nobody = 'http://127.0.0.1:9';
  seeded.env.TELLTALE_URL = nobody;
  const { code, found, said } = await doctor(seeded);
  expect({ code, found }).toEqual({ code: 1, found: { service: 'failed' } });
  expect(said('service')).toMatch(/No service at http:\/\/127\.0\.0\.1:9.*npm start/);
  const spool = JSON.parse((await telltale(['spool', 'show', '--json'], { env: seeded.env })).out);
  expect(spool).toEqual([expect.objectContaining({ url: nobody, waiting: 0 })]);
});

it('finds that the service wants a token, or one that may more; with an admin’s all is well', async () => {
  const seeded = await ground();
  const env: Record<string, string> = {};
  const guarded = await prepareService({ home: `${seeded.user}/guarded`, env });
  await guarded.start();
  try {
    const at = { ...seeded.env, TELLTALE_URL: guarded.url };
    const tokenOf = async (scope: string) => {
      const { out } = await telltale(['token', 'create', scope, '--scope', scope, '--json'], { env: at });
      return (JSON.parse(out) as { token: string }).token;
    };
    const tokens = { ingest: await tokenOf('ingest'), viewer: await tokenOf('viewer'), admin: await tokenOf('admin') };
    await guarded.stop();
    env.TELLTALE_REQUIRE_TOKENS = 'on';
    await guarded.start();
    const as = (TELLTALE_TOKEN: string) => {
      const headers = { OTEL_EXPORTER_OTLP_HEADERS: `Authorization=Bearer ${TELLTALE_TOKEN}` };
      const shell = { ...at, TELLTALE_TOKEN, OTEL_EXPORTER_OTLP_ENDPOINT: guarded.url };
      seeded.change(seeded.settings.user, (settings) => {
        settings.env = { ...settings.env, ...headers, OTEL_EXPORTER_OTLP_ENDPOINT: guarded.url };
      });
      return doctor({ ...seeded, env: shell }, ...wait);
    };
    const skipped = ({ report }: Diagnosis) => report.hops.every(({ state }) => state === 'skipped');

    const nobody = await as('');
    expect(nobody).toMatchObject({ code: 1, found: { service: 'failed' } });
    expect(nobody.said('service')).toMatch(/wants a token.*TELLTALE_TOKEN/);
    const sender = await as(tokens.ingest);
    expect(sender).toMatchObject({ code: 0, found: { service: 'warning' } });
    expect(sender.said('service')).toMatch(/takes what this token sends, and shows it nothing/);
    const viewer = await as(tokens.viewer);
    expect(viewer.said('probe-hook')).toMatch(/may not remove it again/);
    expect([nobody, sender, viewer].map(skipped)).toEqual([true, true, true]);
    const admin = await as(tokens.admin);
    expect(admin.found).toEqual({});
    expect(admin.report.hops.every(({ state }) => state === 'ok')).toBe(true);
  } finally {
    await guarded.stop();
  }
});

it('finds that another program has the port for telemetry', async () => {
  const seeded = await ground();
  const other = createServer((_, response) => void response.writeHead(404).end());
  await new Promise<void>((done) => other.listen(0, '127.0.0.1', done));
  onTestFinished(() => void other.close());
  const port = String((other.address() as AddressInfo).port);
  const late = await prepareService({ home: `${seeded.user}/late`, env: { TELLTALE_OTLP_PORT: port } });
  await late.start();
  try {
    const { found, said } = await doctor(await connected(late.url, `http://127.0.0.1:${port}`), ...wait);
    const missed = { 'probe-log': 'failed', 'probe-metric': 'failed', 'probe-span': 'failed' };
    expect(found).toEqual({ 'telemetry-endpoint': 'warning', ...missed });
    expect(said('ports')).toContain(
      `taken at ${late.url}, the service’s own address: another program has the usual port`,
    );
  } finally {
    await late.stop();
  }
});

it('removes the probe from the service that hooks send to, where that is another', async () => {
  const seeded = await ground();
  const other = await prepareService({ home: `${seeded.user}/other` });
  await other.start();
  try {
    seeded.change(seeded.settings.project, (settings) => {
      settings.env = { ...settings.env, TELLTALE_URL: other.url };
    });
    const { found, report } = await doctor(seeded, ...wait);
    expect(found).toEqual({ destination: 'failed', 'probe-store': 'failed' });
    expect((await fetch(`${other.url}/api/sessions/${report.probe}`)).status).toBe(404);
    expect(await other.sessions()).toEqual([]);
    expect((await other.get<{ seq: number }>('/api/status')).seq).toBeGreaterThan(0);
  } finally {
    await other.stop();
  }
});

it.each([
  [
    'the clock of the service is an hour ahead',
    { aheadMs: 3_600_000 },
    { clock: 'warning' },
    /ahead of this machine’s/,
  ],
  ['the proxy in front passes no WebSockets on', { refusesSockets: true }, { 'probe-live': 'failed' }, /Upgrade/],
])('finds and names it: %s', async (_, options, expected, says) => {
  const url = await standBetween(service.current.url, options);
  const seeded = await connected(url);
  const { found, said } = await doctor(seeded, ...wait);
  expect(found).toEqual(expected);
  expect(said(Object.keys(expected)[0] ?? '')).toMatch(says);
});

it('tells a person the same, with what to do, and ends with 2 where it is asked in a wrong way', async () => {
  const seeded = await ground();
  faults['hooks are switched off']?.seed(seeded);
  const { code, out } = await telltale(['doctor'], { cwd: seeded.project, env: seeded.env });
  expect(code).toBe(1);
  expect(out).toMatch(/✕ hooks-allowed +.*"disableAllHooks".*\n +→ Take it out of there\./);
  expect(out).toContain('1 failed. By symptom: docs/troubleshooting.md');
  for (const wrong of [
    ['--wait', 'long'],
    ['--project', `${seeded.user}/none`],
  ])
    expect(await telltale(['doctor', ...wrong], { env: seeded.env })).toMatchObject({ code: 2, out: '' });
});

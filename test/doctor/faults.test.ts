import { facetsSchema } from '@telltale/core';
import { expect, it } from 'vitest';
import { buildCommand, telltale } from '../../apps/cli/fixtures/telltale.ts';
import { serviceFor } from '../running-service.ts';
import { prepareService } from '../service.ts';
import { standBetween } from './between.ts';
import { faults } from './faults.ts';
import { connected, doctor } from './ground.ts';

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

it('finds that the service wants a token', async () => {
  const seeded = await ground();
  const env: Record<string, string> = {};
  const guarded = await prepareService({ home: `${seeded.user}/guarded`, env });
  await guarded.start();
  seeded.env.TELLTALE_URL = guarded.url;
  expect(await telltale(['token', 'create', 'reader'], { env: seeded.env })).toMatchObject({ code: 0 });
  await guarded.stop();
  env.TELLTALE_REQUIRE_TOKENS = 'on';
  await guarded.start();
  try {
    const { code, found, said } = await doctor(seeded, ...wait);
    expect({ code, found }).toEqual({ code: 1, found: { service: 'failed' } });
    expect(said('service')).toMatch(/wants a token.*TELLTALE_TOKEN/);
  } finally {
    await guarded.stop();
  }
});

it.each([
  ['the clock of the service is an hour ahead', { aheadMs: 3_600_000 }, { clock: 'warning' }, /1 h.* ahead of this/],
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

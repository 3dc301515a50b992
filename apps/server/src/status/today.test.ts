import { type ServiceStatus, serviceStatusSchema } from '@telltale/core';
import { expect, it } from 'vitest';
import { otlpBodies } from '../../../../packages/core/fixtures/otlp.ts';
import { servedIn, servedScenarios, sumOf } from '../../../../packages/core/fixtures/served.ts';
import { type TestService, testService, until } from '../../fixtures/test-service.ts';

/** The recordings were made on the 21st between 1:20 and 1:25 UTC: half past two in Berlin, the evening before in Los Angeles. */
const later = Date.parse('2026-11-21T20:00:00Z');

async function recorded(zone: string): Promise<TestService> {
  const service = await testService({ now: () => later, env: { TELLTALE_TZ: zone } });
  for (const name of servedScenarios)
    for (const body of otlpBodies(`${name}-logs`)) await service.post('/v1/logs', body);
  return service;
}

const todayOf = async (service: TestService): Promise<ServiceStatus['today']> =>
  serviceStatusSchema.parse(await (await service.get('/api/status')).json()).today;

it('says what today cost, as much as the API served', async () => {
  const served = sumOf(servedScenarios.flatMap((name) => servedIn(name).requests));
  const service = await recorded('Europe/Berlin');
  await until(async () => {
    const today = await todayOf(service);
    expect(today).toEqual({ from: '2026-11-20T23:00:00.000Z', costUsd: expect.any(Number), estimatedUsd: 0 });
    expect(Math.round((today.costUsd ?? 0) * 1e6)).toBe(Math.round(served.micros));
  });
});

it('cuts the day in the zone that it was told, and says nothing where nothing is known', async () => {
  const service = await recorded('America/Los_Angeles');
  expect(await todayOf(service)).toEqual({ from: '2026-11-21T08:00:00.000Z', estimatedUsd: 0 });
});

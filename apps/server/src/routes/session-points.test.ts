import { pointPageSchema } from '@telltale/core';
import { expect, it } from 'vitest';
import { testService } from '../../fixtures/test-service.ts';

const id = 's-1';

function metric(name: string, temporality: 1 | 2, at: number, value: number) {
  const attributes = [{ key: 'session.id', value: { stringValue: id } }];
  const point = { startTimeUnixNano: '1000000', timeUnixNano: `${at}000000`, asDouble: value, attributes };
  const sum = { aggregationTemporality: temporality, isMonotonic: true, dataPoints: [point] };
  return { resourceMetrics: [{ scopeMetrics: [{ metrics: [{ name, unit: 'USD', sum }] }] }] };
}

it('gives the last point of a cumulative series and all of a delta one, of this session only', async () => {
  const service = await testService();
  const now = Date.now();
  const sent = [
    metric('b.delta', 1, now - 2, 1),
    metric('b.delta', 1, now - 1, 2),
    metric('a.cumulative', 2, now - 2, 3),
    metric('a.cumulative', 2, now - 1, 5),
  ];
  for (const body of sent) expect((await service.post('/v1/metrics', body)).status).toBe(200);
  const get = async (of: string, query = '') =>
    pointPageSchema.parse(await (await service.get(`/api/sessions/${of}/points${query}`)).json());
  const points = [
    { name: 'a.cumulative', unit: 'USD', temporality: 'cumulative', atMs: now - 1, value: 5 },
    { name: 'b.delta', unit: 'USD', temporality: 'delta', atMs: now - 2, value: 1 },
    { name: 'b.delta', unit: 'USD', temporality: 'delta', atMs: now - 1, value: 2 },
  ];
  expect(await get(id)).toEqual({ points, isWhole: true });
  expect(await get(id, '?limit=2')).toEqual({ points: points.slice(0, 2), isWhole: false });
  expect(await get('s-2')).toEqual({ points: [], isWhole: true });
});

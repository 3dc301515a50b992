import { spanPageSchema } from '@telltale/core';
import { expect, it } from 'vitest';
import { otlpBodies } from '../../../../packages/core/fixtures/otlp.ts';
import { spansOf } from '../../../../packages/core/fixtures/requests.ts';
import { testService, until } from '../../fixtures/test-service.ts';

it('gives the spans of a session as the client sent them, by time', async () => {
  const service = await testService();
  for (const body of otlpBodies('interactive-traces')) expect((await service.post('/v1/traces', body)).ok).toBe(true);
  const truth = spansOf('interactive').sort((a, b) => a.fromMs - b.fromMs || (a.spanId < b.spanId ? -1 : 1));
  const sent = JSON.stringify(otlpBodies('interactive-traces'));
  const ids = [...new Set(sent.match(/(?<="session\.id","value":\{"stringValue":")[0-9a-f-]+/g) ?? [])];
  const get = async (query = '') =>
    (
      await Promise.all(
        ids.map(async (id) =>
          spanPageSchema.parse(await (await service.get(`/api/sessions/${id}/spans${query}`)).json()),
        ),
      )
    ).flatMap(({ spans }) => spans);
  const told = await until(async () => {
    const spans = await get();
    expect(spans.length).toBe(truth.length);
    return spans;
  });
  expect(told.sort((a, b) => a.fromMs - b.fromMs || (a.spanId < b.spanId ? -1 : 1))).toEqual(truth);
  expect(truth.some(({ name }) => name === 'claude_code.tool.blocked_on_user')).toBe(true);
  const middle = Math.ceil(truth[4]?.fromMs ?? 0);
  const late = await get(`?from=${middle}`);
  expect(late.length).toBe(truth.filter(({ fromMs }) => fromMs >= middle).length);
  const early = await get(`?to=${middle}`);
  expect(early.length).toBe(truth.length - late.length);
});

import { expect, it } from 'vitest';
import { killAgain } from '../kill/kill-again.ts';
import { isTaken, startLoad } from '../kill/load.ts';
import { serviceFor } from '../running-service.ts';
import { waitFor } from '../wait.ts';
import { toldOf } from './cost.ts';

const session = 'under-load';
const startedMs = Date.now() - 60_000;
const model = 'claude-opus-5-5';
const running = serviceFor('each test');

/** Each request tells of one micro-dollar and a token; every tenth is known to the metric alone. */
const isUnheard = (n: number) => n % 10 === 9;

it('totals are those of what was acknowledged, after 6 kills under load', async () => {
  const service = running.current;
  const load = startLoad((n) => {
    const time = `${startedMs + n}000000`;
    return isUnheard(n)
      ? isTaken(`${service.url}/v1/metrics`, metricOf(time))
      : isTaken(`${service.url}/v1/logs`, requestOf(n, time));
  }, 6);
  await killAgain(service, 6);
  await waitFor('400 requests', () => load.acknowledged.size >= 400, 60_000);
  await load.finish();
  expect(load.retries()).toBeGreaterThan(6);
  const all = [...load.acknowledged];
  const heard = all.filter((n) => !isUnheard(n));

  for (const isAgain of [false, true]) {
    const told = await toldOf(service, session);
    expect(told.session.tokens?.input).toBe(heard.length);
    expect(micros(told.session.costUsd)).toBe(all.length);
    expect(told.cost.byModel).toHaveLength(2);
    expect(micros(told.cost.said.ledgerUsd)).toBe(heard.length);
    expect(micros(told.cost.said.metricUsd)).toBe(all.length - heard.length);
    expect(micros(told.session.unattributedUsd)).toBe(all.length - heard.length);
    if (isAgain) break;
    await service.kill();
    await service.start();
  }
});

const micros = (usd: number | undefined) => Math.round((usd ?? Number.NaN) * 1e6);

const attributes = (own: Record<string, string | number>) =>
  Object.entries({ 'session.id': session, ...own }).map(([key, value]) => ({
    key,
    value: typeof value === 'number' ? { doubleValue: value } : { stringValue: value },
  }));

function requestOf(n: number, timeUnixNano: string) {
  const own = { 'event.name': 'api_request', 'event.sequence': `${n}`, request_id: `req-${n}`, 'prompt.id': 'p-1' };
  const record = { timeUnixNano, attributes: attributes({ ...own, model, cost_usd: 1e-6, input_tokens: 1 }) };
  return { resourceLogs: [{ scopeLogs: [{ logRecords: [record] }] }] };
}

/** Of a model that no event tells of. */
function metricOf(timeUnixNano: string) {
  const point = { startTimeUnixNano: timeUnixNano, timeUnixNano, asDouble: 1e-6 };
  const dataPoints = [{ ...point, attributes: attributes({ model: 'claude-haiku-5-5' }) }];
  const sum = { aggregationTemporality: 1, isMonotonic: true, dataPoints };
  return { resourceMetrics: [{ scopeMetrics: [{ metrics: [{ name: 'claude_code.cost.usage', unit: 'USD', sum }] }] }] };
}

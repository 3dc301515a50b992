import { daysBetween } from '@telltale/observability/query/days.ts';
import { filledIn } from '@telltale/observability/query/grafana-variables.ts';
import { bars, total } from '@telltale/observability/query/total.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { requiresStack } from '../requires.ts';
import { metricsPayload, send } from '../stack/payloads.ts';
import { only, promql } from '../stack/queries.ts';
import { createStack, type Stack } from '../stack/stack.ts';
import { waitFor } from '../wait.ts';
import { steps } from './ask.ts';

const zone = 'Europe/Berlin';
const hour = 3_600_000;
/** The clocks of the last autumn were put back: a day of 25 hours among others. */
const change = lastAutumnSunday(new Date());
const from = change - 26 * hour;
const to = change + 50 * hour;

describe.skipIf(!(await requiresStack()))('days around a change of the clock', () => {
  let stack: Stack;
  /** Dollars by time: another amount each half hour, so that no two days can be mistaken. */
  const spent = new Map<number, number>();

  beforeAll(async () => {
    stack = await createStack({
      start: ['collector', 'prometheus'],
      replace: { prometheus: { 'out_of_order_time_window: 7d': 'out_of_order_time_window: 400d' } },
    });
    let value = 0;
    for (let at = from + hour / 4; at < to; at += hour / 2) {
      const amount = (spent.size + 1) / 1000;
      spent.set(at, amount);
      value += amount;
      const point = { startedAt: from, at, value, attributes: { 'session.id': 'long', model: 'claude-opus-5-5' } };
      const metric = { name: 'claude_code.cost.usage', unit: 'USD', points: [point] };
      expect(await send(stack.otlp, 'metrics', metricsPayload([metric]))).toBe(200);
    }
    await waitFor(
      'the last point',
      async () => {
        const query = total({ metric: 'cost', range: '400d', endMs: to });
        return Math.abs(only(await promql(stack.prometheus, query)) - sum([...spent.values()])) < 1e-9;
      },
      60_000,
    );
  }, 300_000);
  afterAll(() => stack?.stop());

  const truth = daysBetween(from, to, zone).map(
    ({ date, fromMs, toMs }) =>
      [date, () => sum([...spent].filter(([at]) => at > fromMs && at <= toMs).map(([, amount]) => amount))] as const,
  );

  it('are four, one of 25 hours', () => {
    expect(daysBetween(from, to, zone).map(({ fromMs, toMs }) => (toMs - fromMs) / hour)).toEqual([24, 25, 24, 24]);
  });

  it('a total per day with explicit boundaries is the truth', async () => {
    for (const [index, { fromMs, toMs }] of daysBetween(from, to, zone).entries()) {
      const query = total({ metric: 'cost', range: `${toMs - fromMs}ms`, endMs: toMs });
      expect(only(await promql(stack.prometheus, query))).toBeCloseTo(truth[index]?.[1]() ?? Number.NaN, 9);
    }
  });

  it('hours put together in the zone, as the daily panels do, are the truth', async () => {
    const shown = new Map<string, number>();
    for (const { at, value } of await steps(stack, 'prometheus', asked(hour), range(hour))) {
      const date = new Intl.DateTimeFormat('sv-SE', { timeZone: zone }).format(at);
      shown.set(date, (shown.get(date) ?? 0) + value);
    }
    expect([...shown].map(([date, value]) => [date, value.toFixed(9)])).toEqual(
      truth.map(([date, value]) => [date, value().toFixed(9)]),
    );
  });

  it('and steps of 24 hours are not', async () => {
    const shown = (await steps(stack, 'prometheus', asked(24 * hour), range(24 * hour))).map(({ value }) =>
      value.toFixed(9),
    );
    expect(shown).not.toEqual(truth.map(([, value]) => value().toFixed(9)));
  });

  const range = (step: number) => ({
    fromMs: daysBetween(from, to, zone)[0]?.fromMs ?? from,
    toMs: daysBetween(from, to, zone).at(-1)?.toMs ?? to,
    intervalS: step / 1000,
  });
  const asked = (step: number) => filledIn(bars({ metric: 'cost', by: ['model_base'] }), range(step));
});

/** Midnight UTC of the last Sunday of October before today: Europe's clocks change an hour later. */
function lastAutumnSunday(today: Date): number {
  for (const year of [today.getUTCFullYear(), today.getUTCFullYear() - 1]) {
    const last = new Date(Date.UTC(year, 9, 31));
    last.setUTCDate(31 - last.getUTCDay());
    if (last.getTime() + 4 * 24 * hour < today.getTime()) return last.getTime();
  }
  throw new Error('no autumn in two years');
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0);
}

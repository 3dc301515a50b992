import { dayStep } from '@telltale/core/day-step';
import { filledIn } from '@telltale/observability/query/grafana-variables.ts';
import { bars, total } from '@telltale/observability/query/total.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { requiresStack } from '../requires.ts';
import { metricsPayload, type Point, send } from '../stack/payloads.ts';
import { only, promql } from '../stack/queries.ts';
import { createStack, type Stack } from '../stack/stack.ts';
import { waitFor } from '../wait.ts';
import { steps } from './ask.ts';
import { daysBetween } from './calendar-days.ts';

const hour = 3_600_000;
const stepMs = { '1h': hour, '30m': hour / 2, '15m': hour / 4 };

/** Europe's clocks were put back on the last Sunday of October, South Australia's forward on its first. */
const europe = lastSunday((october) => october.filter((day) => day > 24).at(-1));
const australia = lastSunday((october) => october[0]);
const around = (change: number) => ({ from: change - 26 * hour, to: change + 50 * hour });

const places = [
  { zone: 'Europe/Berlin', ...around(europe), step: '1h', hours: [24, 25, 24, 24] },
  { zone: 'Asia/Kolkata', ...around(europe), step: '30m', hours: [24, 24, 24, 24] },
  { zone: 'Asia/Kathmandu', ...around(europe), step: '15m', hours: [24, 24, 24, 24] },
  // Half an hour away, and the clock changes.
  { zone: 'Australia/Adelaide', ...around(australia), step: '30m', hours: [24, 23, 24, 24] },
] as const;

describe.skipIf(!(await requiresStack()))('days', () => {
  let stack: Stack;
  /** Dollars by time: another amount each quarter of an hour, so that no two days can be mistaken. */
  const spent = new Map<number, number>();

  beforeAll(async () => {
    stack = await createStack({
      start: ['collector', 'prometheus'],
      replace: { prometheus: { 'out_of_order_time_window: 7d': 'out_of_order_time_window: 400d' } },
    });
    for (const { from, to } of [around(australia), around(europe)]) {
      let value = 0;
      const points: Point[] = [];
      for (let at = from + hour / 8; at < to; at += hour / 4) {
        const amount = (spent.size + 1) / 1000;
        spent.set(at, amount);
        value += amount;
        points.push({ startedAt: from, at, value, attributes: { 'session.id': 'long', model: 'claude-opus-5-5' } });
      }
      const metric = { name: 'claude_code.cost.usage', unit: 'USD', points };
      expect(await send(stack.otlp, 'metrics', metricsPayload([metric]))).toBe(200);
    }
    await waitFor(
      'the last point',
      async () => {
        const query = total({ metric: 'cost', range: '400d', endMs: around(europe).to });
        return Math.abs(only(await promql(stack.prometheus, query)) - sum([...spent.values()])) < 1e-9;
      },
      60_000,
    );
  }, 300_000);
  afterAll(() => stack?.stop());

  describe.each(places)('of $zone', ({ zone, from, to, step, hours }) => {
    const days = daysBetween(from, to, zone);
    const truth = () =>
      days.map(
        ({ date, fromMs, toMs }) =>
          [date, sum([...spent].filter(([at]) => at > fromMs && at <= toMs).map(([, amount]) => amount))] as const,
      );
    const range = (step: number) => ({
      fromMs: days[0]?.fromMs ?? from,
      toMs: days.at(-1)?.toMs ?? to,
      intervalS: step / 1000,
    });
    const bar = (step: number) =>
      steps(stack, 'prometheus', filledIn(bars({ metric: 'cost', by: ['model_base'] }), range(step)), range(step));
    /** What the daily panels show: Grafana's `formatTime` in the zone, then `groupBy`. */
    const putTogether = async (step: number) => {
      const shown = new Map<string, number>();
      const format = new Intl.DateTimeFormat('sv-SE', { timeZone: zone });
      for (const { at, value } of await bar(step)) {
        shown.set(format.format(at), (shown.get(format.format(at)) ?? 0) + value);
      }
      return [...shown].map(([date, value]) => [date, value.toFixed(9)]);
    };
    const written = () => truth().map(([date, value]) => [date, value.toFixed(9)]);

    it('are as long as clocks there say', () => {
      expect(days.map(({ fromMs, toMs }) => (toMs - fromMs) / hour)).toEqual(hours);
    });

    it('are the truth with explicit boundaries', async () => {
      for (const [index, { fromMs, toMs }] of days.entries()) {
        const query = total({ metric: 'cost', range: `${toMs - fromMs}ms`, endMs: toMs });
        expect(only(await promql(stack.prometheus, query))).toBeCloseTo(truth()[index]?.[1] ?? Number.NaN, 9);
      }
    });

    it('are the truth in the daily panels, put together from the steps that the service tells', async () => {
      expect(dayStep(zone, to)).toBe(step);
      expect(await putTogether(stepMs[step])).toEqual(written());
    });

    it('are not in steps of 24 hours, nor in hours where midnight is none', async () => {
      const shown = (await bar(24 * hour)).map(({ value }) => value.toFixed(9));
      expect(shown).not.toEqual(written().map(([, value]) => value));
      if (step === '1h') return;
      expect(await putTogether(hour)).not.toEqual(written());
      if (step === '15m') expect(await putTogether(hour / 2)).not.toEqual(written());
    });
  });
});

/** Midnight UTC of a Sunday of October, this year's if that is some days ago. */
function lastSunday(which: (daysOfMonth: number[]) => number | undefined): number {
  const now = Date.now();
  for (const year of [new Date(now).getUTCFullYear(), new Date(now).getUTCFullYear() - 1]) {
    const month = Array.from({ length: 31 }, (_, index) => index + 1);
    const sundays = month.filter((day) => new Date(Date.UTC(year, 9, day)).getUTCDay() === 0);
    const at = Date.UTC(year, 9, which(sundays));
    if (at + 4 * 24 * hour < now) return at;
  }
  throw new Error('no October in two years');
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0);
}

import { describe, expect, it } from 'vitest';
import { timeScale } from '../time-scale.ts';
import { ticksOf } from './time-ticks.ts';

const ticksFor = (lastedMs: number, busy = [{ fromMs: 0, toMs: lastedMs }]) => {
  const whole = { fromMs: 0, toMs: lastedMs };
  return ticksOf(timeScale(busy, whole), whole);
};

describe('the axis of a waterfall', () => {
  it('says round times, four at most behind its start, none where its words have no room', () => {
    const words = (lastedMs: number) => ticksFor(lastedMs).map((tick) => tick.words);
    expect(words(1_504)).toEqual(['0', '500 ms', '1.0 s']);
    expect(words(158)).toEqual(['0', '50 ms', '100 ms']);
    expect(words(42_000)).toEqual(['0', '10 s', '20 s', '30 s']);
    expect(words(5 * 60_000)).toEqual(['0', '2 m', '4 m']);
    for (let lastedMs = 1; lastedMs < 1e10; lastedMs *= 1.37) {
      const ticks = ticksFor(lastedMs);
      expect(ticks.length).toBeLessThanOrEqual(5);
      expect(Math.max(...ticks.map(({ place }) => place))).toBeLessThanOrEqual(90.001);
    }
  });

  it('stands where its time is', () => {
    expect(ticksFor(1000).map(({ place }) => Math.round(place))).toEqual([0, 50]);
  });

  it('says what stands at each quarter where a night is drawn short', () => {
    const night = 8 * 3_600_000;
    const busy = [
      { fromMs: 0, toMs: 60_000 },
      { fromMs: night, toMs: night + 60_000 },
    ];
    expect(ticksFor(night + 60_000, busy).map(({ place }) => place)).toEqual([0, 25, 50, 75]);
  });
});

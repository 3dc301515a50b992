import { describe, expect, it } from 'vitest';
import { quotasNow } from './quota-now.ts';
import type { Quota } from './status-line-view.ts';

const now = Date.parse('2026-11-21T19:30:00.000Z');
const iso = (minutes: number) => new Date(now + minutes * 60_000).toISOString();
const quota = (more: Partial<Quota>): Quota => ({
  ...{ window: 'five_hour', usedPercent: 40, resetsAt: iso(60), at: iso(-1), user: 'ada' },
  ...more,
});

describe('how much of a usage limit is used', () => {
  it('is the newest word on each window, the short one first', () => {
    const week = quota({ window: 'seven_day', usedPercent: 81, resetsAt: iso(2000) });
    const shown = quotasNow([week, quota({ at: iso(-2), usedPercent: 30 }), quota({})], now);
    expect(shown).toEqual([
      { ...quota({}), name: '5 h' },
      { ...week, name: '7 d' },
    ]);
  });

  it('says its age once it is old', () => {
    expect(quotasNow([quota({ at: iso(-120) })], now)).toMatchObject([{ staleMs: 120 * 60_000 }]);
  });

  it('is unknown once its window has begun anew', () => {
    expect(quotasNow([quota({ resetsAt: iso(0) })], now)).toEqual([]);
  });

  it('is of whoever asks, where they have told one', () => {
    const both = [quota({ at: iso(-3) }), quota({ user: 'bob', usedPercent: 90 })];
    expect(quotasNow(both, now, 'ada')).toMatchObject([{ user: 'ada' }]);
    expect(quotasNow(both, now, 'eve')).toMatchObject([{ user: 'bob' }]);
  });
});

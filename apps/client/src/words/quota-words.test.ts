import type { QuotaNow } from '@telltale/core';
import { expect, it } from 'vitest';
import { quotaBrief, quotaWords, shownQuotas } from './quota-words.ts';

const now = new Date(2026, 10, 21, 16, 0).getTime();
const quota = (more: Partial<QuotaNow>): QuotaNow => ({
  ...{ window: 'five_hour', name: '5 h', usedPercent: 42.4, at: new Date(now - 3000).toISOString() },
  resetsAt: new Date(2026, 10, 21, 17, 0).toISOString(),
  ...more,
});

it('says how much is used, when it begins anew, and its age once it is old', () => {
  expect(quotaWords(quota({}), now)).toMatchObject({ name: '5 h', used: '42 %', more: 'resets 17:00' });
  const week = quota({ usedPercent: 99.8, staleMs: 7_200_000, resetsAt: new Date(2026, 10, 26, 9, 30).toISOString() });
  expect(quotaWords(week, now)).toMatchObject({ used: '99 %', more: 'resets Thu 09:30 · 2 h old' });
  expect([quotaBrief(quota({})), quotaBrief(week)]).toEqual(['5 h 42 %', '5 h 99 %, 2 h old']);
  const { resetsAt: _, ...open } = quota({ usedPercent: 105 });
  expect(quotaWords(open, now)).toMatchObject({ used: '105 %', more: '' });
});

it('says whose limit it is, for the hover', () => {
  expect(quotaWords(quota({ user: 'ada' }), now).hint).toMatch(
    /^5 h usage limit of ada, as a status line told 3 s ago\nresets /,
  );
});

it('names whoever is closest to a limit, where several people told theirs and nobody knows who looks', () => {
  const told = [
    quota({ user: 'ada', usedPercent: 55 }),
    quota({ user: 'bob', usedPercent: 20, at: new Date(now).toISOString() }),
    quota({ user: 'bob', usedPercent: 60, window: 'seven_day' }),
  ];
  const words = (me?: string) => shownQuotas(told, now, me).map((one) => quotaBrief(one));
  expect(words()).toEqual(['5 h 55 % ada', '7 d 60 % bob']);
  expect(words('eve')).toEqual(words());
  expect(words('bob')).toEqual(['5 h 20 %', '7 d 60 %']);
  expect(quotaWords(shownQuotas(told, now)[0] ?? quota({}), now).more).toBe('ada · resets 17:00');
});

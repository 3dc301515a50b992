import { expect, it } from 'vitest';
import { daysBetween } from './calendar-days.ts';

const at = (text: string) => Date.parse(text);
const hours = (zone: string, from: string, to: string) =>
  daysBetween(at(from), at(to), zone).map(({ date, fromMs, toMs }) => [date, (toMs - fromMs) / 3_600_000]);

it('has a day of 25 hours when the clock is put back, and one of 23 when it is put forward', () => {
  expect(hours('Europe/Berlin', '2026-10-24T12:00:00Z', '2026-10-26T12:00:00Z')).toEqual([
    ['2026-10-24', 24],
    ['2026-10-25', 25],
    ['2026-10-26', 24],
  ]);
  expect(hours('America/New_York', '2026-03-07T12:00:00Z', '2026-03-09T12:00:00Z')).toEqual([
    ['2026-03-07', 24],
    ['2026-03-08', 23],
    ['2026-03-09', 24],
  ]);
});

it('cuts at midnight of the zone, also where it is a part of an hour away', () => {
  expect(daysBetween(at('2026-11-21T00:00:00Z'), at('2026-11-21T01:00:00Z'), 'Asia/Kathmandu')).toEqual([
    { date: '2026-11-21', fromMs: at('2026-11-20T18:15:00Z'), toMs: at('2026-11-21T18:15:00Z') },
  ]);
  // Half an hour of summer time.
  expect(hours('Australia/Lord_Howe', '2026-04-04T20:00:00Z', '2026-04-04T21:00:00Z')).toEqual([['2026-04-05', 24.5]]);
});

it('ends a day where the next one begins', () => {
  const days = daysBetween(at('2026-01-01T00:00:00Z'), at('2027-01-01T00:00:00Z'), 'Europe/Berlin');
  expect(days).toHaveLength(366); // the first evening of 2027 in Berlin is a day of its own
  for (const [index, day] of days.entries()) expect(day.fromMs).toBe(days[index - 1]?.toMs ?? day.fromMs);
});

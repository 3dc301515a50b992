import { expect, it } from 'vitest';
import { dayAbove, dayMark } from './day-marks.ts';

const now = new Date(2026, 10, 21, 14, 0);
const row = (day: number, hour: number) => ({ atMs: new Date(2026, 10, day, hour).getTime() });

it('names a day where it begins, also for what came late between rows of today', () => {
  const rows = [row(18, 9), row(18, 10), row(20, 23), row(21, 0), row(18, 11), row(21, 13)];
  expect(rows.map((_, index) => dayMark(rows, index, now))).toEqual([
    'Wed 18 Nov',
    undefined,
    'Yesterday',
    'Today',
    'Wed 18 Nov',
    'Today',
  ]);
});

it('says nothing where all is of today', () => {
  expect(dayMark([row(21, 0)], 0, now)).toBeUndefined();
  expect(dayAbove(row(21, 0), now)).toBeUndefined();
  expect(dayAbove(undefined, now)).toBeUndefined();
  expect(dayAbove(row(20, 23), now)).toBe('Yesterday');
});

it('begins a day once, although around midnight rows arrive by turns', () => {
  const rows = [-90, -20, 10, -5, -40, 30, -30, 60].map((seconds) => ({ atMs: row(21, 0).atMs + seconds * 1000 }));
  expect(rows.map((_, index) => dayMark(rows, index, now))).toEqual([
    'Yesterday',
    undefined,
    'Today',
    ...Array.from({ length: 5 }, () => undefined),
  ]);
});

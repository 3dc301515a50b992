import { describe, expect, it } from 'vitest';
import { count, plural } from './amount.ts';
import { clock, day, dayInWords, exactTime } from './time.ts';

describe('times', () => {
  it('names today, yesterday and other days', () => {
    const now = new Date(2026, 10, 21, 12);
    const days = [new Date(2026, 10, 21), new Date(2026, 10, 20, 23, 59), new Date(2026, 10, 18), new Date(2025, 0, 1)];
    expect(days.map((at) => dayInWords(at, now))).toEqual(['Today', 'Yesterday', 'Wed 18 Nov', 'Wed 1 Jan 2025']);
  });

  it('tells local time, offset and UTC on hover', () => {
    const at = new Date(2026, 10, 21, 9, 5, 7, 42);
    const lines = exactTime(at).split('\n');
    expect(lines[0]).toMatch(/^2026-11-21 09:05:07\.042 UTC[+−]\d\d:\d\d$/);
    expect(lines[1]).toBe(`${at.toISOString()} UTC`);
    expect([clock(at), day(at)]).toEqual(['09:05:07', '2026-11-21']);
  });
});

describe('amounts', () => {
  it('says counts, with thousands apart', () => {
    expect([count(1204), plural(1, 'file'), plural(2, 'file'), plural(0, 'entry', 'entries')]).toEqual([
      '1,204',
      '1 file',
      '2 files',
      '0 entries',
    ]);
  });
});

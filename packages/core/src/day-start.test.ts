import { expect, it } from 'vitest';
import { dayStart } from './day-start.ts';

it.each([
  ['UTC', '2026-11-21T17:00:00Z', '2026-11-21T00:00:00.000Z'],
  ['Europe/Berlin', '2026-11-21T22:59:59Z', '2026-11-20T23:00:00.000Z'],
  ['Europe/Berlin', '2026-11-21T23:00:00Z', '2026-11-21T23:00:00.000Z'],
  // The clock went back that night: the day began an hour earlier than today's offset says.
  ['Europe/Berlin', '2026-10-25T12:00:00Z', '2026-10-24T22:00:00.000Z'],
  ['Europe/Berlin', '2026-03-29T12:00:00Z', '2026-03-28T23:00:00.000Z'],
  ['Asia/Kathmandu', '2026-11-21T18:20:00Z', '2026-11-21T18:15:00.000Z'],
  // Clocks were put forward at midnight.
  ['America/Santiago', '2026-09-06T12:00:00Z', '2026-09-06T04:00:00.000Z'],
  ['America/Los_Angeles', '2026-11-21T05:00:00Z', '2026-11-20T08:00:00.000Z'],
])('knows when the day began in %s at %s', (zone, at, began) => {
  expect(new Date(dayStart(Date.parse(at), zone)).toISOString()).toBe(began);
});

it('begins a day where its date does, also where clocks skip midnight or show it twice', () => {
  for (const timeZone of [
    'America/Santiago',
    'America/Havana',
    'Europe/Berlin',
    'Australia/Lord_Howe',
    'Asia/Kathmandu',
  ]) {
    // Sweden writes dates as ISO does.
    const date = new Intl.DateTimeFormat('sv-SE', { timeZone });
    for (let at = Date.parse('2026-01-01T00:07:00Z'); at < Date.parse('2027-01-01T00:00:00Z'); at += 5 * 3_600_000) {
      const began = dayStart(at, timeZone);
      const told = [began <= at, date.format(began) === date.format(at), date.format(began - 1) < date.format(at)];
      expect(told, `${timeZone} ${new Date(at).toISOString()}`).toEqual([true, true, true]);
    }
  }
});

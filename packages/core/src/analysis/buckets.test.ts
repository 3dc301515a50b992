import fc from 'fast-check';
import { expect, it } from 'vitest';
import { bucketStarts, createBucketIndex, hourOfWeek } from './buckets.ts';

const hourMs = 60 * 60_000;
const iso = (starts: readonly number[]) => starts.map((at) => new Date(at).toISOString());
const lengths = (starts: readonly number[]) => starts.slice(1).map((at, index) => (at - (starts[index] ?? 0)) / hourMs);

it.each([
  ['UTC', '2026-03-28T12:00:00Z', [24, 24, 24]],
  // Clocks go on an hour on the 29th of March, and back on the 25th of October.
  ['Europe/Berlin', '2026-03-28T12:00:00Z', [24, 23, 24]],
  ['Europe/Berlin', '2026-10-24T12:00:00Z', [24, 25, 24]],
  ['Australia/Lord_Howe', '2026-10-03T12:00:00Z', [24, 23.5, 24]],
  // Midnight itself does not exist on the 24th of April in Cairo.
  ['Africa/Cairo', '2026-04-23T12:00:00Z', [24, 23, 24]],
  ['Asia/Kathmandu', '2026-10-24T12:00:00Z', [24, 24, 24]],
])('cuts days as clocks of %s show them, from %s on', (timeZone, from, hours) => {
  const starts = bucketStarts(Date.parse(from), Date.parse(from) + 3 * 24 * hourMs, 'day', timeZone);
  expect(lengths(starts.slice(0, 4))).toEqual(hours);
});

it('cuts hours where clocks show a full one', () => {
  const from = Date.parse('2026-11-21T09:10:00Z');
  expect(iso(bucketStarts(from, from + 2 * hourMs, 'hour', 'Asia/Kolkata'))).toEqual([
    '2026-11-21T08:30:00.000Z',
    '2026-11-21T09:30:00.000Z',
    '2026-11-21T10:30:00.000Z',
  ]);
});

it('puts every time of a range into one bucket, in any zone', () => {
  const zones = ['UTC', 'Europe/Berlin', 'Africa/Cairo', 'Australia/Lord_Howe', 'America/St_Johns', 'Pacific/Chatham'];
  const year = fc.integer({ min: Date.UTC(2026, 0, 1), max: Date.UTC(2026, 11, 1) });
  fc.assert(
    fc.property(
      ...[fc.constantFrom(...zones), fc.constantFrom('hour' as const, 'day' as const)],
      ...[
        year,
        fc.integer({ min: 1, max: 14 * 24 * hourMs }),
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
      ],
      (zone, size, from, span, share) => {
        const starts = bucketStarts(from, from + span, size, zone);
        expect(lengths(starts).every((hours) => hours > 0)).toBe(true);
        const at = from + Math.floor(share * span);
        const index = createBucketIndex(starts)(at);
        expect(starts[index]).toBeLessThanOrEqual(at);
        expect(starts[index + 1] ?? Number.POSITIVE_INFINITY).toBeGreaterThan(at);
      },
    ),
    { numRuns: 200 },
  );
});

it.each([
  ['2026-11-16T00:00:00Z', 'UTC', 0],
  ['2026-11-16T00:00:00Z', 'Asia/Kolkata', 5],
  ['2026-11-16T00:00:00Z', 'America/New_York', 6 * 24 + 19],
])('knows the hour of the week of %s in %s', (at, zone, hour) => {
  expect(hourOfWeek(Date.parse(at), zone)).toBe(hour);
});

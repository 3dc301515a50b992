import { expect, it } from 'vitest';
import { createPulse, pulseTotal } from './pulse.ts';

const minute = 60_000;

it('goes on from what the service told, in the same moments', () => {
  const now = 1_000 * minute;
  const bucketMs = 500;
  const from = now - 119 * bucketMs;
  const buckets = Array.from({ length: 120 }, (_, index) => ({ events: index === 119 ? 2 : 0, failures: 0, waits: 0 }));
  const pulse = createPulse(1, { from: new Date(from).toISOString(), bucketMs, buckets });
  pulse.add([
    { atMs: now + 10, failed: true, waits: false },
    { atMs: now + 600, failed: false, waits: true },
  ]);
  expect(pulse.bars(now + 600).slice(-2)).toEqual([
    { events: 3, failures: 1, waits: 0 },
    { events: 1, failures: 0, waits: 1 },
  ]);
});

it('lets old moments move out and ignores what is older than all', () => {
  const pulse = createPulse(1);
  pulse.add([{ atMs: 10 * minute, failed: false, waits: false }]);
  pulse.add([{ atMs: 0, failed: false, waits: false }]);
  const totals = [10 * minute, 11 * minute - 1, 11 * minute].map((now) => pulseTotal(pulse.bars(now)).events);
  expect(totals).toEqual([1, 1, 0]);
});

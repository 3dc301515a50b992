import type { TelltaleEvent } from '@telltale/core';
import { expect, it, vi } from 'vitest';
import { createGaps } from './gap.ts';

const until = (claim: () => void) => vi.waitFor(claim, { timeout: 30_000 });

const base = { source: 'hook', name: 'Stop', app: 'api', at: '2026-11-21T10:00:00.000Z', summary: '' } as const;
const event = (seq: number): TelltaleEvent => ({ ...base, seq, id: `e${seq}`, payload: {} });
const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => from + index);

/** A service that holds 20,000 events and can be away. */
function stage() {
  const service = { isAway: false };
  const told = { seqs: [] as number[], missing: 0, startedOver: 0 };
  const gaps = createGaps({
    async fetchPage(after, limit) {
      if (service.isAway) throw new Error('The service does not answer');
      return { events: range(after + 1, Math.min(after + limit, 20_000)).map(event), next: after + limit };
    },
    onEvents: (events) => told.seqs.push(...events.map(({ seq }) => seq)),
    onTooWide: () => {
      told.startedOver += 1;
    },
    onMissing: (count) => {
      told.missing = count;
    },
  });
  return { service, told, gaps };
}

it('fetches exactly what was skipped', async () => {
  const { told, gaps } = stage();
  gaps.add(101, 2600);
  expect(told.missing).toBe(2500);
  await until(() => expect(told).toEqual({ seqs: range(101, 2600), missing: 0, startedOver: 0 }));
});

it('says what is missing while the service is away, and fetches it when it is back', async () => {
  const { service, told, gaps } = stage();
  service.isAway = true;
  gaps.add(11, 20);
  gaps.add(31, 40);
  await until(() => expect(told.missing).toBe(20));
  service.isAway = false;
  gaps.retry();
  await until(() => expect(told).toEqual({ seqs: [...range(11, 20), ...range(31, 40)], missing: 0, startedOver: 0 }));
});

it('starts over with the newest where the gap is too wide, so that none stays inside', async () => {
  const { told, gaps } = stage();
  gaps.add(1, 9000);
  await until(() => expect(told).toEqual({ seqs: range(4001, 9000), missing: 0, startedOver: 1 }));
});

it('fetches no more once the feed has started over', async () => {
  const { told, gaps } = stage();
  gaps.add(1, 10);
  gaps.clear();
  await new Promise((resolve) => setTimeout(resolve, 10));
  expect(told).toEqual({ seqs: [], missing: 0, startedOver: 0 });
});

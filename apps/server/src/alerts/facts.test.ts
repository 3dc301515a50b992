import { type AlertFactName, demoIdEnd } from '@telltale/core';
import { describe, expect, it } from 'vitest';
import { requestRecord } from '../../fixtures/ledger-records.ts';
import { testStores } from '../../fixtures/test-store.ts';
import { createFacts } from './facts.ts';

const stores = testStores();
const needs = (...names: AlertFactName[]) => new Set(names);
let made = 0;
const request = (sessionId: string, at: string, usd: number) =>
  requestRecord(`r-${++made}`, { sessionId, at: new Date(at).toISOString(), usd });

describe('facts', () => {
  it('days before are cut where clocks show midnight, also when they are changed', async () => {
    const now = Date.parse('2026-10-26T12:00:00+01:00');
    const store = stores.open({ now: () => now });
    // Berlin puts its clocks back on 25 October: that day has 25 hours.
    await store.append([
      ...[request('a', '2026-10-24T23:59:59.999+02:00', 1), request('a', '2026-10-25T00:00:00+02:00', 2)],
      ...[request('a', '2026-10-25T23:59:59.999+01:00', 4), request('b', '2026-10-26T00:00:00+01:00', 8)],
      ...[request('a', '2026-10-12T00:00:00+02:00', 16), request('a', '2026-10-11T23:59:59.999+02:00', 32)],
    ]);
    const gather = createFacts({ store, timeZone: 'Europe/Berlin', folder: stores.folder() });
    const { today, earlierDays } = await gather(needs('today', 'earlierDays'), now);
    expect(today.costUsd).toBe(8);
    expect(earlierDays).toEqual([6, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 16]);
  });

  it('leave out what the demo cost', async () => {
    const now = Date.parse('2026-10-26T12:00:00Z');
    const store = stores.open({ now: () => now });
    await store.append([
      ...[request('a', '2026-10-26T11:00:00Z', 1), request('a', '2026-10-25T11:00:00Z', 2)],
      ...[request(`1${demoIdEnd}`, '2026-10-26T11:00:00Z', 40), request(`2${demoIdEnd}`, '2026-10-25T11:00:00Z', 80)],
    ]);
    await store.append([
      request('a', '2026-10-26T11:58:00Z', 4),
      request(`1${demoIdEnd}`, '2026-10-26T11:58:00Z', 160),
    ]);
    const gather = createFacts({ store, timeZone: 'UTC', folder: stores.folder() });
    const asked = needs('today', 'earlierDays', 'sessions', 'recentSpend');
    const { today, earlierDays, sessions, recentSpend } = await gather(asked, now);
    expect([today.costUsd, earlierDays[0], sessions.map(({ id }) => id)]).toEqual([5, 2, ['a']]);
    expect(recentSpend).toEqual([{ sessionId: 'a', costUsd: 4 }]);
  });

  it('leave out how much of its usage limits the demo used', async () => {
    const now = Date.parse('2026-10-26T12:00:00Z');
    const store = stores.open({ now: () => now });
    const at = new Date(now).toISOString();
    const tell = (sessionId: string, usedPercent: number, host: string) =>
      store.putStatusLine({ sessionId, status: { at }, quotas: [{ window: 'five_hour', usedPercent, at, host }] });
    await tell('a', 20, 'mac');
    await tell(`1${demoIdEnd}`, 90, 'demo-laptop');
    const gather = createFacts({ store, timeZone: 'UTC', folder: stores.folder() });
    const { quotas } = await gather(needs('quotas'), now);
    expect(quotas.map(({ host, usedPercent }) => [host, usedPercent])).toEqual([['mac', 20]]);
    expect(store.quotas()).toHaveLength(2);
  });

  it('tell what each session cost lately, and of no more than was asked', async () => {
    const now = Date.parse('2026-10-26T12:00:00Z');
    const store = stores.open({ now: () => now });
    await store.append([
      ...[request('a', '2026-10-26T11:54:59.999Z', 1), request('a', '2026-10-26T11:55:00Z', 2)],
      ...[request('a', '2026-10-26T11:59:00Z', 4), request('b', '2026-10-26T11:59:00Z', 8)],
    ]);
    const gather = createFacts({ store, timeZone: 'UTC', folder: stores.folder() });
    const facts = await gather(needs('recentSpend', 'freeBytes'), now);
    expect(facts.recentSpend).toEqual([
      { sessionId: 'a', costUsd: 6 },
      { sessionId: 'b', costUsd: 8 },
    ]);
    expect(facts.freeBytes).toBeGreaterThan(0);
    expect(facts).toMatchObject({ sessions: [], today: { byUser: [] }, earlierDays: [] });
  });

  it('look at every session of the last day, however many there are, and at none before', async () => {
    const now = Date.parse('2026-10-26T12:00:00Z');
    const store = stores.open({ now: () => now });
    const hours = (n: number) => new Date(now - n * 60 * 60_000).toISOString();
    await store.append(Array.from({ length: 120 }, (_, n) => request(`s-${n}`, hours(n / 10), 1)));
    await store.append([request('old', hours(24.1), 1)]);
    const gather = createFacts({ store, timeZone: 'UTC', folder: stores.folder() });
    const { sessions } = await gather(needs('sessions'), now);
    expect(new Set(sessions.map(({ id }) => id)).size).toBe(120);
    expect(sessions.map(({ id }) => id)).not.toContain('old');
  });
});

import { join } from 'node:path';
import { parseFilter } from '@telltale/core';
import { describe, expect, it } from 'vitest';
import { point, requestRecord, telemetryRecord } from '../../../fixtures/ledger-records.ts';
import { testStores } from '../../../fixtures/test-store.ts';
import { openConnection } from '../connection.ts';
import type { SqliteStore } from '../sqlite-store.ts';

const minute = 60_000;
const startMs = Date.parse('2026-11-21T09:00:00.000Z');
let nowMs = startMs + minute;
const { open, folder } = testStores({ now: () => nowMs });

const timeOf = (minutes: number) => new Date(startMs + minutes * minute).toISOString();
const cost = (minutes: number, value = 0.5, sessionId = 's-1') =>
  point('cost.usage', {
    ...{ sessionId, at: timeOf(minutes), value, model: 'claude-opus-5-5[1m]' },
    resource: JSON.stringify({
      'service.name': 'claude-code',
      project: 'shop',
      'user.name': 'ann',
      'host.name': 'mac',
    }),
  });
const count = (minutes: number) => point('session.count', { sessionId: 's-1', at: timeOf(minutes), value: 1 });
const startUp = (sessionId = 's-1') => telemetryRecord('hook_registered', { sessionId, at: timeOf(0) });

/** As a list tells it, once everything is written. */
function listed(store: SqliteStore, now = nowMs, filter = '') {
  return store.sessions({ limit: 10, now, filter: parseFilter(filter).filter }).items;
}

describe('a session that sends only metrics', () => {
  it('is there, with what it cost, whose it is and where', async () => {
    const store = open();
    await store.appendPoints([cost(0), cost(1, 0.25)]);
    const told = {
      ...{ id: 's-1', app: 'shop', user: 'ann', host: 'mac', model: 'claude-opus-5-5', knownFrom: 'metrics' },
      ...{ startedAt: timeOf(0), lastEventAt: timeOf(1), state: 'working', group: 'working' },
      ...{ prompts: 0, tools: 0, waiting: [], trouble: [] },
      ...{ costUsd: 0.75, costSource: 'events', unattributedUsd: 0.75 },
    };
    expect(listed(store)).toEqual([expect.objectContaining(told)]);
    expect(store.session('s-1', nowMs)).toMatchObject(told);
    expect(listed(store, nowMs, 'app:shop user:ann').length).toBe(1);
    expect(store.spentSince(startMs - 1).costUsd).toBe(0.75);
  });

  it('works while points come, is idle when they stop, and then over; never lost', async () => {
    const store = open();
    await store.appendPoints([cost(0)]);
    const at = (minutes: number) => listed(store, startMs + minutes * minute)[0];
    expect([at(4), at(6), at(29), at(31)].map((one) => one?.state)).toEqual(['working', 'idle', 'idle', 'ended']);
    expect(at(31)).toMatchObject({ endedAt: timeOf(0), group: 'quiet', trouble: [] });
    expect(listed(store, startMs + 31 * minute, 'is:ended').length).toBe(1);
    expect(listed(store, startMs + 31 * minute, 'is:working').length).toBe(0);
    await store.appendPoints([cost(32)]);
    expect(at(33)).toMatchObject({ state: 'working', lastEventAt: timeOf(32) });
    expect(listed(store, startMs + 33 * minute, 'is:working').length).toBe(1);
  });

  it('stays when its points are forgotten by age, and after a restart', async () => {
    let store = open();
    await store.appendPoints([cost(0)]);
    const before = listed(store);
    await store.close();
    store = open();
    expect(listed(store)).toEqual(before);
    nowMs += 100 * 24 * 60 * minute;
    await store.pruneNow();
    expect(listed(store)).toEqual([expect.objectContaining({ id: 's-1', costUsd: 0.5, startedAt: timeOf(0) })]);
    await store.close();
    store = open();
    expect(listed(store)).toEqual([expect.objectContaining({ id: 's-1', costUsd: 0.5, state: 'ended' })]);
    nowMs = startMs + minute;
  });

  it('is gone when it is deleted, and comes back only with what is new', async () => {
    const store = open();
    await store.appendPoints([cost(0)]);
    expect(listed(store).length).toBe(1);
    expect(await store.deleteSession('s-1')).toBe(true);
    expect(listed(store)).toEqual([]);
    await store.appendPoints([cost(0)]);
    expect(listed(store)).toEqual([]);
    await store.appendPoints([cost(1, 0.25)]);
    expect(listed(store)).toEqual([expect.objectContaining({ startedAt: timeOf(1), costUsd: 0.25 })]);
  });

  it('is one with its events as soon as these come, whatever comes first', async () => {
    for (const isFirst of [true, false]) {
      const store = open({ file: join(folder(), `${isFirst}.db`) });
      const points = () => store.appendPoints([cost(2)]);
      if (isFirst) await points();
      if (isFirst) expect(listed(store)[0]?.knownFrom).toBe('metrics');
      await store.append([
        requestRecord('r-1', { usd: 0.5, sessionId: 's-1', at: timeOf(1), model: 'claude-opus-5-5' }),
      ]);
      if (!isFirst) await points();
      expect(listed(store)).toEqual([
        expect.objectContaining({ knownFrom: 'events', startedAt: timeOf(1), lastEventAt: timeOf(1), costUsd: 0.5 }),
      ]);
      expect(listed(store)[0]).not.toHaveProperty('unattributedUsd');
    }
  });

  it('is found in what was stored before metrics made a session', async () => {
    let store = open();
    await store.appendPoints([cost(0), cost(0, 1, 's-2')]);
    await store.close();
    const connection = openConnection(join(folder(), 'telltale.db'));
    connection.exec(`DELETE FROM sessions WHERE id = 's-1'; DELETE FROM session_totals; DELETE FROM unattributed;
      DELETE FROM stale_totals; DELETE FROM meta WHERE key LIKE 'metered%'`);
    connection.close();
    store = open();
    await expect
      .poll(
        () =>
          listed(store)
            .map(({ id }) => id)
            .sort(),
        { timeout: 20_000 },
      )
      .toEqual(['s-1', 's-2']);
    expect(listed(store).find(({ id }) => id === 's-1')?.costUsd).toBe(0.5);
  });
});

describe('no session is made', () => {
  it('by the start of a process, in events and metrics', async () => {
    const store = open();
    await store.append([startUp()]);
    await store.appendPoints([count(0), point('active_time.total', { sessionId: 's-1', at: timeOf(0), value: 1 })]);
    expect(listed(store)).toEqual([]);
    expect(store.session('s-1', nowMs)).toBeUndefined();
  });

  it('by a cost of nothing', async () => {
    const store = open();
    await store.appendPoints([cost(0, 0)]);
    expect(listed(store)).toEqual([]);
  });

  it('until what it cost comes, which then does', async () => {
    const store = open();
    await store.append([startUp()]);
    await store.appendPoints([count(0)]);
    await store.appendPoints([cost(1)]);
    expect(listed(store)).toEqual([expect.objectContaining({ id: 's-1', knownFrom: 'metrics', startedAt: timeOf(1) })]);
  });
});

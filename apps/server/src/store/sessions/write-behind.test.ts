import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { requestRecord } from '../../../fixtures/ledger-records.ts';
import { hookRecord, testStores } from '../../../fixtures/test-store.ts';
import { openConnection } from '../connection.ts';

const { folder, open, problems } = testStores();
const startMs = Date.UTC(2026, 10, 21, 9);
const prompt = (sessionId: string) =>
  hookRecord(
    { session_id: sessionId, hook_event_name: 'UserPromptSubmit', prompt: `of ${sessionId}` },
    { id: `prompt-${sessionId}`, receivedAt: new Date(startMs).toISOString() },
  );

// Time stands still, so sessions are not written before a test wants it.
beforeEach(() => void vi.useFakeTimers({ toFake: ['performance', 'setTimeout', 'clearTimeout'] }));
afterEach(() => void vi.useRealTimers());

it('forgets no session when writing for a list fails half way', async () => {
  let store = open();
  await store.append([prompt('a'), prompt('b')]);
  const beside = openConnection(join(folder(), 'telltale.db'));
  beside.exec(
    `CREATE TRIGGER broken BEFORE UPDATE ON sessions WHEN NEW.id = 'b' BEGIN SELECT RAISE(ABORT, 'disk'); END`,
  );
  store.sessions({ limit: 10, now: startMs });
  expect(problems.splice(0)).toEqual([['Sessions could not be written', expect.any(Error)]]);
  beside.exec('DROP TRIGGER broken');
  beside.close();

  await store.close();
  store = open();
  expect(store.session('a', startMs)?.title).toBe('of a');
  expect(store.session('b', startMs)?.title).toBe('of b');
});

it('is silent after the store was closed', async () => {
  const store = open();
  const appended = store.append([prompt('a')]);
  await store.close();
  await appended;
  vi.advanceTimersByTime(10_000);
  await new Promise((resolve) => setImmediate(resolve));
  expect(problems).toEqual([]);
});

it('makes the totals that an analysis waits for in steps, between which others append', async () => {
  const store = open();
  const at = new Date(startMs).toISOString();
  const sessions = Array.from({ length: 150 }, (_, n) => `s-${n}`);
  await store.append(sessions.map((sessionId) => requestRecord(`req-${sessionId}`, { sessionId, at, usd: 0.01 })));
  const beside = openConnection(join(folder(), 'telltale.db'), { readonly: true });
  const stale = beside.prepare<[], number>('SELECT count(*) FROM stale_totals').pluck();
  expect(stale.get()).toBe(150);

  const analysed = store.analyse({
    ...{ name: 'spend', from: startMs - 1, to: startMs + 1000, now: startMs },
    ...{ prices: 'client', timeZone: 'UTC', limit: 10 },
  });
  const waiting = [150];
  for (let n = 0; waiting.at(-1) !== 0 && n < 150; n += 1) {
    await store.append([prompt(`new-${n}`)]);
    waiting.push(stale.get() ?? 0);
  }
  const steps = waiting.slice(1).map((left, index) => (waiting[index] ?? 0) - left);
  expect(waiting.at(-1)).toBe(0);
  expect(Math.max(...steps)).toBeLessThan(30);
  expect((await analysed).total.costUsd).toBeCloseTo(1.5, 9);
  const totals = beside.prepare<[], number>('SELECT count(*) FROM session_totals').pluck();
  expect(totals.get()).toBe(150);
  beside.close();
});

import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { hookRecord, testStores } from '../../fixtures/test-store.ts';
import { openConnection } from './connection.ts';

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

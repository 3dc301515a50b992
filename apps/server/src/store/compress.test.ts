import { join } from 'node:path';
import { afterEach, expect, it, vi } from 'vitest';
import { hookRecord, testStores } from '../../fixtures/test-store.ts';
import { createCompression } from './compress.ts';
import { openConnection } from './connection.ts';
import { createGroupCommit } from './group-commit.ts';
import { createMeta } from './meta.ts';

const { folder, open, openCrashed } = testStores();
const receivedAt = '2026-11-21T09:00:00.000Z';
afterEach(() => void vi.useRealTimers());

it('leaves nothing of a session that is deleted after a crash broke a settling off', async () => {
  const store = open();
  const sessions = ['a', 'b', 'c', 'd'];
  await store.append(
    sessions.map((session_id) =>
      hookRecord({ session_id, hook_event_name: 'Stop', note: 'x'.repeat(9000) }, { id: session_id, receivedAt }),
    ),
  );
  const beside = openConnection(join(folder(), 'telltale.db'), { readonly: true });
  const count = (table: string, database = beside) =>
    database.prepare<[], number>(`SELECT count(*) FROM ${table}`).pluck().get() ?? 0;

  const settling = store.compressNow();
  while (count('batches') === 0) await new Promise((resolve) => setImmediate(resolve));
  expect(count('event_log')).toBe(0);
  const crashed = openCrashed();
  await settling;
  beside.close();

  for (const id of sessions) expect(await crashed.deleteSession(id)).toBe(true);
  const left = openConnection(join(folder(), 'crashed-1.db'), { readonly: true });
  expect(count('batches', left)).toBe(0);
  left.close();
});

it('counts what is left when a crash comes right after a deletion', async () => {
  const store = open();
  for (const session_id of ['a', 'b', 'c'])
    await store.append([hookRecord({ session_id, hook_event_name: 'Stop' }, { id: session_id, receivedAt })]);
  await store.deleteSession('b');
  expect(openCrashed().stats()).toMatchObject({ events: 2, sessions: 2, stored: 3 });
});

it('begins no plan until each of two pauses is over, nor after it was stopped', async () => {
  open();
  const database = openConnection(join(folder(), 'telltale.db'));
  const commits = createGroupCommit(database, {
    beforeCommit: () => {},
    afterRollback: () => {},
    errorOf: (error) => error,
  });
  const compression = createCompression({
    ...{ database, meta: createMeta(database), commits },
    onProblem: (problem, error) => expect.unreachable(`${problem}: ${error}`),
    settled: () => {},
  });
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const planned: number[] = [];
  const note = () => planned.push(vi.getTimerCount());
  compression.start();
  note();
  await Promise.all([compression.pause(), compression.pause()]);
  note();
  compression.resume();
  note();
  compression.resume();
  note();
  await compression.pause();
  await compression.stop();
  compression.resume();
  note();
  expect(planned).toEqual([1, 0, 0, 1, 0]);
  database.close();
});

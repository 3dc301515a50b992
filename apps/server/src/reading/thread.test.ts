import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { builtInPrices } from '@telltale/core';
import { afterEach, describe, expect, it } from 'vitest';
import { requestRecord } from '../../fixtures/ledger-records.ts';
import { hookRecord, testStores } from '../../fixtures/test-store.ts';
import type { SqliteStore } from '../store/sqlite-store.ts';
import { createReadingTasks } from './tasks.ts';
import { createReadingThread, type ReadingThread } from './thread.ts';

const { open, folder } = testStores();
const now = Date.parse('2026-11-21T12:00:00.000Z');
const at = '2026-11-21T09:00:00.000Z';
const facts = { version: 'test', isMasked: false, environment: undefined, exportedAt: at };

let thread: ReadingThread | undefined;
afterEach(() => thread?.close());

/** As many requests as make the store ask the thread. */
async function longSession(): Promise<{ store: SqliteStore; file: string }> {
  const file = join(folder(), 'long.db');
  const store = open({ file });
  await store.append([
    hookRecord(
      { session_id: 's-1', hook_event_name: 'UserPromptSubmit', prompt: 'count the walruses', prompt_id: 'p-1' },
      { id: 'e-1', receivedAt: at },
    ),
    ...Array.from({ length: 600 }, (_, n) =>
      requestRecord(`req-${n}`, { sessionId: 's-1', at, usd: 0.01, promptId: 'p-1' }),
    ),
  ]);
  return { store, file };
}

describe('the thread that only reads', () => {
  it('answers what the store itself answers', async () => {
    const { store, file } = await longSession();
    const cost = store.sessionCost('s-1', now);
    expect(cost?.requests).toHaveLength(600);
    expect(JSON.parse(new TextDecoder().decode(await store.sessionCostJson('s-1', now)))).toEqual(cost);
    expect(await store.sessionCostJson('nobody', now)).toBeUndefined();

    const { sessions } = await store.reconcile({ from: 0, to: now, limit: 10 });
    expect(sessions).toMatchObject([{ id: 's-1', facts: { said: { ledger: { nanos: 6e9, requests: 600 } } } }]);

    await store.indexNow();
    const question = { q: 'walruses', order: 'newest', limit: 5, now } as const;
    const { index: _, ...here } = store.search(question);
    thread = createReadingThread({ file, prices: builtInPrices });
    const { index: __, isLost, ...there } = await thread.ask('search', question);
    expect(there).toEqual(here);
    expect({ hits: there.total.hits, isLost }).toEqual({ hits: 1, isLost: false });
  });

  it('knows what was written and deleted since it answered last', async () => {
    const { store, file } = await longSession();
    await store.indexNow();
    await store.compressNow();
    thread = createReadingThread({ file, prices: builtInPrices });
    const question = { q: 'walruses', order: 'newest', limit: 5, now } as const;
    expect((await thread.ask('search', question)).total.hits).toBe(1);
    await store.deleteSession('s-1');
    await store.append([
      hookRecord(
        { session_id: 's-2', hook_event_name: 'UserPromptSubmit', prompt: 'two walruses', prompt_id: 'p-2' },
        { id: 'e-2', receivedAt: at },
      ),
    ]);
    await store.indexNow();
    await store.compressNow();
    const found = await thread.ask('search', question);
    expect(found.sessions.map(({ session, hits }) => [session.id, hits[0]?.snippet.text])).toEqual([
      ['s-2', 'two walruses'],
    ]);
  });

  it('answers others while an analysis is under way, and analyses one after the other', async () => {
    const { store, file } = await longSession();
    await store.indexNow();
    let isStopped = false;
    const { tasks, close } = createReadingTasks({ file, prices: builtInPrices, isStopped: () => isStopped, turnMs: 0 });
    const question = { q: 'walruses', order: 'newest', limit: 5, now } as const;
    const analysis = { name: 'spend', from: 0, to: now, now, prices: 'client', timeZone: 'UTC', limit: 9 } as const;

    const order: string[] = [];
    const asked = tasks.analyse(analysis).finally(() => order.push('analysis'));
    const next = tasks.analyse({ ...analysis, by: 'project' }).finally(() => order.push('next'));
    await setImmediate();
    expect(tasks.search(question).total.hits).toBe(1);
    order.push('search');
    await store.append([
      hookRecord(
        { session_id: 's-2', hook_event_name: 'UserPromptSubmit', prompt: 'more walruses', prompt_id: 'p-2' },
        { id: 'e-2', receivedAt: at },
      ),
    ]);
    await store.indexNow();
    expect(await asked).toMatchObject({ total: { requests: 600 }, sessions: 1 });
    expect((await next).total).toEqual((await asked).total);
    expect(order).toEqual(['search', 'analysis', 'next']);
    expect(tasks.search(question).total.hits).toBe(2);

    const broken = tasks.analyse(analysis);
    isStopped = true;
    await expect(broken).rejects.toThrow('the service stops');
    expect(tasks.search(question).total.hits).toBe(2);
    close();
  });

  it('makes a file no faster than it is read, and says so where it breaks off', async () => {
    const { store } = await longSession();
    const text = await new Response(store.exported('s-1', { format: 'ndjson', facts })).text();
    expect(text.trimEnd().split('\n')).toHaveLength(602);
    expect(store.exported('nobody', { format: 'ndjson', facts })).toBeUndefined();

    const reader = store.exported('s-1', { format: 'ndjson', facts })?.getReader();
    expect((await reader?.read())?.value?.length).toBeGreaterThan(0);
    await store.close();
    await expect(
      (async () => {
        while (!(await reader?.read())?.done);
      })(),
    ).rejects.toThrow(/stops|closed/);
  });
});

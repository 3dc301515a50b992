import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { parseFilter } from '@telltale/core';
import SqliteDatabase, { type Database } from 'better-sqlite3';
import { afterEach, expect, it, vi } from 'vitest';
import { testStores } from '../../fixtures/test-store.ts';
import { openConnection } from './connection.ts';

const { open } = testStores({ compresses: true });
/** Here to stay: where collections abort, one that meets it would end the test. */
const plain = new SqliteDatabase(':memory:');
afterEach(() => void vi.restoreAllMocks());

const nextTurn = () => new Promise((resolve) => setImmediate(resolve));

/** Asks `count` texts, each another one, and keeps nothing. Returns what tells how many of the statements are gone. */
async function ask(database: Database, count: number): Promise<() => Promise<number>> {
  let gone = 0;
  const registry = new FinalizationRegistry(() => {
    gone += 1;
  });
  for (let n = 0; n < count; n += 1) {
    const statement = database.prepare(`SELECT ${n} AS n`);
    registry.register(statement, n);
    expect([...statement.iterate()]).toEqual([{ n }]);
    // A sweep waits for its turn, as it does in a service that answers requests.
    if (n % 50 === 0) await nextTurn();
  }
  // Named, so that the registry itself lives for as long as somebody asks.
  return async () => {
    await nextTurn();
    return registry && gone;
  };
}

function collect(): void {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
}

it('makes one statement for each text, and another one for plucked rows', () => {
  const database = openConnection(':memory:');
  const rows = database.prepare('SELECT 1 AS one');
  const values = database.prepare('SELECT 1 AS one').pluck();
  expect([rows.get(), values.get(), rows.all(), values.pluck().all()]).toEqual([{ one: 1 }, 1, [{ one: 1 }], [1]]);
  expect(database.prepare('SELECT 1 AS one')).toBe(rows);
  expect(database.prepare('SELECT 1 AS one').pluck()).toBe(values);
  expect(openConnection(':memory:').prepare('SELECT 1 AS one')).not.toBe(rows);
});

it('makes another statement where one is still read from', () => {
  const database = openConnection(':memory:');
  const text = 'SELECT value FROM json_each(?)';
  const pairs: unknown[] = [];
  for (const outer of database.prepare(text).pluck().iterate('[1, 2]')) {
    for (const inner of database.prepare(text).pluck().iterate('[3, 4]')) pairs.push([outer, inner]);
  }
  expect(pairs).toEqual([
    [1, 3],
    [1, 4],
    [2, 3],
    [2, 4],
  ]);
});

it('sets and reads pragmas, those with rows and those without', () => {
  const database = openConnection(':memory:');
  database.exec('PRAGMA auto_vacuum = INCREMENTAL; CREATE TABLE t (a); INSERT INTO t VALUES (zeroblob(100000))');
  database.exec('DROP TABLE t');
  const free = () => Number(database.pragma('freelist_count', { simple: true }));
  const before = free();
  database.pragma('incremental_vacuum(5)');
  expect([before > 5, free()]).toEqual([true, before - 5]);
  expect(database.pragma('user_version = 7')).toEqual([]);
  expect(database.pragma('user_version')).toEqual([{ user_version: 7 }]);
  database.pragma('cache_size = -500');
  database.pragma('cache_size = -900');
  database.pragma('cache_size = -500');
  expect(database.pragma('cache_size', { simple: true })).toBe(-500);
});

it('lets no collection but its own meet a statement; the plain driver does', async () => {
  const goneHere = await ask(openConnection(':memory:'), 30);
  const goneThere = await ask(plain, 30);
  await expect
    .poll(async () => {
      collect();
      return await goneThere();
    })
    .toBe(30);
  expect(await goneHere()).toBe(0);
});

it('collects those that nobody uses when they have become many, and none that somebody keeps', async () => {
  const database = openConnection(':memory:');
  const kept = Array.from({ length: 100 }, (_, n) => database.prepare(`SELECT -${n + 1}`).pluck());
  const gone = await ask(database, 5000);
  await expect.poll(gone).toBeGreaterThan(4000);
  const goneOfKept = vi.fn();
  const registry = new FinalizationRegistry(goneOfKept);
  for (const statement of kept) registry.register(statement, 0);
  expect(kept.map((statement) => statement.get())).toEqual(kept.map((_, n) => -n - 1));
  // Forgotten now; and yet no collection but a sweep meets them.
  kept.length = 0;
  collect();
  await nextTurn();
  collect();
  await nextTurn();
  expect(goneOfKept).not.toHaveBeenCalled();
});

it('makes no statement for each question, of hundreds of each kind', async () => {
  const made = vi.spyOn(SqliteDatabase.prototype, 'prepare');
  const store = open();
  const filterOf = (text: string) => parseFilter(text, { timeZone: 'UTC' }).filter;
  const now = Date.parse('2026-11-20T14:00:00Z');
  async function askAll(n: number): Promise<void> {
    const filter = filterOf(
      `word${n} tool:Bash${n} -outcome:failed is:waiting duration>${n}s since:${n}h label:a${n}*`,
    );
    const page = { limit: n, order: n % 2 === 0 ? ('asc' as const) : ('desc' as const), now: now + n };
    store.events({ ...page, filter, after: n, before: n + 10, text: `text${n}` });
    store.events({ ...page, sessionId: `s-${n}`, from: new Date(now - n).toISOString(), maxLookedAt: n });
    store.sessions({ filter, limit: n, now, cursor: `${n}-${n}` });
    store.sessions({ limit: n, now });
    store.pulse({ from: now - n, bucketMs: 1000 + n, buckets: 10, sessionId: `s-${n}` });
    store.pulse({ from: now - n, bucketMs: 1000, buckets: 10 });
    store.session(`s-${n}`, now);
    store.alerts(now - n);
    store.recentSessions(now - n, n);
    store.transcript({ sessionId: `s-${n}`, order: 'asc', limit: n });
    store.facets();
    store.stats();
    await store.deleteSession(`s-${n}`);
  }
  for (const n of [1, 2]) await askAll(n);
  const first = made.mock.calls.length;
  for (let n = 3; n < 200; n += 1) await askAll(n);
  expect(first).toBeGreaterThan(0);
  // A sweep may come in between: what is asked is then made once more. Made for each question they were thousands.
  expect(made.mock.calls.length - first).toBeLessThan(50);
});

it('is the one place of service and tests where the driver is opened', () => {
  const folder = join(import.meta.dirname, '..');
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && file !== join('store', 'connection.test.ts'))
    .map((file) => ({ file: file.replaceAll('\\', '/'), text: readFileSync(join(folder, file), 'utf8') }));
  const having = (pattern: RegExp) => files.filter(({ text }) => pattern.test(text)).map(({ file }) => file);
  expect(having(/^import (?!type\b)\w.*'better-sqlite3'/m)).toEqual(['store/connection.ts']);
  expect(having(/\bdefault\b.*'better-sqlite3'|(import|require)\('better-sqlite3'\)/)).toEqual([]);
  // These would change a statement that others share.
  expect(having(/\.(raw|expand|safeIntegers)\(/)).toEqual([]);
});

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { requestRecord } from '../../fixtures/ledger-records.ts';
import { hookRecord, testStores } from '../../fixtures/test-store.ts';
import { openConnection } from './connection.ts';
import { migrationsFolder } from './migrate.ts';
import type { SqliteStore } from './sqlite-store.ts';

const migrations = readdirSync(migrationsFolder).sort();
const now = Date.parse('2026-11-01T11:00:10.000Z');
const at = (second: number) => `2026-11-01T11:00:0${second}.000Z`;
const sessionId = 's-1';

const stores = testStores({ now: () => now });

async function fill(store: SqliteStore): Promise<void> {
  const hook = (name: string, second: number, more: object) =>
    hookRecord({ session_id: sessionId, hook_event_name: name, ...more }, { id: name, receivedAt: at(second) });
  await store.append([
    hook('SessionStart', 0, { source: 'startup', cwd: '/home/ada/shop' }),
    hook('UserPromptSubmit', 1, { prompt: 'find the pelican', prompt_id: 'p-1' }),
    requestRecord('req_1', { usd: 0.25, sessionId, at: at(2) }),
    hook('Stop', 3, { prompt_id: 'p-1', last_assistant_message: 'there it is' }),
  ]);
}

/** What a service of that day would have left: its schema, and of today's rows what it had columns for. */
function leaveBehind(schema: number, today: string, file: string): void {
  const database = openConnection(file);
  for (const name of migrations.slice(0, schema)) database.exec(readFileSync(join(migrationsFolder, name), 'utf8'));
  database.pragma(`user_version = ${schema}`);
  database.prepare('ATTACH ? AS today').run(today);
  const columns = database.prepare('SELECT name FROM pragma_table_info(?)').pluck().all('fresh_events').join(', ');
  database.exec(`
    INSERT INTO sessions (no, id) SELECT no, id FROM today.sessions;
    INSERT INTO fresh_events (${columns}) SELECT ${columns} FROM today.fresh_events`);
  database.close();
}

function saidBy(store: SqliteStore) {
  const { items } = store.events({ limit: 100, order: 'asc', now });
  const { id, prompts, state, costUsd } = store.session(sessionId, now) ?? {};
  const found = store.search({ q: 'pelican', order: 'newest', limit: 10, now });
  return {
    events: items.map((event) => `${event.at} ${event.name} ${event.summary}`),
    session: { id, prompts, state, costUsd },
    found: found.sessions.map((one) => one.hits.map(({ snippet }) => snippet)),
  };
}

it('opens what every earlier schema left, and tells the same of it', { timeout: 120_000 }, async () => {
  const store = stores.open();
  await fill(store);
  await store.indexNow();
  const told = saidBy(store);
  expect([told.events.length, told.found.length]).toEqual([4, 1]);
  expect(told.session).toEqual({ id: sessionId, prompts: 1, state: 'idle', costUsd: 0.25 });
  await store.close();
  // Side by side: each waits for what it does in the background.
  const schemas = Array.from({ length: migrations.length - 1 }, (_, index) => index + 1);
  const later = schemas.map((schema) => {
    const file = join(stores.folder(), `schema-${schema}.db`);
    leaveBehind(schema, join(stores.folder(), 'telltale.db'), file);
    return stores.open({ file });
  });
  await Promise.all(later.map((one) => one.indexNow()));
  // What requests cost is read again in small steps.
  for (const one of later) await expect.poll(() => saidBy(one), { timeout: 30_000 }).toEqual(told);
});

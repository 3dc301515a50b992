import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseFilter } from '../packages/core/dist/index.js';
import { append, gapMs, openStore } from './fill.mjs';
import { percentiles } from './percentiles.mjs';

const SqliteDatabase = createRequire(join(import.meta.dirname, '../apps/server/package.json'))('better-sqlite3');

/** Reads in a large database, through the store's door, each with what the page asks. */
export async function reads({ print, quick }) {
  const events = quick ? 200_000 : 1_000_000;
  const folder = mkdtempSync(join(tmpdir(), 'telltale-bench-'));
  try {
    const store = await filled(join(folder, 'telltale.db'), events, print);
    const now = Date.now();
    const list = store.sessions({ limit: 100, now }).items;
    const random = (count) => Math.floor(Math.random() * count);
    const rows = [
      measure('latest 100 events', 10, () => store.events({ limit: 100, order: 'desc', now, maxPayloadBytes: 8192 })),
      measure('list of 100 sessions', 20, () => store.sessions({ limit: 100, now })),
      measure('100 events of a session', undefined, () =>
        store.events({
          limit: 100,
          order: 'asc',
          sessionId: list[random(list.length)]?.id ?? '',
          now,
          maxPayloadBytes: 8192,
        }),
      ),
      measure('100 events from anywhere, by seq', undefined, () =>
        store.events({ limit: 100, order: 'asc', after: random(events), now, maxPayloadBytes: 8192 }),
      ),
      measure('one event', undefined, () => store.event(1 + random(events))),
      measure('pulse of 10 minutes', undefined, () =>
        store.pulse({ from: now - 600_000, bucketMs: 5000, buckets: 120 }),
      ),
      measure('100 failed calls of a tool', undefined, () =>
        store.events({
          limit: 100,
          order: 'desc',
          filter: parseFilter('tool:Bash outcome:failed').filter,
          now,
          maxPayloadBytes: 8192,
        }),
      ),
      measure(
        'a word nobody wrote (all events looked through)',
        undefined,
        () => store.events({ limit: 100, order: 'desc', text: 'xyzzy-nowhere', now }),
        2,
      ),
    ];
    await store.close();
    return rows.map(({ what, p99, p50, goal }) => ({
      what: `${what}, ${events.toLocaleString('en')} events`,
      value: `${p99.toFixed(1)} ms p99`,
      goal: goal === undefined ? '' : `≤ ${goal} ms`,
      met: goal === undefined ? undefined : p99 <= goal,
      detail: `p50 ${p50.toFixed(1)} ms`,
    }));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * A database of that size. One part is made by the service itself; the others are copies of it with ids, sessions and
 * times of their own, as making a million events takes many minutes. The newest are fresh, as they always are.
 */
async function filled(file, events, print) {
  const fresh = 2000;
  const part = 50_000;
  const copies = Math.round(events / part) - 1;
  const startedAt = performance.now();
  const store = await openStore(file);
  await append(store, part);
  await store.compressNow({ keepFresh: 0 });
  await store.close();
  copy(file, part, copies);
  const whole = await openStore(file);
  await append(whole, fresh);
  print(
    `  ${whole.stats().events} events in ${((performance.now() - startedAt) / 1000).toFixed(0)} s, ${Math.round(statSync(file).size / 1e6)} MB`,
  );
  return whole;
}

function copy(file, part, copies) {
  const database = new SqliteDatabase(file);
  const columns = (table) => database.pragma(`table_info(${table})`).map(({ name }) => name);
  const copyOf = (table, changes) => {
    const names = columns(table);
    const values = names.map((name) => changes[name] ?? name);
    return database.prepare(
      `INSERT INTO ${table} (${names.join(', ')}) SELECT ${values.join(', ')} FROM ${table} WHERE ${changes.where}`,
    );
  };
  const newId = "printf('%08x', @n) || substr(id, 9)";
  const sessions = copyOf('sessions', {
    where: 'no <= @sessions',
    no: 'no + @n * @sessions',
    id: newId,
    fold: `replace(fold, id, ${newId})`,
    ...Object.fromEntries(['started_at', 'ended_at', 'last_event_at'].map((name) => [name, `${name} - @n * @spanMs`])),
  });
  const batches = copyOf('batches', { where: 'no <= @batches', no: 'no + @n * @batches' });
  // Copies are older: they get lower seqs than the part has after all is moved up.
  const log = copyOf('event_log', {
    where: 'seq > @top - @part AND seq <= @top',
    seq: 'seq - @n * @part',
    id: newId,
    at: 'at - @n * @spanMs',
    session: 'session + @n * @sessions',
    batch: 'batch + @n * @batches',
  });
  const count = (sql) => database.prepare(sql).pluck().get();
  const totals = {
    sessions: count('SELECT max(no) FROM sessions'),
    batches: count('SELECT max(no) FROM batches'),
    part,
    spanMs: part * gapMs,
  };
  database.exec(
    `UPDATE event_log SET seq = seq + ${copies * part} WHERE seq IN (SELECT seq FROM event_log ORDER BY seq DESC)`,
  );
  const top = count('SELECT max(seq) FROM event_log');
  for (let n = 1; n <= copies; n += 1) {
    database.transaction(() => {
      for (const statement of [sessions, batches, log]) statement.run({ ...totals, n, top });
    })();
  }
  const counters = JSON.parse(count("SELECT value FROM meta WHERE key = 'counters'"));
  const events = part * (copies + 1);
  const put = database.prepare('UPDATE meta SET value = ? WHERE key = ?');
  put.run(JSON.stringify({ ...counters, events, stored: events }), 'counters');
  put.run(String(top), 'projected_seq');
  database.close();
}

function measure(what, goal, read, times = 300) {
  const latencies = [];
  for (let n = 0; n < times; n += 1) {
    const startedAt = performance.now();
    read();
    latencies.push(performance.now() - startedAt);
  }
  return { what, goal, ...percentiles(latencies.sort((a, b) => a - b)) };
}

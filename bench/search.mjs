import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { append, openStore } from './fill.mjs';
import { percentiles } from './percentiles.mjs';

const SqliteDatabase = createRequire(join(import.meta.dirname, '../apps/server/package.json'))('better-sqlite3');

/** Asked in turns: what people type, from one rare word to what stands in half of all texts. */
const questions = {
  'a word of few texts': ['isKnownSession', 'zod-jitless', '"no one is asked"', 'toolUseIdOf'],
  'a common word': ['const', 'return', 'the', 'string', 'session', 'import'],
  'several common words': ['export function const', 'the session of', 'return string | undefined'],
  'a phrase or a path': ['"export interface"', '"return undefined"', 'src/app.ts', 'tool_use_id'],
  'a beginning': ['con*', 'ses*', 'undefi*', 'ret*'],
  'a common word, chosen by kind and project': [
    ['const', { kind: 'prompt', app: 'api' }],
    ['the', { kind: 'tool-result', app: 'shop' }],
    ['return', { tool: 'Bash' }],
  ],
  'a common word, best first': [
    ['session', { order: 'best' }],
    ['the isFields', { order: 'best' }],
  ],
};

/** The search in a large database, asked through the store's door as the page does; and what its index takes. */
export async function search({ print, quick }) {
  const events = quick ? 100_000 : 1_000_000;
  const folder = mkdtempSync(join(tmpdir(), 'telltale-bench-'));
  try {
    const file = join(folder, 'telltale.db');
    const store = await openStore(file);
    const startedAt = performance.now();
    // In turns, as it is in life: texts are put in while they are fresh.
    const turn = 20_000;
    let indexUs = 0;
    for (let done = 0; done < events; done += turn) {
      await append(store, turn, { startMs: Date.now() - (events - done) * 100 });
      const from = process.cpuUsage();
      await store.indexNow();
      const { user, system } = process.cpuUsage(from);
      indexUs += user + system;
      await store.compressNow({ keepFresh: 2000 });
    }
    const filledMs = performance.now() - startedAt;
    print(`  ${events} events in ${(filledMs / 1000).toFixed(0)} s, ${Math.round(statSync(file).size / 1e6)} MB`);
    const rows = Object.entries(questions).map(([what, asked]) => measure(store, what, asked, events));
    await store.close();
    return [...rows, ...sizes(file, events, indexUs)];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function measure(store, what, asked, events) {
  const latencies = [];
  const work = [];
  let hits = 0;
  for (let n = 0; n < 100; n += 1) {
    const question = asked[n % asked.length];
    const [q, more] = Array.isArray(question) ? question : [question, {}];
    const startedAt = performance.now();
    const usedAt = process.cpuUsage();
    const answer = store.search({ q, order: 'newest', limit: 20, now: Date.now(), ...more });
    const { user, system } = process.cpuUsage(usedAt);
    work.push((user + system) / 1000);
    latencies.push(performance.now() - startedAt);
    hits += answer.total.hits;
  }
  const { p50, p99 } = percentiles(latencies.sort((a, b) => a - b));
  const used = percentiles(work.sort((a, b) => a - b));
  return {
    what: `search: ${what}, ${events.toLocaleString('en')} events`,
    value: `${p99.toFixed(1)} ms p99`,
    goal: '≤ 50 ms',
    met: p99 <= 50,
    detail: `p50 ${p50.toFixed(1)} ms; processor time ${used.p50.toFixed(1)} ms, p99 ${used.p99.toFixed(1)} ms; ${Math.round(hits / latencies.length)} hits counted on average`,
  };
}

function sizes(file, events, indexUs) {
  const database = new SqliteDatabase(file, { readonly: true });
  const bytesOf = (names) =>
    database.prepare(`SELECT coalesce(sum(pgsize), 0) FROM dbstat WHERE ${names}`).pluck().get();
  const words = bytesOf("name LIKE 'search_words%'");
  const docs = bytesOf("name LIKE 'search%' AND name NOT LIKE 'search_words%'");
  const count = database.prepare('SELECT count(*) FROM search_docs').pluck().get();
  database.close();
  return [
    {
      what: 'search: bytes of the index per event',
      value: `${Math.round((words + docs) / events)}`,
      goal: '',
      detail: `words ${Math.round(words / events)}, documents ${Math.round(docs / events)}; ${(count / events).toFixed(2)} texts per event`,
    },
    {
      what: 'search: processor time to index an event',
      value: `${(indexUs / events).toFixed(0)} µs`,
      goal: '',
      detail: 'in the background, in steps of a few milliseconds',
    },
  ];
}

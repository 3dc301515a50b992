import { statSync } from 'node:fs';
import { join } from 'node:path';
import type { Session } from '@telltale/core';
import { describe, expect, it } from 'vitest';
import { servedIn, servedScenarios } from '../../../../packages/core/fixtures/served.ts';
import { deliveriesOf } from '../../fixtures/recorded.ts';
import { hookRecord, testStores } from '../../fixtures/test-store.ts';
import { openConnection } from './connection.ts';
import type { SqliteStore } from './sqlite-store.ts';

const day = 24 * 60 * 60_000;
const nowMs = Date.UTC(2026, 10, 21, 9);
const stores = testStores({ now: () => nowMs });
/** Compresses badly, so that sizes mean something. */
const noise = (n: number, length: number) => {
  let text = '';
  for (let state = n + 1; text.length < length; state = (state * 48271) % 2147483647) text += state.toString(36);
  return text.slice(0, length);
};

interface Told {
  id: string;
  ageDays: number;
  calls: number;
  /** Characters of each result. */
  result?: number;
}

/** A session with a prompt, calls with results and an end, and the same in its transcript. */
function recordsOf({ id, ageDays, calls, result = 3000 }: Told) {
  const at = (n: number) => new Date(nowMs - ageDays * day + n * 1000).toISOString();
  const record = (n: number, name: string, more: Record<string, unknown>) =>
    hookRecord(
      { session_id: id, hook_event_name: name, cwd: '/home/dev/shop', ...more },
      { id: `${id}-${n}`, receivedAt: at(n) },
    );
  const call = (n: number) => ({ tool_name: 'Bash', tool_use_id: `${id}-t${n}`, tool_input: { command: `ls ${n}` } });
  return [
    record(0, 'UserPromptSubmit', { prompt: `the prompt of ${id}` }),
    ...Array.from({ length: calls }, (_, n) => [
      record(2 * n + 1, 'PreToolUse', call(n)),
      record(2 * n + 2, 'PostToolUse', { ...call(n), tool_response: { stdout: noise(n, result) } }),
    ]).flat(),
    record(2 * calls + 1, 'SessionEnd', { reason: 'exit' }),
  ];
}

function linesOf({ id, ageDays, calls }: Told, from = 0) {
  return Array.from({ length: calls }, (_, n) => {
    const timestamp = new Date(nowMs - ageDays * day + n * 1000).toISOString();
    const uuid = `${id}-u${n + from}`;
    const text = JSON.stringify({
      type: 'user',
      uuid,
      sessionId: id,
      timestamp,
      message: { content: `${n} ${noise(n, 500)}` },
    });
    return { text, bytes: text.length + 1 };
  });
}

async function fill(store: SqliteStore, told: readonly Told[]): Promise<void> {
  for (const one of told) {
    await store.append(recordsOf(one));
    const lines = linesOf(one);
    const size = lines.reduce((sum, { bytes }) => sum + bytes, 0);
    await store.appendTranscript({ sessionId: one.id, head: '1-2', offset: 0, size, lines });
  }
  await store.compressNow();
}

const eventsOf = (store: SqliteStore, sessionId: string) =>
  store.events({ sessionId, order: 'asc', limit: 1000, now: nowMs }).items;
const entriesOf = (store: SqliteStore, sessionId: string) => store.transcript({ sessionId, limit: 1000 }).items;
const sessionOf = (store: SqliteStore, id: string) => store.session(id, nowMs) as Session;
/** What a session is known by, without what is said of pruning and annotations. */
function known({ pruned: _, annotatedAt: __, labels: ___, pinned: ____, ...session }: Session) {
  return session;
}

const three: Told[] = [
  { id: 's-old', ageDays: 40, calls: 5 },
  { id: 's-mid', ageDays: 20, calls: 5 },
  { id: 's-new', ageDays: 0.5, calls: 5 },
];

/** No row without what it belongs to. */
function expectWhole(file: string): void {
  const database = openConnection(file, { readonly: true });
  const count = (sql: string) => database.prepare<[], number>(`SELECT count(*) FROM ${sql}`).pluck().get();
  expect({
    batches: count('batches WHERE no NOT IN (SELECT batch FROM event_log)'),
    events: count('event_log WHERE batch NOT IN (SELECT no FROM batches)'),
    chunks: count('transcript_chunks WHERE no NOT IN (SELECT chunk FROM transcript_entries)'),
    entries: count('transcript_entries WHERE chunk NOT IN (SELECT no FROM transcript_chunks)'),
  }).toEqual({ batches: 0, events: 0, chunks: 0, entries: 0 });
  expect(database.pragma('integrity_check', { simple: true })).toBe('ok');
  database.close();
}

describe('by age', () => {
  it('takes tool results first, and says how large they were', async () => {
    const store = stores.open({ retention: { resultsDays: 30 } });
    await fill(store, three);
    const before = sessionOf(store, 's-old');
    await store.prune();
    const results = (id: string) => eventsOf(store, id).filter(({ name }) => name === 'PostToolUse');
    for (const { payload } of results('s-old')) {
      expect(payload).not.toHaveProperty('tool_response');
      expect(payload).toMatchObject({
        tool_input: { command: expect.any(String) },
        telltale_pruned: { bytes: expect.any(Number) },
      });
    }
    for (const { payload } of results('s-mid')) expect(payload).toHaveProperty('tool_response.stdout');
    expect(eventsOf(store, 's-old')).toHaveLength(12);
    expect(entriesOf(store, 's-old')).toHaveLength(5);
    expect(sessionOf(store, 's-old').pruned).toEqual(['results']);
    expect(known(sessionOf(store, 's-old'))).toEqual(known(before));
    expect(store.stats().events).toBe(36);
    await store.close();
    expectWhole(join(stores.folder(), 'telltale.db'));
  });

  it('takes transcripts and events by rules of their own, and keeps what the session is known by', async () => {
    const store = stores.open({ retention: { transcriptsDays: 10, eventsDays: 30 } });
    await fill(store, three);
    const before = three.map(({ id }) => sessionOf(store, id));
    await store.prune();
    expect(three.map(({ id }) => [eventsOf(store, id).length, entriesOf(store, id).length])).toEqual([
      [0, 0],
      [12, 0],
      [12, 5],
    ]);
    expect(three.map(({ id }) => sessionOf(store, id).pruned)).toEqual([
      ['transcript', 'events'],
      ['transcript'],
      undefined,
    ]);
    expect(three.map(({ id }) => known(sessionOf(store, id)))).toEqual(before.map(known));
    expect(store.sessions({ limit: 10, now: nowMs }).items.map(({ id }) => id)).toEqual(['s-new', 's-mid', 's-old']);
    expect(store.stats().events).toBe(24);
    await store.close();
    expectWhole(join(stores.folder(), 'telltale.db'));

    const again = stores.open();
    expect(three.map(({ id }) => known(sessionOf(again, id)))).toEqual(before.map(known));
    expect(again.stats().events).toBe(24);
  });

  it('keeps pinned and labelled sessions whole', async () => {
    const store = stores.open({ retention: { resultsDays: 1, transcriptsDays: 1, eventsDays: 1 } });
    await fill(store, three);
    await store.annotate({ sessionId: 's-old', kind: 'pin' });
    await store.annotate({ sessionId: 's-mid', kind: 'label', text: 'regression', toolUseId: 't' });
    await store.prune();
    expect(three.map(({ id }) => eventsOf(store, id).length)).toEqual([12, 12, 12]);
    const { annotations } = { annotations: store.annotations({ limit: 10 }).items };
    for (const { id } of annotations) await store.removeAnnotation(id);
    await store.prune();
    expect(three.map(({ id }) => eventsOf(store, id).length)).toEqual([0, 0, 12]);
  });

  it('takes nothing where no rule says so', async () => {
    const store = stores.open();
    await fill(store, three);
    await store.prune();
    expect(three.map(({ id }) => [eventsOf(store, id).length, sessionOf(store, id).pruned])).toEqual([
      [12, undefined],
      [12, undefined],
      [12, undefined],
    ]);
  });

  it('takes what is asked for now, whatever the rules say', async () => {
    const store = stores.open();
    await fill(store, three);
    await store.prune({ transcriptsDays: 30 });
    expect(three.map(({ id }) => entriesOf(store, id).length)).toEqual([0, 5, 5]);
    expect(eventsOf(store, 's-old').every(({ payload }) => payload?.telltale_pruned === undefined)).toBe(true);
  });
});

describe('what was forgotten', () => {
  it('stays forgotten when it is sent again, and after a restart', async () => {
    const rules = { retention: { transcriptsDays: 10, eventsDays: 30 } };
    const store = stores.open(rules);
    await fill(store, three);
    await store.prune();
    await store.close();
    const again = stores.open(rules);
    const old = three[0] as Told;
    const results = await again.append(recordsOf(old));
    expect(results.every((result) => 'deleted' in result)).toBe(true);
    for (const offset of [undefined, 0]) {
      const lines = linesOf(old);
      const head = offset === undefined ? {} : { head: '9-9', size: 9999 };
      const place = offset === undefined ? {} : { offset };
      const result = await again.appendTranscript({ sessionId: 's-old', lines, ...head, ...place });
      expect(result).toMatchObject({ stored: 0 });
    }
    expect([eventsOf(again, 's-old'), entriesOf(again, 's-old')]).toEqual([[], []]);
  });

  it('does not keep a session from going on where it stood, also with late events', async () => {
    const rules = { retention: { transcriptsDays: 10, eventsDays: 30 } };
    const store = stores.open(rules);
    await fill(store, [{ id: 's-old', ageDays: 40, calls: 5 }]);
    await store.prune();
    const at = (n: number) => new Date(nowMs - n * 1000).toISOString();
    const goesOn = (n: number, name: string, more = {}) =>
      hookRecord({ session_id: 's-old', hook_event_name: name, ...more }, { id: `more-${n}`, receivedAt: at(n) });
    await store.append([goesOn(10, 'UserPromptSubmit', { prompt: 'and now' }), goesOn(2, 'Stop')]);
    await store.append([
      goesOn(5, 'PreToolUse', { tool_name: 'Read', tool_use_id: 'x', tool_input: { file_path: '/a' } }),
    ]);
    const told = sessionOf(store, 's-old');
    expect(told).toMatchObject({
      prompts: 2,
      tools: 6,
      title: 'the prompt of s-old',
      pruned: ['transcript', 'events'],
    });
    expect(told.startedAt).toBe(new Date(nowMs - 40 * day).toISOString());
    const lines = linesOf({ id: 's-old', ageDays: 0.01, calls: 2 }, 100);
    expect(await store.appendTranscript({ sessionId: 's-old', lines })).toMatchObject({ stored: 2 });
    expect(eventsOf(store, 's-old')).toHaveLength(3);
    await store.close();
    const again = stores.open(rules);
    expect(known(sessionOf(again, 's-old'))).toMatchObject({ prompts: 2, tools: 6 });
  });

  it('can be deleted for good, and is then known by nothing', async () => {
    const store = stores.open({ retention: { eventsDays: 30, transcriptsDays: 30 } });
    await fill(store, three);
    await store.prune();
    expect(await store.deleteSession('s-old')).toBe(true);
    expect(store.session('s-old', nowMs)).toBeUndefined();
    expect(await store.deleteSession('s-old')).toBe(false);
    expect((await store.append(recordsOf(three[0] as Told))).every((result) => 'deleted' in result)).toBe(true);
    expect(store.session('s-old', nowMs)).toBeUndefined();
  });
});

describe('by size', () => {
  const many = Array.from({ length: 30 }, (_, n) => ({ id: `s-${n}`, ageDays: 60 - n, calls: 20, result: 8000 }));

  it('takes the oldest first, no more than it must, and gives the disk back', async () => {
    const file = join(stores.folder(), 'telltale.db');
    const probe = stores.open();
    await fill(probe, many);
    await probe.close();
    const maxBytes = Math.round(statSync(file).size * 0.6);
    const store = stores.open({ retention: { maxBytes } });
    await store.prune();
    const report = await store.retention({});
    expect(report.problem).toBeUndefined();
    expect(report.databaseBytes).toBeLessThanOrEqual(maxBytes);
    expect(report.databaseBytes).toBeGreaterThan(maxBytes * 0.7);
    expect(report.last?.sessions.results).toBeGreaterThan(0);
    const pruned = many.map(({ id }) => sessionOf(store, id).pruned?.length ?? 0);
    expect([...pruned].sort((a, b) => b - a)).toEqual(pruned);
    expect(pruned.at(0)).toBeGreaterThan(0);
    expect(pruned.at(-1)).toBe(0);
    await store.close();
    expectWhole(file);
  });

  it('says so where the limit cannot be kept', async () => {
    const store = stores.open({ retention: { maxBytes: 100_000 } });
    await fill(store, many.slice(0, 3));
    for (const { id } of many.slice(0, 3)) await store.annotate({ sessionId: id, kind: 'pin' });
    await store.prune();
    expect((await store.retention({})).problem).toMatch(
      /^The database holds \d MB, and TELLTALE_MAX_DATABASE_MB is 1: /,
    );
  });
});

it('tells what each part takes and what would go, and what went is no longer told', async () => {
  const store = stores.open({ retention: { resultsDays: 30 } });
  await fill(store, three);
  await store.annotate({ sessionId: 's-mid', kind: 'pin' });
  const { parts, kept } = await store.retention({ events: 10 });
  expect(parts).toEqual([
    {
      part: 'results',
      bytes: expect.any(Number),
      sessions: 3,
      keepDays: 30,
      wouldFree: { days: 30, bytes: expect.any(Number), sessions: 1 },
    },
    { part: 'transcript', bytes: expect.any(Number), sessions: 3, wouldFree: { days: 90, bytes: 0, sessions: 0 } },
    {
      part: 'events',
      bytes: expect.any(Number),
      sessions: 3,
      wouldFree: { days: 10, bytes: expect.any(Number), sessions: 1 },
    },
  ]);
  for (const { bytes, wouldFree } of parts) expect(wouldFree.bytes).toBeLessThan(bytes);
  expect(parts[0]?.wouldFree.bytes).toBeGreaterThan(5000);
  expect(kept.sessions).toBe(1);
  await store.prune();
  const after = await store.retention({});
  expect(after.parts[0]?.wouldFree).toEqual({ days: 30, bytes: 0, sessions: 0 });
  expect(after).toMatchObject({ state: 'idle', last: { sessions: { results: 1, transcript: 0, events: 0 } } });
});

it.each(servedScenarios)('leaves every total of %s as it was, also when it is all sent again', async (recording) => {
  const laterMs = Date.now() + 400 * day;
  const open = () => stores.open({ now: () => laterMs });
  let store = open();
  for (const deliver of deliveriesOf(recording)) await deliver(store);
  await store.compressNow();
  const { sessionIds } = servedIn(recording);
  const totals = () =>
    sessionIds.map((id) => {
      const told = store.session(id, laterMs);
      return { id, cost: told?.costUsd, source: told?.costSource, tokens: told?.tokens, prompts: told?.prompts };
    });
  const before = totals();
  await store.prune({ resultsDays: 1, transcriptsDays: 1, eventsDays: 1 });
  expect(totals()).toEqual(before);
  await store.close();
  store = open();
  expect(totals()).toEqual(before);
  for (const deliver of deliveriesOf(recording)) await deliver(store);
  expect(totals()).toEqual(before);
  expect(sessionIds.flatMap((id) => eventsOf(store, id))).toEqual([]);
});

it('takes the words of what went out of the search, and leaves those of the rest in it', async () => {
  const store = stores.open();
  await fill(store, three);
  await store.indexNow();
  const hits = (q: string) => store.search({ q, order: 'newest', limit: 20, now: nowMs }).total.hits;
  expect([hits('prompt'), hits('"ls 3"')]).toEqual([3, 3]);
  await store.prune({ eventsDays: 30, transcriptsDays: 30 });
  await store.indexNow();
  expect([hits('prompt'), hits('"ls 3"')]).toEqual([2, 2]);
  await store.prune({ eventsDays: 10 });
  await store.indexNow();
  expect([hits('prompt'), hits('"ls 3"')]).toEqual([1, 1]);
});

import { statSync } from 'node:fs';
import { join } from 'node:path';
import type { Session } from '@telltale/core';
import { describe, expect, it } from 'vitest';
import { servedIn, servedScenarios } from '../../../../../packages/core/fixtures/served.ts';
import { deliveriesOf } from '../../../fixtures/recorded.ts';
import { hookRecord, testStores } from '../../../fixtures/test-store.ts';
import { openConnection } from '../connection.ts';
import type { AppendRecord } from '../records.ts';
import type { SqliteStore } from '../sqlite-store.ts';

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

/** Of the file, without free pages. */
function usedBytes(file: string): number {
  const database = openConnection(file, { readonly: true });
  const value = (name: string) => Number(database.pragma(name, { simple: true }));
  const bytes = (value('page_count') - value('freelist_count')) * value('page_size');
  database.close();
  return bytes;
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

describe('the newest events, which are not settled yet', () => {
  it('count in the sizes, and lose results and go as all others do', async () => {
    const store = stores.open();
    await fill(store, three.slice(0, 1));
    const settled = await store.retention({ results: 1, events: 1 });
    const bytesOf = ({ parts }: typeof settled, n: number) => parts[n]?.wouldFree.bytes ?? 0;
    await store.append(recordsOf({ id: 's-fresh', ageDays: 40, calls: 5 }));
    // What was told a moment ago is told for half a minute: another store looks anew.
    await store.close();
    const again = stores.open();
    const all = await again.retention({ results: 1, events: 1 });
    expect(bytesOf(all, 0) - bytesOf(settled, 0)).toBeGreaterThan(5 * 3000);
    expect(bytesOf(all, 2) - bytesOf(settled, 2)).toBeGreaterThan(12 * 250);
    expect(all.parts.map(({ sessions }) => sessions)).toEqual([2, 1, 2]);

    await again.prune({ resultsDays: 1 });
    const trimmed = await again.retention({ results: 1, events: 1 });
    expect([bytesOf(trimmed, 0), trimmed.parts[0]?.wouldFree.sessions]).toEqual([0, 0]);
    for (const { name, payload } of eventsOf(again, 's-fresh')) {
      expect(payload).toHaveProperty('hook_event_name');
      expect(name === 'PostToolUse').toBe(payload?.telltale_pruned !== undefined);
    }
    const before = sessionOf(again, 's-fresh');
    await again.prune({ eventsDays: 1 });
    expect([eventsOf(again, 's-fresh'), again.stats().events]).toEqual([[], 0]);
    expect(known(sessionOf(again, 's-fresh'))).toEqual(known(before));
    expect(
      (await again.append(recordsOf({ id: 's-fresh', ageDays: 40, calls: 5 }))).every((one) => 'deleted' in one),
    ).toBe(true);
  });
});

describe('a session that goes on after it was pruned', () => {
  const goesOn = (clock: number, from: number) => {
    const lines = linesOf({ id: 's-old', ageDays: (nowMs - clock) / day, calls: 3 }, from);
    const record = (n: number, name: string, more: Record<string, unknown> = {}) =>
      hookRecord(
        { session_id: 's-old', hook_event_name: name, ...more },
        { id: `on-${clock}-${n}`, receivedAt: new Date(clock + n * 1000).toISOString() },
      );
    const call = { tool_name: 'Bash', tool_use_id: `on-${clock}`, tool_input: { command: 'ls' } };
    return {
      lines,
      records: [
        record(0, 'UserPromptSubmit', { prompt: 'go on' }),
        record(1, 'PreToolUse', call),
        record(2, 'PostToolUse', { ...call, tool_response: { stdout: noise(7, 3000) } }),
        record(3, 'Stop'),
      ],
    };
  };
  const left = (store: SqliteStore) => [eventsOf(store, 's-old').length, entriesOf(store, 's-old').length];

  it.each([
    ['settled', true],
    ['fresh', false],
  ])(
    'is under the rules again when it is old again, by age and by size, and keeps its totals (%s)',
    async (_, settles) => {
      let clock = nowMs;
      const rules = { resultsDays: 5, transcriptsDays: 10, eventsDays: 30 };
      const store = stores.open({ now: () => clock, retention: rules });
      await fill(store, [{ id: 's-old', ageDays: 40, calls: 5 }]);
      await store.prune();
      expect(left(store)).toEqual([0, 0]);

      for (const round of [1, 2]) {
        const { records, lines } = goesOn(clock, 100 * round);
        await store.append(records);
        await store.appendTranscript({ sessionId: 's-old', lines });
        if (settles) await store.compressNow();
        const before = { ...known(sessionOf(store, 's-old')) };
        expect(before).toMatchObject({ prompts: 1 + round, tools: 5 + round });
        expect(left(store)).toEqual([4, 3]);
        clock += 6 * day;
        await store.prune();
        const results = eventsOf(store, 's-old').filter(({ name }) => name === 'PostToolUse');
        expect(results.map(({ payload }) => payload?.tool_response)).toEqual([undefined]);
        clock += 5 * day;
        await store.prune();
        expect(left(store)).toEqual([4, 0]);
        await store.annotate({ sessionId: 's-old', kind: 'pin' });
        clock += 20 * day;
        await store.prune();
        expect(left(store)).toEqual([4, 0]);
        await store.removeAnnotation(store.annotations({ limit: 1 }).items[0]?.id ?? '');
        await store.prune();
        expect(left(store)).toEqual([0, 0]);
        const {
          state: _,
          stateSince: __,
          ...told
        } = known(sessionOf(store, 's-old')) as Session & { stateSince?: string };
        expect(before).toMatchObject(told);
        const again = await store.append(records);
        expect(again.every((one) => 'deleted' in one)).toBe(true);
      }
      const { records, lines } = goesOn(clock, 900);
      await store.append(records);
      await store.appendTranscript({ sessionId: 's-old', lines });
      if (settles) await store.compressNow();
      await store.close();
      const small = stores.open({ now: () => clock + day, retention: { maxBytes: 1 } });
      await small.prune();
      expect(left(small)).toEqual([0, 0]);
      expect(sessionOf(small, 's-old')).toMatchObject({ prompts: 4, tools: 8 });
    },
  );
});

describe('events of no session', () => {
  const record = (n: number, ageDays: number): AppendRecord => {
    const payload = { words: `start-up ${n} ${noise(n, 400)}` };
    const at = new Date(nowMs - ageDays * day + n).toISOString();
    return {
      event: { id: `none-${n}`, source: 'otel', name: 'start_up', app: 'shop', at, summary: 'start-up', payload },
      payloadText: JSON.stringify(payload),
    };
  };
  const old = Array.from({ length: 700 }, (_, n) => record(n, 40));
  const young = Array.from({ length: 50 }, (_, n) => record(n + 1000, 3));
  const ids = (store: SqliteStore) =>
    store.events({ order: 'asc', limit: 1000, now: nowMs }).items.flatMap((one) => (one.sessionId ? [] : [one.id]));

  it.each([
    ['settled', true],
    ['fresh', false],
  ])('go by their own age, and what went stays forgotten (%s)', async (_, settles) => {
    const rules = { retention: { eventsDays: 30 } };
    const store = stores.open(rules);
    await fill(store, three);
    await store.annotate({ sessionId: 's-old', kind: 'pin' });
    const mixed = [...old.slice(0, 400), ...young, ...old.slice(400)];
    await store.append(structuredClone(mixed));
    if (settles) await store.compressNow();
    const { parts } = await store.retention({});
    expect(parts[2]).toMatchObject({ sessions: 3, wouldFree: { sessions: 0 } });
    expect(parts[2]?.wouldFree.bytes).toBeGreaterThan(settles ? 400 * 420 : 700 * 400);
    await store.prune();
    expect(ids(store)).toEqual(young.map(({ event }) => event.id));
    expect([store.stats().events, eventsOf(store, 's-old').length]).toEqual([36 + 50, 12]);
    await store.close();
    expectWhole(join(stores.folder(), 'telltale.db'));

    const again = stores.open(rules);
    const results = await again.append(structuredClone([...old, ...young]));
    expect(results.filter((one) => 'deleted' in one)).toHaveLength(700);
    expect(results.filter((one) => 'duplicateOf' in one)).toHaveLength(50);
    expect(again.stats().events).toBe(36 + 50);
  });

  it('go by size in the order of their age, beside sessions', async () => {
    const file = join(stores.folder(), 'telltale.db');
    const probe = stores.open();
    await fill(probe, [{ id: 's-newest', ageDays: 1, calls: 40, result: 8000 }]);
    await probe.append(structuredClone([...old, ...young]));
    await probe.compressNow();
    // Results and transcript would go first.
    await probe.prune({ resultsDays: 0.5, transcriptsDays: 0.5 });
    await probe.close();
    const smaller = stores.open({ retention: { maxBytes: usedBytes(file) - 50_000 } });
    await smaller.prune();
    const leftOver = ids(smaller);
    expect(leftOver.length).toBeLessThan(750);
    expect(leftOver.slice(-50)).toEqual(young.map(({ event }) => event.id));
    expect(eventsOf(smaller, 's-newest')).toHaveLength(82);
    const { problem } = await smaller.retention({});
    expect(problem).toBeUndefined();
  });
});

it('tells what it has freed while it goes, whatever comes meanwhile', async () => {
  const store = stores.open();
  await fill(
    store,
    Array.from({ length: 12 }, (_, n) => ({ id: `s-${n}`, ageDays: 40, calls: 40, result: 6000 })),
  );
  await store.indexNow();
  let isOver = false;
  const pruned = store.prune({ eventsDays: 30, transcriptsDays: 30 }).finally(() => {
    isOver = true;
  });
  const told: number[] = [];
  for (let n = 0; !isOver; n += 1) {
    await store.append(recordsOf({ id: `new-${n}`, ageDays: 0, calls: 3, result: 9000 }));
    const { state, last } = await store.retention({});
    if (state === 'running' && last) told.push(last.freedBytes);
  }
  await pruned;
  const { last } = await store.retention({});
  expect(told.filter((bytes) => bytes > 0).length).toBeGreaterThan(0);
  expect(last?.freedBytes).toBeGreaterThan(1_000_000);
  expect(Math.max(...told)).toBeLessThanOrEqual((last?.freedBytes ?? 0) * 1.5);
});

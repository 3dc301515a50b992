import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseFilter } from '@telltale/core';
import type { Analysis } from '@telltale/core/analysis';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { servedIn, servedScenarios, sumOf } from '../../../../packages/core/fixtures/served.ts';
import { point, requestRecord, telemetryRecord } from '../../fixtures/ledger-records.ts';
import { deliveriesOf } from '../../fixtures/recorded.ts';
import { hookRecord, testStores } from '../../fixtures/test-store.ts';
import type { SqliteStore } from '../store/sqlite-store.ts';
import type { AnalysisQuery } from './definition.ts';
import { type AnalysisName, analyses } from './table.ts';

const { open, folder } = testStores();
const now = Date.parse('2026-11-21T12:00:00.000Z');
const dayMs = 24 * 60 * 60_000;
const nanos = (usd: number | undefined) => Math.round((usd ?? Number.NaN) * 1e9);
const sum = (list: readonly number[]) => list.reduce((total, one) => total + one, 0);

const ask = (store: SqliteStore, name: AnalysisName, more: Partial<AnalysisQuery> = {}): Promise<Analysis> =>
  store.analyse({ name, from: 0, to: now + 30 * dayMs, now, prices: 'client', timeZone: 'UTC', limit: 1000, ...more });

const rowsOf = ({ rows }: Analysis) => Object.fromEntries(rows.map(({ label, values }) => [label, values]));

async function withRecordings(): Promise<SqliteStore> {
  const store = open();
  for (const recording of servedScenarios) {
    for (const deliver of deliveriesOf(recording)) await deliver(store);
    await takeHooks(store, recording);
  }
  return store;
}

/** What the hooks of the same run told. */
async function takeHooks(store: SqliteStore, recording: string): Promise<void> {
  let text = '';
  try {
    text = readFileSync(
      new URL(`../../../../packages/core/fixtures/hooks/${recording}.ndjson`, import.meta.url),
      'utf8',
    );
  } catch {
    return; // Telemetry alone was recorded.
  }
  const lines = text.trimEnd().split('\n');
  await store.append(
    lines.map((line, index) => {
      const { atMs, input } = JSON.parse(line) as { atMs: number; input: Record<string, unknown> };
      return hookRecord(input, { id: `${recording}-${index}`, receivedAt: new Date(atMs).toISOString() });
    }),
  );
}

describe('money', () => {
  it('is the sum of the sessions, and what the API served, in every grouping, zone and bucket', async () => {
    const store = await withRecordings();
    const sessions = store.sessions({ limit: 500, now }).items;
    const total = sum(sessions.map(({ costUsd = 0 }) => nanos(costUsd)));
    const served = sum(servedScenarios.map((recording) => sumOf(servedIn(recording).requests).micros));
    expect(total).toBe(Math.round(served * 1000));

    for (const by of Object.keys(analyses.spend.by))
      for (const timeZone of ['Asia/Kathmandu', 'America/Los_Angeles'])
        for (const bucket of ['hour', 'day'] as const) {
          const from = now - 60 * dayMs;
          const to = now + 20 * dayMs;
          const analysis = await ask(store, 'spend', { by, timeZone, bucket, from, to });
          expect(nanos(analysis.total.costUsd)).toBe(total);
          expect(sum(analysis.rows.map(({ values }) => nanos(values.costUsd)))).toBe(total);
          expect(sum(analysis.rows.flatMap(({ series }) => series?.costUsd ?? []).map(nanos))).toBe(total);
        }
    const tokens = await ask(store, 'tokens', { by: 'project' });
    expect(tokens.total.tokens).toBe(sum(sessions.flatMap(({ tokens }) => Object.values(tokens ?? {}))));
    const dearest = await ask(store, 'top-sessions');
    expect(Object.fromEntries(dearest.rows.map(({ key, values }) => [key, nanos(values.costUsd)]))).toEqual(
      Object.fromEntries(sessions.filter(({ tokens }) => tokens).map(({ id, costUsd }) => [id, nanos(costUsd)])),
    );
  });

  it('of parts of a time is the money of the whole, however it is cut', async () => {
    const store = await withRecordings();
    const whole = await ask(store, 'top-sessions');
    const [from, to] = [now - 30 * dayMs, now + 30 * dayMs];
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: from, max: to }), { maxLength: 6 }), async (cuts) => {
        const edges = [from, ...cuts.sort((a, b) => a - b), to];
        let parts = 0;
        for (const [index, edge] of edges.slice(1).entries())
          parts += nanos((await ask(store, 'top-sessions', { from: edges[index] ?? 0, to: edge })).total.costUsd ?? 0);
        expect(parts).toBe(nanos(whole.total.costUsd));
      }),
      { numRuns: 10 },
    );
  });

  it('keeps what a limit leaves out in one row', async () => {
    const store = await withRecordings();
    const all = await ask(store, 'top-sessions');
    const { rows, total, sessions } = await ask(store, 'top-sessions', { limit: 2 });
    expect({ total, sessions }).toEqual({ total: all.total, sessions: all.sessions });
    expect(rows.map(({ isRest }) => isRest)).toEqual([undefined, undefined, true]);
    expect(sum(rows.map(({ values }) => nanos(values.costUsd)))).toBe(nanos(all.total.costUsd));
  });

  it('can be told by the price table, and says what has no price and what no request explains', async () => {
    const store = open();
    const at = '2026-11-21T09:10:00.000Z';
    const of = { sessionId: 's-1', at };
    await store.append([
      requestRecord('r-1', { ...of, usd: 0.5 }),
      requestRecord('r-2', { ...of, usd: 0.25, model: 'claude-unheard-of-9' }),
    ]);
    await store.appendPoints([point('cost.usage', { ...of, value: 0.75, model: 'claude-opus-5-5' })]);
    const byClient = await ask(store, 'spend');
    expect(rowsOf(byClient)).toEqual({
      'claude-opus-5-5': { costUsd: 0.75, estimatedUsd: 0, unattributedUsd: 0.25, requests: 1, unpriced: 0 },
      'claude-unheard-of-9': { costUsd: 0.25, estimatedUsd: 0, unattributedUsd: 0, requests: 1, unpriced: 1 },
    });
    // A thousand tokens of input at $4 for a million; what only the metric knows stays.
    const byTable = await ask(store, 'spend', { prices: 'table' });
    expect(byTable.total).toMatchObject({ costUsd: 0.254, unpriced: 1 });
  });
});

it('money is told by where the model ran, as far as event or transcript say', async () => {
  const store = open();
  const at = '2026-11-21T09:10:00.000Z';
  const of = { sessionId: 's-1', at };
  await store.append([
    requestRecord('r-1', { ...of, usd: 1, payload: { inference_geo: 'us' } }),
    requestRecord('r-2', { ...of, usd: 2 }),
  ]);
  const { rows, total } = await ask(store, 'spend', { by: 'geo' });
  expect(rows.map(({ key, values: { costUsd } }) => [key, costUsd])).toEqual([
    ['not told', 2],
    ['us', 1],
  ]);
  expect(total.costUsd).toBe(3);
});

describe('days are those of the zone', () => {
  it.each([
    ['Europe/Berlin', '2026-10-25', ['2026-10-24T22:00:00.000Z', '2026-10-25T23:00:00.000Z']],
    ['Europe/Berlin', '2026-03-29', ['2026-03-28T23:00:00.000Z', '2026-03-29T22:00:00.000Z']],
    ['Asia/Kolkata', '2026-11-21', ['2026-11-20T18:30:00.000Z', '2026-11-21T18:30:00.000Z']],
  ])('%s, %s', async (timeZone, _day, [start = '', end = '']) => {
    const store = open();
    const ms = (iso: string, by = 0) => new Date(Date.parse(iso) + by).toISOString();
    // The last moment of the day before, the first and the last of the day, the first of the next.
    const times = [ms(start, -1), start, ms(end, -1), end];
    await store.append(
      times.map((at, index) => requestRecord(`r-${index}`, { sessionId: 's-1', at, usd: 10 ** index })),
    );
    const range = { from: Date.parse(start) - dayMs, to: Date.parse(end) + dayMs };
    const { buckets, rows } = await ask(store, 'spend', { timeZone, bucket: 'day', ...range });
    const first = buckets?.indexOf(start) ?? -1;
    expect(buckets?.[first + 1]).toBe(end);
    expect(rows[0]?.series?.costUsd?.slice(first - 1, first + 2)).toEqual([1, 110, 1000]);
  });
});

describe('sessions behind a number', () => {
  it('are told by row and bucket', async () => {
    const store = open();
    await store.append([
      requestRecord('r-1', { sessionId: 's-1', at: '2026-11-20T09:00:00.000Z', usd: 1, app: 'shop' }),
      requestRecord('r-2', { sessionId: 's-2', at: '2026-11-20T10:00:00.000Z', usd: 2, app: 'api' }),
      requestRecord('r-3', { sessionId: 's-3', at: '2026-11-21T09:00:00.000Z', usd: 4, app: 'api' }),
    ]);
    const behind = async (more: Partial<AnalysisQuery>) =>
      (await ask(store, 'spend', { by: 'project', bucket: 'day', ...more })).behind?.map(({ id }) => id);
    expect(await behind({})).toBeUndefined();
    expect(await behind({ row: 'api' })).toEqual(['s-3', 's-2']);
    expect(await behind({ at: Date.parse('2026-11-20T00:00:00.000Z') })).toEqual(['s-2', 's-1']);
    expect(await behind({ behind: 'all' })).toEqual(['s-3', 's-2', 's-1']);
    expect(await behind({ row: 'api', at: Date.parse('2026-11-20T00:00:00.000Z') })).toEqual(['s-2']);
    const { behindFilter = '' } = await ask(store, 'spend', { by: 'project', bucket: 'day', row: 'api' });
    const opened = parseFilter(behindFilter, { timeZone: 'UTC' }).filter;
    const costs = store.sessions({ filter: opened, limit: 10, now }).items.map(({ costUsd }) => costUsd);
    expect(costs.sort()).toEqual([2, 4]);
    const { filter } = parseFilter('app:shop', { timeZone: 'UTC' });
    expect((await ask(store, 'spend', { filter })).total.costUsd).toBe(1);
    expect((await ask(store, 'spend', { session: 's-2' })).total.costUsd).toBe(2);
    expect((await ask(store, 'spend', { app: 'api' })).total.costUsd).toBe(6);
  });
});

it('the sessions that a number opens are those it counts, however many they are', async () => {
  const store = open();
  const at = '2026-11-20T09:00:00.000Z';
  // Uuids, of which two begin alike, and ids that are none.
  const uuid = (n: number) => `${(n * 7919 + 0x10000000).toString(16)}-0000-4000-8000-000000000000`;
  const ids = [...Array.from({ length: 390 }, (_, n) => uuid(n)), `${uuid(3).slice(0, 8)}-1`, 'a, "b"'];
  await store.append(ids.map((sessionId, n) => requestRecord(`r-${n}`, { sessionId, at, usd: 1, app: 'api' })));
  const older = { sessionId: 'older', at: '2026-11-01T09:00:00.000Z', usd: 1, app: 'api' };
  await store.append([requestRecord('older', older)]);
  const opened = async () => {
    const range = { from: Date.parse('2026-11-19T00:00:00.000Z'), to: Date.parse('2026-11-21T00:00:00.000Z') };
    const { rows, behindFilter = '' } = await ask(store, 'spend', { by: 'project', row: 'api', ...range });
    const { filter, errors } = parseFilter(behindFilter, { timeZone: 'UTC' });
    expect(errors).toEqual([]);
    const found = store.sessions({ filter, limit: 1000, now }).items;
    expect(sum(found.map(({ costUsd = 0 }) => costUsd))).toBe(rows[0]?.values.costUsd);
    return { behindFilter, count: found.length };
  };
  const { behindFilter, count } = await opened();
  expect(count).toBe(392);
  // It goes into an address.
  expect(encodeURIComponent(behindFilter).length).toBeLessThan(8000);
  // More than can be named: by project and time.
  const more = Array.from({ length: 20 }, (_, n) =>
    requestRecord(`m-${n}`, { sessionId: `m-${n}`, at, usd: 1, app: 'api' }),
  );
  await store.append(more);
  expect(await opened()).toEqual({
    ...{ behindFilter: 'app:api since:2026-11-19T00:00:00.000Z until:2026-11-21T00:00:00.000Z', count: 412 },
  });
});

describe('sessions of which there is nothing but a transcript', () => {
  it('have their calls and steps counted; what no transcript tells is said to be unknown', async () => {
    const [plain, recorded] = ['transcripts', 'logs'] as const;
    const store = open();
    for (const deliver of deliveriesOf('tools', [plain])) await deliver(store);
    await store.takeCallsNow();
    const said = await ask(store, 'tools');
    const byHooks = open({ file: join(folder(), 'hooks.db') });
    for (const deliver of deliveriesOf('tools', [recorded])) await deliver(byHooks);
    await takeHooks(byHooks, 'tools');
    const heard = await ask(byHooks, 'tools');
    const counts = ({ rows }: Analysis) =>
      Object.fromEntries(rows.map(({ key, values: { calls, failures } }) => [key, { calls, failures }]));
    expect(counts(said)).toEqual(counts(heard));
    expect(said.total.durationSum).toBeGreaterThan(0);
    expect(said.unknown).toBeUndefined();
    expect((await ask(store, 'activity')).total.events).toBeGreaterThan(0);
    const unknown = { sessions: 1, reason: 'who allowed a call, and how long it waited, is in no transcript' };
    expect(await ask(store, 'waiting')).toMatchObject({ rows: [], unknown });
    expect(await ask(store, 'permissions')).toMatchObject({ rows: [], unknown });
    expect((await ask(byHooks, 'waiting')).unknown).toBeUndefined();

    // Its events come: from then on they tell, and nothing is counted twice.
    for (const deliver of deliveriesOf('tools', [recorded])) await deliver(store);
    await takeHooks(store, 'tools');
    expect(counts(await ask(store, 'tools'))).toEqual(counts(heard));
    await store.compressNow();
    await store.takeCallsNow();
    expect(counts(await ask(store, 'tools'))).toEqual(counts(heard));
    expect((await ask(store, 'activity')).total).toEqual((await ask(byHooks, 'activity')).total);
    expect((await ask(store, 'waiting')).unknown).toBeUndefined();
  });
});

describe('calls and permissions', () => {
  it('are as many as the sessions say, settled or fresh', async () => {
    const store = await withRecordings();
    const sessions = store.sessions({ limit: 500, now }).items;
    const before = await ask(store, 'tools', { by: 'session' });
    for (const { key, values } of before.rows) {
      const session = sessions.find(({ id }) => id === key);
      expect({ key, calls: values.calls, failures: values.failures }).toEqual({
        ...{ key, calls: session?.tools, failures: session?.failures },
      });
    }
    await store.compressNow();
    expect((await ask(store, 'tools', { by: 'session' })).rows).toEqual(before.rows);
  });

  it('of the recorded terminal: asked, allowed and refused, by whom', async () => {
    const store = open();
    for (const deliver of deliveriesOf('interactive', ['logs'])) await deliver(store);
    await takeHooks(store, 'interactive');
    const { rows } = await ask(store, 'permissions', { by: 'decider' });
    expect(rows.map(({ key, values: { asked, allowed, denied } }) => ({ key, asked, allowed, denied }))).toEqual([
      { key: 'user reject', asked: 1, allowed: 0, denied: 1 },
      { key: 'user temporary', asked: 1, allowed: 1, denied: 0 },
    ]);
  });

  it('that were given by hand are a bill, with the rule that would have answered', async () => {
    const store = open();
    const input = { tool_name: 'Bash', tool_input: { command: 'npm test -- a' } };
    const rules = [{ toolName: 'Bash', ruleContent: 'npm test:*' }];
    const permission_suggestions = [{ type: 'addRules', rules, behavior: 'allow', destination: 'localSettings' }];
    const fire = (hook_event_name: string, second: number, more = {}) =>
      hookRecord(
        { session_id: 's-1', cwd: '/p', hook_event_name, ...more },
        { id: `h-${second}`, receivedAt: new Date(now - dayMs + second * 1000).toISOString() },
      );
    await store.append([
      fire('PreToolUse', 0, { ...input, tool_use_id: 't-1' }),
      fire('PermissionRequest', 1, { ...input, permission_suggestions }),
      fire('PostToolUse', 41, { ...input, tool_use_id: 't-1', duration_ms: 10_000, tool_response: {} }),
      // Refused: nobody stood still for a rule that would have allowed it.
      fire('PreToolUse', 50, { ...input, tool_use_id: 't-2' }),
      fire('PermissionRequest', 51, { ...input, permission_suggestions }),
      fire('PermissionDenied', 61, { ...input, tool_use_id: 't-2' }),
    ]);
    const { rows } = await ask(store, 'waiting');
    expect(rows).toEqual([
      {
        ...{ key: 'Bash(npm test:*)', label: 'Bash(npm test:*)', sessions: 1 },
        values: { waitedMs: 30_000, allowed: 1, waitedP50: 30_000 },
        settings: JSON.stringify({ permissions: { allow: ['Bash(npm test:*)'] } }, null, 2),
      },
    ]);
  });

  it('that failed more than once are told, with what went wrong', async () => {
    const store = open();
    const call = (n: number, command: string) =>
      ['PreToolUse', 'PostToolUseFailure'].map((hook_event_name, step) =>
        hookRecord(
          {
            ...{ session_id: 's-1', cwd: '/p', hook_event_name, tool_use_id: `t-${n}` },
            ...{ tool_name: 'Bash', tool_input: { command } },
            ...(step === 1 && { error: 'Exit code 1\nno such test', duration_ms: 500 }),
          },
          { id: `f-${n}-${step}`, receivedAt: new Date(now - dayMs + n * 1000 + step * 500).toISOString() },
        ),
      );
    await store.append([...call(1, 'npm test'), ...call(2, 'npm test'), ...call(3, 'ls missing')]);
    const { rows } = await ask(store, 'failures');
    expect(rows.map(({ label, values, detail }) => ({ label, values, detail }))).toEqual([
      { label: 'Bash npm test', values: { failures: 2, lostMs: 1000 }, detail: 'p · exit 1 · no such test' },
    ]);
  });
});

describe('the API', () => {
  it('is told by model: requests, errors and how long answers took', async () => {
    const store = open();
    const at = (second: number) => new Date(now - dayMs + second * 1000).toISOString();
    const of = { sessionId: 's-1' };
    await store.append([
      ...[100, 200, 300].map((durationMs, index) =>
        requestRecord(`r-${index}`, {
          ...of,
          at: at(index),
          usd: 1,
          durationMs,
          payload: { ttft_ms: durationMs / 10 },
        }),
      ),
      telemetryRecord('api_error', { ...of, at: at(5), model: 'claude-opus-5-5', outcome: 'failed' }),
    ]);
    expect(rowsOf(await ask(store, 'api-health'))).toEqual({
      'claude-opus-5-5': {
        ...{ requests: 3, errors: 1, ttftP50: 20, ttftP95: 30, durationP50: 200, durationP95: 300 },
      },
    });
  });
});

it('cold returns cost what writing costs beyond reading', async () => {
  const store = open();
  const at = (minute: number) => new Date(now - dayMs + minute * 60_000).toISOString();
  const cached = (cache_read_tokens: number, cache_creation_tokens: number) => ({
    ...{ cache_read_tokens, cache_creation_tokens, query_source: 'repl_main_thread' },
  });
  await store.append([
    requestRecord('r-1', { sessionId: 's-1', at: at(0), usd: 1, payload: cached(0, 100_000) }),
    // Warm.
    requestRecord('r-2', { sessionId: 's-1', at: at(4), usd: 1, payload: cached(100_000, 1000) }),
    // Cold: 101,000 tokens were held, 5,000 are new.
    requestRecord('r-3', { sessionId: 's-1', at: at(20), usd: 1, payload: cached(0, 106_000) }),
  ]);
  const { total } = await ask(store, 'cold-returns');
  // $5 for a million written, $0.20 read.
  expect(total).toEqual({ lostUsd: 0.4848, returns: 1, tokens: 101_000, idleMs: 16 * 60_000 });
});

it('turns that failed cost all that their prompt cost, once, settled or fresh', async () => {
  const store = open();
  const at = '2026-11-21T09:00:00.000Z';
  const fail = (id: string, prompt_id: string) =>
    hookRecord(
      { session_id: 's-1', cwd: '/p', hook_event_name: 'StopFailure', error: 'overloaded', prompt_id },
      { id, receivedAt: at },
    );
  await store.append([
    requestRecord('r-1', { sessionId: 's-1', at, usd: 1, promptId: 'p-1' }),
    requestRecord('r-2', { sessionId: 's-1', at, usd: 2, promptId: 'p-1' }),
    requestRecord('r-3', { sessionId: 's-1', at, usd: 4, promptId: 'p-2' }),
    fail('f-1', 'p-1'),
  ]);
  const told = { costUsd: 3, turns: 1, requests: 2 };
  expect((await ask(store, 'failed-turns')).total).toEqual(told);
  await store.compressNow();
  await store.append([fail('f-2', 'p-1')]);
  expect((await ask(store, 'failed-turns')).total).toEqual(told);
});

it('a time that ends in a far future ends with the last of what is there', async () => {
  const store = open();
  const at = '2026-11-21T09:00:00.000Z';
  await store.append([requestRecord('r-1', { sessionId: 's-1', at, usd: 1 })]);
  const far = { from: 0, to: Date.UTC(2200, 0, 1), bucket: 'day' as const };
  expect(await ask(store, 'spend', far)).toMatchObject({ to: '2026-11-21T12:00:00.000Z', total: { costUsd: 1 } });
  // The newest 2000 days of all that was asked for.
  const { from, buckets = [], total } = await ask(store, 'spend', { ...far, from: 1 });
  expect([buckets.length, buckets.at(-1), total.costUsd]).toEqual([2000, '2026-11-21T00:00:00.000Z', 1]);
  expect(from).toBe(buckets[0]);
});

it('a model chooses requests, and elsewhere sessions that have one', async () => {
  const store = open();
  const at = '2026-11-21T09:00:00.000Z';
  const start = (session_id: string) =>
    hookRecord(
      { session_id, cwd: '/p', hook_event_name: 'SessionStart' },
      { id: `start-${session_id}`, receivedAt: at },
    );
  await store.append([
    ...[start('s-1'), start('s-2')],
    requestRecord('r-1', { sessionId: 's-1', at, usd: 1, model: 'claude-haiku-4-5' }),
    requestRecord('r-2', { sessionId: 's-1', at, usd: 2 }),
    requestRecord('r-3', { sessionId: 's-2', at, usd: 4 }),
  ]);
  const model = 'claude-haiku-4-5';
  expect((await ask(store, 'spend', { model })).total.costUsd).toBe(1);
  expect((await ask(store, 'api-health', { model })).total.requests).toBe(1);
  expect((await ask(store, 'sessions', { model })).total.started).toBe(1);
});

it('every analysis answers, by everything that it can be put by', async () => {
  const store = await withRecordings();
  for (const name of Object.keys(analyses) as AnalysisName[])
    for (const by of Object.keys(analyses[name].by)) {
      const { rows, sessions, measures } = await ask(store, name, { by });
      const [rank = { key: '' }] = measures;
      const ranks = rows.map(({ values }) => values[rank.key] ?? 0);
      expect(ranks, name).toEqual([...ranks].sort((a, b) => b - a));
      expect(sessions > 0, `${name} by ${by} counts sessions`).toBe(rows.length > 0);
    }
});

it('of nothing nothing is told', async () => {
  const store = open();
  for (const name of Object.keys(analyses) as AnalysisName[])
    expect(await ask(store, name, { from: now - dayMs, to: now })).toMatchObject({ rows: [], total: {}, sessions: 0 });
});

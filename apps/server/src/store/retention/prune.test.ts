import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { MetricPoint, Span } from '@telltale/core';
import { expect, it, onTestFinished } from 'vitest';
import { openConnection } from '../connection.ts';
import { createSqliteStore } from '../sqlite-store.ts';
import type { AppendRecord } from '../store.ts';

const day = 24 * 60 * 60_000;
const nowMs = Date.UTC(2026, 10, 21, 9);

function record(n: number, name: string, atMs: number, source: 'otel' | 'sdk' = 'otel'): AppendRecord {
  const payload = { n, words: `${name} ${'x'.repeat(200)}` };
  const at = new Date(atMs).toISOString();
  const sessionId = `s-${n % 3}`;
  return {
    event: { id: `${name}-${n}`, source, name, sessionId, app: 'shop', at, summary: name, payload },
    payloadText: JSON.stringify(payload),
  };
}

it('forgets old notes of the client with their batches, and nothing else', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'telltale-prune-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, 'telltale.db');
  const store = createSqliteStore({ file, compresses: false, now: () => nowMs, hookTelemetryDays: 7 });
  const records: AppendRecord[] = [];
  for (let n = 0; n < 2500; n += 1) {
    const old = nowMs - 8 * day + n;
    records.push(record(n, 'hook_registered', old), record(n, 'api_request', old));
    if (n % 10 === 0)
      records.push(record(n + 8000, 'hook_registered', old, 'sdk'), record(n + 5000, 'hook_registered', nowMs));
  }
  for (let from = 0; from < records.length; from += 500) await store.append(records.slice(from, from + 500));
  await store.compressNow();
  // The plan that was settled last may be under way, for all that the database says.
  await store.append([record(9999, 'api_request', nowMs)]);
  await store.compressNow();
  await store.pruneNow();

  const kept = records.filter(
    ({ event }) => event.name !== 'hook_registered' || event.at > '2026-11-14' || event.source === 'sdk',
  );
  const held = [];
  for (let after = 0; ; ) {
    const page = store.events({ limit: 1000, order: 'asc', after, now: nowMs });
    held.push(...page.items);
    if (page.next === null) break;
    after = page.next;
  }
  expect(held.map(({ id }) => id)).toEqual([...kept.map(({ event }) => event.id), 'api_request-9999']);
  expect(held.every(({ payload }) => typeof payload?.n === 'number')).toBe(true);
  expect(store.stats().events).toBe(held.length);
  await store.close();
  const database = openConnection(file, { readonly: true });
  const unused = database.prepare('SELECT count(*) FROM batches WHERE no NOT IN (SELECT batch FROM event_log)').pluck();
  expect(unused.get()).toBe(0);
  database.close();
});

it('keeps what lies in one batch with an old note, however far apart the two came', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'telltale-prune-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const store = createSqliteStore({ file: join(folder, 'telltale.db'), compresses: false, now: () => nowMs });
  const between = Array.from({ length: 6000 }, (_, n) => ({ ...record(3 * n + 1, 'api_request', nowMs) }));
  await store.append([record(0, 'hook_registered', nowMs - 8 * day), ...between]);
  await store.append([record(3, 'hook_registered', nowMs)]);
  await store.deleteSession('s-1');
  await store.compressNow();
  await store.append([record(2, 'api_request', nowMs)]);
  await store.compressNow();
  await store.pruneNow();
  const held = store.events({ limit: 10, order: 'asc', now: nowMs }).items;
  await store.close();
  expect(held.map(({ id, payload }) => [id, payload?.n])).toEqual([
    ['hook_registered-3', 3],
    ['api_request-2', 2],
  ]);
});

it('forgets old points, their series and spans in slices, and nothing of it comes back', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'telltale-prune-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, 'telltale.db');
  let clock = nowMs;
  const store = createSqliteStore({
    file,
    compresses: false,
    now: () => clock,
    telemetryDays: 90,
    hookTelemetryDays: 7,
  });
  const nanos = (ms: number) => String(BigInt(ms) * 1_000_000n);
  const point = (seriesId: string, n: number): MetricPoint => ({
    ...{ seriesId, name: 'claude_code.cost.usage', unit: 'USD', kind: 'sum', temporality: 'delta', isMonotonic: true },
    ...{ attributes: '{}', resource: '{}', start: nanos(nowMs), time: nanos(nowMs + n), value: n },
  });
  const span = (n: number): Span => ({
    ...{
      traceId: 'a'.repeat(32),
      spanId: n.toString(16).padStart(16, '0'),
      name: 'claude_code.interaction',
      status: 0,
    },
    ...{ start: nanos(nowMs), end: nanos(nowMs + n), attributes: '{}' },
  });
  const numbers = Array.from({ length: 2500 }, (_, n) => n);
  const sendAll = async () => {
    await store.appendPoints([...numbers.map((n) => point('old', n)), ...numbers.map((n) => point('goes on', n))]);
    await store.appendSpans(numbers.map(span));
    await store.append(numbers.map((n) => record(n, 'hook_registered', nowMs + n)));
    await store.compressNow();
    await store.append([record(clock, 'api_request', clock)]);
    await store.compressNow();
  };
  await sendAll();
  const late = 91 * day;
  await store.appendPoints([point('goes on', late)]);
  await store.appendSpans([span(late)]);
  await store.pruneNow();
  const database = openConnection(file, { readonly: true });
  const count = (of: string) => database.prepare<[], number>(`SELECT count(*) FROM ${of}`).pluck().get();
  const counts = () => ['metric_points', 'metric_series', 'spans', 'event_log', 'fresh_events'].map(count);
  // Nothing is old yet.
  expect(counts()).toEqual([5001, 2, 2501, 2501, 0]);

  clock = nowMs + late;
  await store.pruneNow();
  expect(counts()).toEqual([1, 1, 1, 1, 0]);
  await sendAll();
  expect(counts()).toEqual([1, 1, 1, 2, 0]);
  // A series that is new again gets a row again.
  await store.appendPoints([point('old', late)]);
  expect(counts()).toEqual([2, 2, 1, 2, 0]);
  database.close();
  await store.close();
});

it('takes notes again when the clock had been years ahead for a while', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'telltale-prune-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  let now = nowMs + 4 * 365 * day;
  const store = createSqliteStore({ file: join(folder, 'telltale.db'), compresses: false, now: () => now });
  await store.pruneNow();
  now = nowMs;
  const [note] = await store.append([record(1, 'hook_registered', nowMs)]);
  await store.pruneNow();
  const [old] = await store.append([record(2, 'hook_registered', nowMs - 8 * day)]);
  await store.close();
  expect(note).toHaveProperty('stored');
  expect(old).toEqual({ deleted: true });
});

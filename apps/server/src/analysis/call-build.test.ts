import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { builtInPrices, readLogs } from '@telltale/core';
import type { Analysis } from '@telltale/core/analysis';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { otlpBodies, otlpContext } from '../../../../packages/core/fixtures/otlp.ts';
import { hookRecord, testStores } from '../../fixtures/test-store.ts';
import { openConnection } from '../store/connection.ts';
import { createPayloads } from '../store/payloads.ts';
import type { SqliteStore } from '../store/sqlite-store.ts';
import type { AppendRecord } from '../store/store.ts';
import { createAnalyst } from './analyst.ts';
import type { AnalysisQuery } from './definition.ts';
import type { AnalysisName } from './table.ts';

const now = Date.parse('2026-11-21T12:00:00.000Z');
const dayMs = 24 * 60 * 60_000;
const stores = testStores({ now: () => now });
const { open } = stores;

/** Beside the store, as its thread does it, without the time that a thread takes to begin. */
function analystOf(store: SqliteStore, file: string) {
  store.sessions({ limit: 1, now });
  const database = openConnection(file, { readonly: true });
  const payloads = createPayloads(database);
  const analyst = createAnalyst(database, { payloads, prices: builtInPrices });
  const ask = (name: AnalysisName, more: Partial<AnalysisQuery> = {}): Analysis =>
    analyst.run({ ...{ name, from: 0, to: now + 900 * dayMs, now, limit: 1000 }, ...whole, ...more });
  const close = () => {
    payloads.close();
    database.close();
  };
  return { ask, close };
}

const whole = { prices: 'client', timeZone: 'UTC' } as const;

/** All that is said of calls and steps, in every way. */
function everythingOf(store: SqliteStore, file: string, range: Partial<AnalysisQuery> = {}) {
  const analyst = analystOf(store, file);
  const asked = [
    ...['tool', 'agent', 'session'].map((by) => ['tools', by] as const),
    ...['decider', 'tool'].map((by) => ['permissions', by] as const),
    ...[['failures', 'call'] as const, ['waiting', 'rule'] as const, ['activity', 'hour'] as const],
  ];
  const told: Record<string, Pick<Analysis, 'rows' | 'total' | 'sessions' | 'unknown'>> = {};
  for (const [name, by] of asked) {
    const { rows, total, sessions, unknown } = analyst.ask(name, { by, ...range });
    told[`${name} by ${by}`] = { rows: rows.map(sorted), total, sessions, ...(unknown && { unknown }) };
  }
  analyst.close();
  return told;
}

/** How many calls are kept as rows, by kind. */
function pagesIn(file: string): Record<string, number> {
  const database = openConnection(file, { readonly: true });
  const rows = database.prepare<[], { kind: string; calls: number }>(
    'SELECT kind, sum(calls) AS calls FROM call_pages GROUP BY kind',
  );
  const pages = Object.fromEntries(rows.all().map(({ kind, calls }) => [kind, calls]));
  database.close();
  return pages;
}

function wordsIn(file: string): number {
  const database = openConnection(file, { readonly: true });
  const count = database.prepare<[], number>('SELECT count(words) FROM call_pages').pluck().get() ?? 0;
  database.close();
  return count;
}

/** Of several failures of one call the first one that is met tells what went wrong. */
const sorted = ({ detail: _, ...row }: Analysis['rows'][number]) => row;

/** Hooks and telemetry of a recording, stretched so that its calls lie minutes apart, in the order of their times. */
function stretched(recording: string, factor: number): AppendRecord[] {
  const file = new URL(`../../../../packages/core/fixtures/hooks/${recording}.ndjson`, import.meta.url);
  const hooks = readFileSync(file, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line, index) => {
      const { atMs, input } = JSON.parse(line) as { atMs: number; input: Record<string, unknown> };
      return hookRecord(input, { id: `${recording}-${index}`, receivedAt: new Date(atMs).toISOString() });
    });
  const hasLogs = !['mixed-batch', 'background-subagent'].includes(recording);
  const bodies = hasLogs ? otlpBodies(`${recording}-logs`) : [];
  const logs = bodies.flatMap((body) => readLogs(body, otlpContext).records);
  const records = [...hooks, ...logs].sort((a, b) => (a.event.at < b.event.at ? -1 : 1));
  const first = Date.parse(records[0]?.event.at ?? '');
  for (const { event } of records) event.at = new Date(first + (Date.parse(event.at) - first) * factor).toISOString();
  return records;
}

describe('calls that are kept as rows', () => {
  it.each([
    ...['tools', 'subagents', 'interactive'].map((recording) => ({ recording, isLong: true })),
    ...['denied', 'tasks', 'mixed-batch', 'background-subagent'].map((recording) => ({ recording, isLong: false })),
  ])(
    'are those of the events, however much of them is taken when: $recording',
    async ({ recording, isLong }) => {
      const plainFile = join(stores.folder(), 'plain.db');
      const plain = open({ file: plainFile });
      await plain.append(stretched(recording, 300));
      const told = everythingOf(plain, plainFile);
      const { calls } = told['tools by tool']?.total ?? {};
      expect(calls).toBeGreaterThan(0);
      let run = 0;
      await fc.assert(
        fc.asyncProperty(
          fc.array(fc.tuple(fc.nat({ max: 9 }), fc.nat({ max: 6 }), fc.boolean()), { maxLength: 12 }),
          // Which records come late, by how many places.
          fc.array(fc.tuple(fc.nat({ max: 200 }), fc.integer({ min: 1, max: 40 })), { maxLength: 2 }),
          async (steps, delays) => {
            run += 1;
            const file = join(stores.folder(), `taken-${run}.db`);
            const store = open({ file });
            const records = stretched(recording, 300);
            for (const [from, by] of delays) records.splice(from + by, 0, ...records.splice(from % records.length, 1));
            for (const [count, keepFresh, takes] of steps) {
              await store.append(records.splice(0, count));
              await store.compressNow({ keepFresh });
              if (takes) await store.takeCallsNow();
            }
            await store.append(records);
            expect(everythingOf(store, file)).toEqual(told);
            await store.compressNow();
            expect(everythingOf(store, file)).toEqual(told);
            await store.takeCallsNow();
            expect(everythingOf(store, file)).toEqual(told);
            const { settled = 0, open: stillOpen = 0 } = pagesIn(file);
            expect(settled + stillOpen).toBe(calls);
            if (isLong) expect(settled).toBeGreaterThan(0);
            await store.close();
          },
        ),
        { numRuns: 5 },
      );
    },
    60_000,
  );
});

describe('calls of a session whose events go', () => {
  const rowsOf = (told: Record<string, { total: Record<string, number> }>, name: string) => told[name]?.total;

  it('by age: its numbers stay, its words go, and what comes afterwards is added', async () => {
    const file = join(stores.folder(), 'aged.db');
    const laterMs = now + 40 * dayMs;
    const records = stretched('tools', 300);
    const { sessionId = '' } = records[0]?.event ?? {};
    const store = open({ file, now: () => laterMs, retention: { eventsDays: 30 } });
    await store.append(records.slice(0, -6));
    await store.compressNow();
    const before = everythingOf(store, file);
    await store.append(records.slice(-6));
    const told = everythingOf(store, file);
    expect(rowsOf(told, 'tools by tool')?.calls).toBeGreaterThanOrEqual(rowsOf(before, 'tools by tool')?.calls ?? 0);
    await store.pruneNow();
    expect(store.events({ sessionId, order: 'asc', limit: 10, now }).items).toEqual([]);
    const after = everythingOf(store, file);
    for (const name of [
      'tools by tool',
      'tools by agent',
      'tools by session',
      'permissions by decider',
      'activity by hour',
    ])
      expect(after[name], name).toEqual(told[name]);
    expect(wordsIn(file)).toBe(0);

    // Sent again it stays forgotten; a call that comes now is one more.
    await store.append(stretched('tools', 300));
    expect(everythingOf(store, file)).toEqual(after);
    const call = {
      session_id: sessionId,
      cwd: '/p',
      tool_name: 'Bash',
      tool_use_id: 'later',
      tool_input: { command: 'ls' },
    };
    const later = (hook_event_name: string, id: string) =>
      hookRecord({ ...call, hook_event_name }, { id, receivedAt: new Date(laterMs - 1000).toISOString() });
    await store.append([later('PreToolUse', 'later-1'), later('PostToolUse', 'later-2')]);
    const calls = (rowsOf(after, 'tools by tool')?.calls ?? 0) + 1;
    expect(rowsOf(everythingOf(store, file), 'tools by tool')).toMatchObject({ calls });
    await store.compressNow();
    await store.takeCallsNow();
    expect(rowsOf(everythingOf(store, file), 'tools by tool')).toMatchObject({ calls });
  });

  it('by hand: nothing of it is left', async () => {
    const file = join(stores.folder(), 'deleted.db');
    const records = stretched('tools', 300);
    const store = open({ file });
    await store.append(records);
    await store.compressNow();
    await store.takeCallsNow();
    expect(pagesIn(file)).not.toEqual({});
    await store.deleteSession(records[0]?.event.sessionId ?? '');
    expect(pagesIn(file)).toEqual({});
    expect(rowsOf(everythingOf(store, file), 'activity by hour')).toEqual({});
  });
});

import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isRejection, parseHook } from '@telltale/core';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createSqliteStore, type SqliteStore } from './sqlite-store.ts';
import type { AppendRecord } from './store.ts';

const marker = 'quokka-4711';
const startMs = Date.UTC(2026, 10, 21, 9, 0, 0);
const problems: unknown[] = [];
let folder: string;
let store: SqliteStore;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'telltale-delete-'));
  problems.length = 0;
  store = createSqliteStore({
    file: join(folder, 'telltale.db'),
    compresses: false,
    onProblem: (problem, error) => problems.push([problem, error]),
  });
});
afterEach(async () => {
  await store.close().catch(() => {
    // The test closed it itself.
  });
  rmSync(folder, { recursive: true, force: true });
  expect(problems).toEqual([]);
});

/** Small and large payloads, so that whole pages and parts of pages are freed. */
function record(sessionId: string, n: number, word: string): AppendRecord {
  const time = new Date(startMs + n * 1000).toISOString();
  const payload = {
    session_id: sessionId,
    hook_event_name: 'PostToolUse',
    tool_name: `mcp__${word}__look`,
    tool_use_id: `t-${sessionId}-${n}`,
    tool_input: { query: `${word} ${'x'.repeat((n % 7) * 3000)} ${word}` },
    tool_response: {},
  };
  const event = parseHook(payload, {
    id: `${sessionId}-${n}`,
    at: time,
    app: `app-${word}`,
    origin: { install: 'project', pid: 7, host: `host-${word}`, user: `user-${word}` },
    receivedAt: time,
  });
  if (isRejection(event)) throw new Error(event.rejected);
  return { event, payloadText: JSON.stringify(payload) };
}

function transcript(sessionId: string, word: string) {
  const lines = Array.from({ length: 40 }, (_, n) => {
    const text = JSON.stringify({
      ...{
        type: 'user',
        uuid: `${word}-${n}`,
        timestamp: new Date(startMs).toISOString(),
        gitBranch: `branch-${word}`,
      },
      message: { content: `${word} ${'y'.repeat(n * 300)}` },
    });
    return { text, bytes: text.length + 1 };
  });
  return { sessionId, lines, head: '1-1', size: 1_000_000, offset: 0 };
}

function filesWith(text: string): string[] {
  return readdirSync(folder).filter((name) => readFileSync(join(folder, name)).includes(text));
}

it('leaves nothing of the session on disk, and everything of the others', async () => {
  for (let n = 0; n < 60; n += 1) await store.append([record('s-1', n, marker), record('s-2', n, 'wombat')]);
  await store.appendTranscript(transcript('s-1', marker));
  await store.appendTranscript(transcript('s-2', 'wombat'));
  // Half of them settled: moved from table to table.
  await store.compressNow({ keepFresh: 60 });
  for (let n = 60; n < 90; n += 1) await store.append([record('s-1', n, marker), record('s-2', n, 'wombat')]);
  store.sessions({ limit: 10, now: startMs });
  expect(filesWith(marker)).not.toEqual([]);
  const others = store.events({ sessionId: 's-2', limit: 1000, order: 'asc', now: startMs });

  expect(await store.deleteSession('s-1')).toBe(true);
  expect(existsSync(join(folder, 'telltale.db'))).toBe(true);
  expect(filesWith(marker)).toEqual([]);
  expect(store.events({ sessionId: 's-2', limit: 1000, order: 'asc', now: startMs })).toEqual(others);
  expect(filesWith('wombat')).not.toEqual([]);
  expect(store.facets()).toMatchObject({
    apps: ['app-wombat'],
    tools: ['mcp__wombat__look'],
    users: ['user-wombat'],
    branches: ['branch-wombat'],
  });

  expect(await store.append([record('s-1', 1, marker)])).toEqual([{ deleted: true }]);
  expect(store.transcriptOffset({ sessionId: 's-1', head: '1-1', size: 1_000_000 })).toBe(1_000_000);
  expect(await store.appendTranscript(transcript('s-1', marker))).toMatchObject({ stored: 0 });
  expect(store.session('s-1', startMs)).toBeUndefined();
  await store.close();
  expect(filesWith(marker)).toEqual([]);
});

it('loses nothing of a session that was deleted before it was known', async () => {
  expect(await store.deleteSession('s-1')).toBe(false);
  expect(await store.append([record('s-1', 1, marker)])).toMatchObject([{ stored: { seq: 1 } }]);
});

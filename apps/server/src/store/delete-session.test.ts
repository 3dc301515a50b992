import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { hookRecord, testStores } from '../../fixtures/test-store.ts';
import { openConnection } from './connection.ts';
import type { SqliteStore } from './sqlite-store.ts';
import type { AppendRecord } from './store.ts';

const marker = 'quokka-4711';
const startMs = Date.UTC(2026, 10, 21, 9, 0, 0);
/** Everything of `record` below 1000 is before it. */
const deletedAtMs = startMs + 1_000_000;
const { folder, open } = testStores({ now: () => deletedAtMs });
let store: SqliteStore;
beforeEach(() => {
  store = open();
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
  return hookRecord(payload, {
    id: `${sessionId}-${n}`,
    app: `app-${word}`,
    origin: { install: 'project', pid: 7, host: `host-${word}`, user: `user-${word}` },
    receivedAt: time,
  });
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
  return readdirSync(folder()).filter((name) => readFileSync(join(folder(), name)).includes(text));
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
  expect(existsSync(join(folder(), 'telltale.db'))).toBe(true);
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
  const { offset: _, head: __, ...unplaced } = transcript('s-1', marker);
  expect(await store.appendTranscript(unplaced)).toMatchObject({ stored: 0, duplicates: 40 });
  expect(store.session('s-1', startMs)).toBeUndefined();
  await store.close();
  expect(filesWith(marker)).toEqual([]);
});

describe('a session that goes on after it was deleted', () => {
  const later = (n: number, word = 'wombat') => record('s-1', 1000 + n, word);
  const line = (fields: Record<string, unknown>) => {
    const text = JSON.stringify(fields);
    return { text, bytes: Buffer.byteLength(text) + 1 };
  };
  const at = (ms: number) => new Date(deletedAtMs + ms).toISOString();
  const sizeOf = (lines: readonly { bytes: number }[]) => lines.reduce((sum, { bytes }) => sum + bytes, 0);
  const told = () => ({
    events: store.events({ sessionId: 's-1', limit: 100, order: 'asc', now: deletedAtMs }).items.map(({ id }) => id),
    tools: store.session('s-1', deletedAtMs + 10_000)?.tools,
    lines: store.transcript({ sessionId: 's-1', limit: 100 }).items.map(({ line: { n } }) => n),
  });

  it('lives again from there on, and a re-send of what was deleted stays deleted, whatever time it tells', async () => {
    for (let n = 0; n < 40; n += 1) await store.append([record('s-1', n, marker)]);
    await store.compressNow({ keepFresh: 20 });
    const [copy] = [record('s-1', 39, marker)];
    copy.event.id = 'the second install’s copy';
    copy.event.origin = { ...copy.event.origin, install: 'global' };
    expect(await store.append([copy])).toEqual([{ duplicateOf: 40 }]);
    await store.deleteSession('s-1');

    const sentAgain = [copy, ...Array.from({ length: 40 }, (_, n) => record('s-1', n, marker))];
    const atAnotherTime = sentAgain.map((again) => ({ ...again, event: { ...again.event, at: at(5000) } }));
    const isAllDeleted = (results: readonly object[]) => results.every((result) => 'deleted' in result);
    expect(isAllDeleted(await store.append(atAnotherTime))).toBe(true);
    expect(store.session('s-1', deletedAtMs)).toBeUndefined();

    expect(await store.append([later(1), record('s-1', 3, marker), later(2)])).toMatchObject([
      { stored: { seq: 41 } },
      { deleted: true },
      { stored: { seq: 42 } },
    ]);
    expect(told()).toMatchObject({ events: ['s-1-1001', 's-1-1002'] });
    await store.close();
    expect(filesWith(marker)).toEqual([]);
    store = open();
    expect(isAllDeleted(await store.append(atAnotherTime))).toBe(true);
    expect(await store.append([later(2)])).toEqual([{ duplicateOf: 42 }]);
    expect(told()).toMatchObject({ events: ['s-1-1001', 's-1-1002'], tools: 2 });
  });

  it('goes on in its transcript where it was deleted', async () => {
    const before = [line({ type: 'user', uuid: 'a', timestamp: at(-2000), n: 1 }), line({ type: 'mode', n: 2 })];
    const notHereYet = [line({ type: 'user', uuid: 'b', timestamp: at(-1000), n: 3 }), line({ type: 'mode', n: 4 })];
    const after = [line({ type: 'user', uuid: 'c', timestamp: at(1000), n: 5 }), line({ type: 'mode', n: 6 })];
    const file = { sessionId: 's-1', head: '1-1', size: sizeOf([...before, ...notHereYet]) };
    await store.append([record('s-1', 1, 'wombat')]);
    await store.appendTranscript({ ...file, offset: 0, lines: before });
    await store.deleteSession('s-1');
    expect(await store.deleteSession('s-1')).toBe(false);

    // A sweep brings what was written before, and nothing comes back.
    expect(store.transcriptOffset(file)).toBe(sizeOf(before));
    expect(await store.appendTranscript({ ...file, offset: 0, lines: before })).toEqual({
      expectedOffset: sizeOf(before),
    });
    expect(await store.appendTranscript({ ...file, offset: sizeOf(before), lines: notHereYet })).toEqual({
      ...{ stored: 0, duplicates: 2, nextOffset: file.size },
    });
    expect(store.session('s-1', deletedAtMs)).toBeUndefined();
    expect(store.transcriptOffset(file)).toBe(file.size);

    await store.append([later(1)]);
    const longer = { ...file, size: file.size + sizeOf(after) };
    expect(await store.appendTranscript({ ...longer, offset: file.size, lines: after })).toEqual({
      ...{ stored: 2, duplicates: 0, nextOffset: longer.size },
    });
    expect(told()).toEqual({ events: ['s-1-1001'], tools: 1, lines: [5, 6] });

    // Written anew: the next generation of the file, read from its beginning.
    const anew = { ...longer, head: '2-2', offset: 0, lines: [...before, ...notHereYet, ...after.slice(0, 1)] };
    expect(await store.appendTranscript(anew)).toMatchObject({ stored: 0, duplicates: 5 });
    expect(told().lines).toEqual([5, 6]);
    // Without a place in the file, as other senders have it.
    await store.appendTranscript({
      sessionId: 's-1',
      lines: [...before.slice(0, 1), line({ type: 'x', uuid: 'd', n: 7 })],
    });
    expect(told().lines).toEqual([5, 6, 7]);
  });

  it('comes back by its transcript alone, with what was written since', async () => {
    const lines = [line({ type: 'user', uuid: 'a', timestamp: at(-1), n: 1 })];
    const more = [line({ type: 'user', uuid: 'b', timestamp: at(0), n: 2, message: { content: 'go on' } })];
    const file = { sessionId: 's-1', head: '1-1', size: sizeOf([...lines, ...more]) };
    await store.appendTranscript({ ...file, offset: 0, lines });
    await store.deleteSession('s-1');
    await store.appendTranscript({ ...file, offset: sizeOf(lines), lines: more });
    expect(told().lines).toEqual([2]);
    expect(store.session('s-1', deletedAtMs)).toMatchObject({ title: 'go on', prompts: 1 });
  });

  it('does not show again what a subagent was for, and shows it of a new one', async () => {
    const meta = (agentId: string) => ({ sessionId: 's-1', agentId, isMeta: true, lines: [line({ n: agentId })] });
    await store.append([record('s-1', 1, 'wombat')]);
    await store.appendTranscript(meta('old'));
    const said = line({ type: 'user', uuid: 'a', timestamp: at(-1), n: 1 });
    await store.appendTranscript({ sessionId: 's-1', agentId: 'old', head: '1-1', offset: 0, lines: [said] });
    await store.deleteSession('s-1');

    await store.appendTranscript(meta('old'));
    await store.appendTranscript(meta('new'));
    expect(store.session('s-1', deletedAtMs)).toBeUndefined();
    await store.append([later(1)]);
    await store.appendTranscript(meta('old'));
    await store.appendTranscript(meta('new'));
    expect(told().lines).toEqual(['new']);
  });

  it('can be deleted again', async () => {
    await store.append([record('s-1', 1, marker)]);
    await store.deleteSession('s-1');
    await store.append([later(1, marker)]);
    expect(await store.deleteSession('s-1')).toBe(true);
    expect(filesWith(marker)).toEqual([]);
    expect(await store.append([record('s-1', 1, marker), later(1, marker), later(2)])).toMatchObject([
      { deleted: true },
      { deleted: true },
      { stored: {} },
    ]);
    expect(store.stats().events).toBe(1);
    expect(store.sessions({ limit: 10, now: deletedAtMs }).items).toMatchObject([{ id: 's-1', tools: 1 }]);
  });
});

it('keeps a session deleted as a whole that an older Telltale deleted: its records are not remembered', async () => {
  await store.close();
  const database = openConnection(join(folder(), 'telltale.db'));
  database.prepare("INSERT INTO tombstones (session_id, deleted_at, is_whole) VALUES ('s-1', ?, 1)").run(startMs);
  database.close();
  store = open();
  expect(await store.append([record('s-1', 1, marker)])).toEqual([{ deleted: true }]);
  expect(await store.appendTranscript(transcript('s-1', marker))).toMatchObject({ stored: 0, nextOffset: 1_000_000 });
  expect(store.transcriptOffset({ sessionId: 's-1', size: 7 })).toBe(7);
});

it('tells that a session is gone before anything that it does afterwards', async () => {
  await store.append([record('s-1', 1, 'wombat')]);
  const order: string[] = [];
  await Promise.all([
    store.deleteSession('s-1', () => order.push('deleted')),
    store.append([record('s-1', 2, 'wombat')]).then(() => order.push('stored')),
  ]);
  // Whichever of the two came first in the transaction, the page ends with what the store holds.
  const isThere = store.session('s-1', startMs) !== undefined;
  expect(order).toEqual(isThere ? ['deleted', 'stored'] : ['stored', 'deleted']);
});

it('loses nothing of a session that was deleted before it was known', async () => {
  expect(await store.deleteSession('s-1')).toBe(false);
  expect(await store.append([record('s-1', 1, marker)])).toMatchObject([{ stored: { seq: 1 } }]);
});

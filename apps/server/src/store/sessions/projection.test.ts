import { copyFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseFilter, type Session, type TranscriptEntry } from '@telltale/core';
import { beforeEach, describe, expect, it } from 'vitest';
import { entriesOf, sessionsOf } from '../../../../../packages/core/fixtures/transcript.ts';
import { hookRecord, testStores } from '../../../fixtures/test-store.ts';
import { openConnection } from '../connection.ts';
import type { SqliteStore, SqliteStoreOptions } from '../sqlite-store.ts';
import type { AppendRecord } from '../store.ts';

const startMs = Date.UTC(2026, 10, 21, 9, 0, 0);
const minute = 60_000;
const day = 24 * 60 * minute;
const { folder, open } = testStores();
let store: SqliteStore;
beforeEach(() => {
  store = open();
});

async function reopen(options: Partial<SqliteStoreOptions> = {}): Promise<void> {
  await store.close();
  store = open(options);
}

let made = 0;
/** A hook event; `at` in ms after the start. */
function hook(input: Record<string, unknown>, at: number, { pid = 7, host = 'box' } = {}): AppendRecord {
  made += 1;
  const payload = { session_id: 's-1', cwd: '/home/dev/shop', hook_event_name: 'Stop', ...input };
  const time = new Date(startMs + at).toISOString();
  const origin = { install: 'project', pid, host };
  return hookRecord(payload, { id: `id-${made}`, app: 'shop', origin, receivedAt: time });
}
const prompt = (at: number, input: Record<string, unknown> = {}, origin = {}) =>
  hook({ hook_event_name: 'UserPromptSubmit', prompt: 'Mend it', ...input }, at, origin);
const edit = (sessionId: string, at: number) =>
  hook(
    {
      session_id: sessionId,
      hook_event_name: 'PostToolUse',
      tool_name: 'Edit',
      tool_use_id: `t-${sessionId}`,
      tool_input: { file_path: '/home/dev/shop/cart.ts' },
      tool_response: {},
    },
    at,
  );

function chunkOf(entries: readonly TranscriptEntry[], sessionId: string, agentId?: string) {
  const lines = entries.map(({ line }) => {
    const text = JSON.stringify(line);
    return { text, bytes: Buffer.byteLength(text) + 1 };
  });
  return { sessionId, lines, ...(agentId !== undefined && { agentId }) };
}
const userLine = (line: Record<string, unknown>): TranscriptEntry => ({
  seq: 0,
  sessionId: '',
  type: 'user',
  line: { type: 'user', timestamp: new Date(startMs).toISOString(), message: { content: 'Mend it' }, ...line },
});

/** The session's file and those of its subagents, with a meta file each. */
async function sendTranscript(scenario: string, id: string): Promise<void> {
  const entries = entriesOf(scenario, id);
  for (const agentId of new Set(entries.map((entry) => entry.agentId))) {
    await store.appendTranscript(
      chunkOf(
        entries.filter((entry) => entry.agentId === agentId),
        id,
        agentId,
      ),
    );
  }
}

const listed = (filter: string, now: number) =>
  store
    .sessions({ limit: 100, now, filter: parseFilter(filter).filter })
    .items.map(({ id }) => id)
    .sort();
const eventsFound = (filter: string, now: number) =>
  store.events({ limit: 100, order: 'asc', now, filter: parseFilter(filter).filter }).items.length;

describe('a session that only its transcript tells', () => {
  const [id = ''] = sessionsOf('subagents');

  it('has its tools, failures, subagents, model and title', async () => {
    await sendTranscript('subagents', id);
    expect(store.session(id, Date.UTC(2027, 0))).toMatchObject({
      knownFrom: 'transcript',
      title: expect.stringContaining('Have two helpers look'),
      model: 'claude-opus-5-5',
      prompts: 1,
      tools: 6,
      failures: 1,
      subagents: 2,
      state: 'ended',
      agents: [
        { type: 'Explore' },
        { type: 'general-purpose', description: 'Look at left.txt', tools: 2, failures: 1 },
      ],
    });
    expect(store.facets().models).toEqual(['claude-opus-5-5']);
    expect(listed('model:claude-opus-5-5', Date.UTC(2027, 0))).toEqual([id]);
  });

  it('works while its rows come, and has ended when they have not come for long', async () => {
    await store.appendTranscript(chunkOf([userLine({ cwd: '/home/dev/shop', gitBranch: 'fix' })], 's-1'));
    expect(store.session('s-1', startMs + minute)).toMatchObject({ state: 'working', group: 'working', app: 'shop' });
    expect(listed('is:working branch:fix', startMs + minute)).toEqual(['s-1']);
    expect(listed('is:working', startMs + 16 * minute)).toEqual([]);
    expect(listed('is:ended', startMs + 16 * minute)).toEqual(['s-1']);
  });

  it('is as complete after a crash as its entries are', async () => {
    await sendTranscript('subagents', id);
    const expected = store.session(id, Date.UTC(2027, 0));
    const crashed = join(folder(), 'crashed');
    mkdirSync(crashed);
    for (const ending of ['', '-wal'])
      copyFileSync(join(folder(), `telltale.db${ending}`), join(crashed, `t.db${ending}`));
    const after = open({ file: join(crashed, 't.db') });
    expect(after.session(id, Date.UTC(2027, 0))).toEqual(expected);
    expect(after.sessions({ limit: 10, now: Date.UTC(2027, 0) }).items).toEqual([expected]);
    await after.close();
  });
});

it('gives a session with events what only its transcript knows', async () => {
  await store.append([prompt(0)]);
  const line = { cwd: '/home/dev/shop', gitBranch: 'fix', forkedFrom: { sessionId: 's-0' }, sessionId: 's-1' };
  const title = { seq: 0, sessionId: 's-1', type: 'ai-title', line: { type: 'ai-title', aiTitle: 'Cart mended' } };
  const answer = userLine({ type: 'assistant', message: { model: 'opus', content: [] } });
  await store.appendTranscript(chunkOf([userLine(line), title, answer], 's-1'));
  const known = { branch: 'fix', title: 'Cart mended', model: 'opus', parentSessionId: 's-0', knownFrom: 'events' };
  expect(store.session('s-1', startMs)).toMatchObject(known);
  expect(store.sessions({ limit: 1, now: startMs }).items).toMatchObject([known]);
  expect(listed('branch:fix model:opus', startMs)).toEqual(['s-1']);
  expect(eventsFound('branch:fix model:opus', startMs)).toBe(1);
  expect(store.facets()).toMatchObject({ branches: ['fix'], models: ['opus'] });
});

describe('the process of a session', () => {
  let isGone: boolean | undefined;
  beforeEach(() => {
    isGone = undefined;
    return reopen({ processGone: ({ host }) => (host === 'box' ? isGone : undefined) });
  });
  const stateAt = (now: number) => {
    const session = store.session('s-1', now);
    const inList = store.sessions({ limit: 9, now }).items.find(({ id }) => id === 's-1');
    expect(inList).toEqual(session);
    for (const [word, states] of Object.entries({ lost: ['lost'], ended: ['ended'], working: ['working'] })) {
      const isIt = states.includes(session?.state ?? '');
      expect([word, listed(`is:${word}`, now)]).toEqual([word, isIt ? ['s-1'] : []]);
      expect([word, eventsFound(`is:${word}`, now) > 0]).toEqual([word, isIt]);
    }
    return session?.state;
  };

  it('loses it at once when it is gone in the middle of a turn, in views and in filters', async () => {
    isGone = false;
    await store.append([prompt(0)]);
    expect(stateAt(startMs + minute)).toBe('working');
    isGone = true;
    expect(stateAt(startMs + 2 * minute)).toBe('lost');
  });

  it('ends it when it is gone after a turn', async () => {
    isGone = false;
    await store.append([prompt(0), hook({}, 1000)]);
    expect(stateAt(startMs + minute)).toBe('idle');
    isGone = true;
    expect(stateAt(startMs + minute)).toBe('ended');
  });

  it('does not lose it while it lives, however silent', async () => {
    isGone = false;
    const call = {
      hook_event_name: 'PreToolUse',
      tool_name: 'Bash',
      tool_use_id: 't',
      tool_input: { command: 'make' },
    };
    await store.append([prompt(0), hook(call, 1000)]);
    expect(stateAt(startMs + 3 * 60 * minute)).toBe('working');
    isGone = undefined;
    expect(stateAt(startMs + 3 * 60 * minute)).toBe('lost');
  });

  it('takes silence for lost where nobody knows', async () => {
    await store.append([prompt(0, {}, { host: 'elsewhere' })]);
    isGone = true;
    expect(stateAt(startMs + 14 * minute)).toBe('working');
    expect(stateAt(startMs + 15 * minute)).toBe('lost');
  });

  it('is found by its groups as time passes', async () => {
    await store.append([prompt(0), hook({}, 1000)]);
    expect(listed('is:idle', startMs + minute)).toEqual(['s-1']);
    for (const [now, group] of [
      [startMs + 2000, 'your-turn'],
      [startMs + 29 * minute, 'your-turn'],
      [startMs + 31 * minute, 'quiet'],
    ] as const) {
      expect(store.session('s-1', now)?.group).toBe(group);
      eventsFound('is:idle', now);
      expect(groupInFile()).toBe(group);
    }
  });

  function groupInFile(): unknown {
    const database = openConnection(join(folder(), 'telltale.db'), { readonly: true });
    try {
      return database.prepare("SELECT group_name FROM sessions WHERE id = 's-1'").pluck().get();
    } finally {
      database.close();
    }
  }
});

describe('two sessions that edit one file', () => {
  const conflicts = (session: Session | undefined) => session?.trouble.map(({ kind }) => kind);

  it('are both in trouble, until one ends or half an hour has passed', async () => {
    await store.append([prompt(0, { session_id: 'a' }), edit('a', 1000), hook({ session_id: 'a' }, 1500)]);
    expect(conflicts(store.session('a', startMs + 2000))).toEqual([]);
    expect(listed('is:trouble', startMs + 2000)).toEqual([]);
    await store.append([prompt(2000, { session_id: 'b' }), edit('b', 3000), hook({ session_id: 'b' }, 3500)]);
    for (const id of ['a', 'b']) expect(conflicts(store.session(id, startMs + 4000))).toEqual(['edit-conflict']);
    expect(listed('is:trouble', startMs + 4000)).toEqual(['a', 'b']);

    expect(listed('is:trouble', startMs + 31 * minute)).toEqual([]);
    for (const id of ['a', 'b']) expect(store.session(id, startMs + 31 * minute)?.group).not.toBe('trouble');

    await store.append([hook({ session_id: 'b', hook_event_name: 'SessionEnd' }, 5000)]);
    expect(conflicts(store.session('a', startMs + 6000))).toEqual([]);
    expect(listed('is:trouble', startMs + 6000)).toEqual([]);
  });

  it('are found after a restart', async () => {
    await store.append([edit('a', 1000), edit('b', 3000)]);
    await reopen();
    expect(listed('is:trouble', startMs + 4000)).toEqual(['a', 'b']);
  });
});

it('knows the session before a /clear, whichever is told first, also after a restart', async () => {
  const end = hook({ session_id: 'a', hook_event_name: 'SessionEnd', reason: 'clear' }, 1000);
  const start = hook({ session_id: 'b', hook_event_name: 'SessionStart', source: 'clear' }, 1100);
  await store.append([start]);
  expect(store.session('b', startMs + 2000)?.parentSessionId).toBeUndefined();
  await store.append([prompt(0, { session_id: 'a' }), end]);
  expect(store.session('b', startMs + 2000)?.parentSessionId).toBe('a');
  await reopen();
  expect(store.session('b', startMs + 2000)?.parentSessionId).toBe('a');
});

it('makes the sessions of an older version again by itself, exactly as they were', async () => {
  const [id = ''] = sessionsOf('subagents');
  await sendTranscript('subagents', id);
  await store.append([prompt(0), edit('s-1', 1000), prompt(2000, { session_id: 's-2' })]);
  await store.appendTranscript({
    ...chunkOf([userLine({ gitBranch: 'fix', cwd: '/home/dev/shop' })], 's-1'),
    app: 'x',
  });
  await store.appendTranscript({ ...chunkOf([userLine({ cwd: '/home/dev/shop' })], 's-3'), app: 'told' });
  const now = startMs + day;
  const ids = [id, 's-1', 's-2', 's-3'];
  const expected = { sessions: ids.map((one) => store.session(one, now)), facets: store.facets() };

  await store.close();
  const database = openConnection(join(folder(), 'telltale.db'));
  database.exec(`
    UPDATE sessions SET fold_version = 1, fold = '{"old":true}', branch = NULL, model = NULL, look_at = NULL,
      transcript = CASE id WHEN 's-3' THEN '{"app":"told","prompts":1}' ELSE '{"prompts":1}' END;
    DELETE FROM facets WHERE kind IN ('branches', 'models')`);
  store = open();
  await expect
    .poll(() => database.prepare('SELECT count(*) FROM sessions WHERE fold_version = 1').pluck().get(), {
      timeout: 50_000,
    })
    .toBe(0);
  database.close();
  expect({ sessions: ids.map((one) => store.session(one, now)), facets: store.facets() }).toEqual(expected);
  expect(listed('branch:fix', now)).toEqual(['s-1']);
});

import { join } from 'node:path';
import { parseFilter } from '@telltale/core';
import { beforeEach, describe, expect, it } from 'vitest';
import { hookRecord, testStores } from '../../fixtures/test-store.ts';
import { openConnection } from './connection.ts';
import type { SqliteStore } from './sqlite-store.ts';
import type { AppendRecord, AppendResult, EventQuery } from './store.ts';

const startMs = Date.UTC(2026, 10, 21, 9, 0, 0);
const { folder, open, openCrashed } = testStores();
let store: SqliteStore;
beforeEach(() => {
  store = open();
});

let made = 0;
const nextId = () => {
  made += 1;
  return `id-${made}`;
};
/** A record as a hook makes it; `at` in seconds after the start. */
function record(
  input: Record<string, unknown>,
  { id = nextId(), at = made, install = 'project', pid = 7 } = {},
): AppendRecord {
  const payload = { session_id: 's-1', cwd: '/home/dev/shop', hook_event_name: 'Stop', ...input };
  const time = new Date(startMs + at * 1000).toISOString();
  return hookRecord(payload, { id, app: 'shop', origin: { install, pid }, receivedAt: time });
}

const append = async (...records: AppendRecord[]) => store.append(records);
const seqsOf = (results: readonly AppendResult[]) =>
  results.map((result) =>
    'stored' in result ? result.stored.seq : 'deleted' in result ? 'deleted' : -result.duplicateOf,
  );
const all = (query: Partial<EventQuery> = {}) =>
  store.events({ limit: 1000, order: 'asc', now: startMs, ...query }).items;

describe('append', () => {
  it('gives each event the next seq and tells it whole', async () => {
    const sent = record({
      hook_event_name: 'PreToolUse',
      tool_name: 'Bash',
      tool_use_id: 't1',
      tool_input: { command: 'ls' },
    });
    const [result] = await append(sent);
    const expected = { ...sent.event, seq: 1 };
    expect(result).toEqual({ stored: expected });
    expect(store.event(1)).toEqual(expected);
    expect(all()).toEqual([expected]);
    expect(store.seq).toBe(1);
  });

  it('gives what tells no project, telemetry and alerts, the project of its session', async () => {
    await append(record({ hook_event_name: 'SessionStart' }));
    const { event, payloadText } = record({ hook_event_name: 'x' });
    for (const source of ['otel', 'alert', 'hook'] as const)
      await append({ event: { ...event, id: source, source, app: 'unknown' }, payloadText });
    expect(all().map(({ app }) => app)).toEqual(['shop', 'shop', 'shop', 'unknown']);
  });

  it('stores the same id once, in one transaction, in two, and after it was settled', async () => {
    const first = record({ prompt: 'a' }, { id: 'same' });
    const again = () => record({ prompt: 'a' }, { id: 'same' });
    expect(seqsOf((await Promise.all([append(first), append(again()), append(again(), again())])).flat())).toEqual([
      1, -1, -1, -1,
    ]);
    expect(seqsOf(await append(again()))).toEqual([-1]);
    await store.compressNow();
    expect(seqsOf(await append(again()))).toEqual([-1]);
    expect(all()).toHaveLength(1);
    expect(store.stats()).toMatchObject({ events: 1, stored: 1, duplicates: 5 });
  });

  it('keeps two equal events with ids of their own', async () => {
    expect(seqsOf(await append(record({ prompt: 'a' }), record({ prompt: 'a' })))).toEqual([1, 2]);
  });

  it('rejects one bad record without its neighbours', async () => {
    const broken = record({});
    Object.assign(broken.event, { summary: undefined });
    const results = await Promise.allSettled([append(record({})), append(broken), append(record({}))]);
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(all().map(({ seq }) => seq)).toEqual([1, 2]);
  });

  it('counts what is beside a part that was rolled back once, in the first transaction of all, too', async () => {
    const broken = record({});
    Object.assign(broken.event, { summary: undefined });
    const results = await Promise.allSettled([append(record({})), append(record({}), broken)]);
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
    expect(store.stats()).toMatchObject({ events: 1, stored: 1, duplicates: 0 });
  });

  it('stores everything of a crowd, each once, in transactions of bounded size', async () => {
    const results = await Promise.all(Array.from({ length: 3000 }, () => append(record({}))));
    expect(new Set(seqsOf(results.flat())).size).toBe(3000);
    expect(store.stats().events).toBe(3000);
  });
});

describe('the same hooks installed twice', () => {
  const hook = (install: string, prompt = 'go', at = 10) =>
    record({ hook_event_name: 'UserPromptSubmit', prompt }, { install, at });

  it('is one event per pair and marks the session', async () => {
    expect(seqsOf(await append(hook('project'), hook('global')))).toEqual([1, -1]);
    expect(store.session('s-1', startMs)?.installedTwice).toBe(true);
    expect(store.session('s-1', startMs)?.prompts).toBe(1);
  });

  it('matches the nth of one install with the nth of the other, in any order of arrival', async () => {
    expect(seqsOf(await append(...['a', 'b', 'b', 'a', 'a', 'b'].map((install) => hook(install))))).toEqual([
      1,
      -1,
      3 - 1,
      -2,
      3,
      -3,
    ]);
  });

  it('keeps two honest equal events of one install', async () => {
    expect(seqsOf(await append(hook('project'), hook('project')))).toEqual([1, 2]);
    expect(store.session('s-1', startMs)?.installedTwice).toBeUndefined();
  });

  it('knows the id of a copy when it is sent again', async () => {
    const copy = hook('global');
    await append(hook('project'), copy);
    const again = { ...copy, event: { ...copy.event } };
    expect(seqsOf(await append(again))).toEqual([-1]);
    expect(all()).toHaveLength(1);
  });

  it('keeps equal bytes of another process, another text, and another time', async () => {
    const other = record({ hook_event_name: 'UserPromptSubmit', prompt: 'go' }, { install: 'global', at: 10, pid: 8 });
    const results = await append(hook('project'), other, hook('global', 'stop'), hook('plugin', 'go', 60));
    expect(seqsOf(results)).toEqual([1, 2, 3, 4]);
  });
});

describe('sessions', () => {
  const call = (tool_use_id: string, hook_event_name: string, at: number) =>
    record(
      { hook_event_name, tool_name: 'Bash', tool_use_id, tool_input: { command: 'ls' }, tool_response: {} },
      { at, id: `${at}-${hook_event_name}` },
    );
  const story = () => [
    record({ hook_event_name: 'SessionStart', source: 'startup' }, { at: 0, id: 'start' }),
    record({ hook_event_name: 'UserPromptSubmit', prompt: 'tidy up' }, { at: 1, id: 'prompt' }),
    ...Array.from({ length: 200 }, (_, step) => [
      call(`t${step}`, 'PreToolUse', 2 + step),
      call(`t${step}`, 'PostToolUse', 2.5 + step),
    ]).flat(),
    record({ hook_event_name: 'Stop', last_assistant_message: 'done' }, { at: 300, id: 'stop' }),
  ];

  it('folds a shuffled delivery into the identical session', async () => {
    await append(...story());
    const expected = store.session('s-1', startMs + 400_000);
    expect(expected).toMatchObject({ tools: 200, prompts: 1, state: 'idle', title: 'tidy up', lastLine: 'done' });
    for (const shuffle of [(list: AppendRecord[]) => list.reverse(), interleaved]) {
      store = open({ file: join(folder(), `${shuffle.name || 'reversed'}.db`) });
      for (const one of shuffle(story())) await append(one);
      await expect.poll(() => store.session('s-1', startMs + 400_000), { timeout: 15_000 }).toEqual(expected);
    }
  });

  it('takes a long spool of late events without folding all of them again and again', async () => {
    await append(record({ hook_event_name: 'Stop' }, { at: 100_000 }));
    const late = Array.from({ length: 4000 }, (_, at) =>
      record({ hook_event_name: 'UserPromptSubmit', prompt: 'x' }, { at }),
    );
    const before = process.cpuUsage();
    for (let from = 0; from < late.length; from += 50) {
      await Promise.all(late.slice(from, from + 50).map((one) => append(one)));
      store.session('s-1', startMs);
    }
    const { user } = process.cpuUsage(before);
    await expect.poll(() => store.session('s-1', startMs)?.prompts, { timeout: 60_000 }).toBe(4000);
    // Folding everything at each of the 80 looks would be 80 × 2000 events on average. Others are busy here, too.
    expect(user / 1000).toBeLessThan(5000);
  }, 90_000);

  it('is the same after a restart, and after a crash before it was written', async () => {
    await append(...story());
    const expected = store.session('s-1', startMs);
    const crashed = openCrashed();
    await store.close();
    store = open();
    expect(store.session('s-1', startMs)).toEqual(expected);
    expect(crashed.session('s-1', startMs)).toEqual(expected);
    expect(crashed.stats().events).toBe(403);
  });

  it('is made again when the fold has a new version', async () => {
    await append(...story());
    const expected = store.session('s-1', startMs);
    await store.close();
    const database = openConnection(join(folder(), 'telltale.db'));
    database.exec(`UPDATE sessions SET fold_version = 0.5, fold = '{"broken":true}'`);
    database.close();
    store = open();
    expect(store.session('s-1', startMs)).toEqual(expected);
  });

  it('lists by last event, page by page, with a filter', async () => {
    for (let n = 0; n < 7; n += 1) {
      await append(record({ session_id: `s-${n}`, hook_event_name: n % 2 ? 'Stop' : 'SessionEnd' }, { at: 100 - n }));
    }
    const ids: string[] = [];
    for (let cursor: string | undefined; ; ) {
      const page = store.sessions({ limit: 3, now: startMs, ...(cursor !== undefined && { cursor }) });
      ids.push(...page.items.map(({ id }) => id));
      if (page.next === null) break;
      cursor = page.next;
    }
    expect(ids).toEqual(['s-0', 's-1', 's-2', 's-3', 's-4', 's-5', 's-6']);
    const { filter } = parseFilter('is:ended');
    expect(store.sessions({ limit: 10, now: startMs, filter }).items.map(({ id }) => id)).toEqual([
      's-0',
      's-2',
      's-4',
      's-6',
    ]);
    expect(store.sessions({ limit: 10, now: startMs, filter: parseFilter('name:Stop').filter }).items).toHaveLength(3);
  });

  it('is lost when its process is gone', async () => {
    await store.close();
    store = open({ processGone: ({ pid }) => pid === 7 });
    await append(record({ hook_event_name: 'UserPromptSubmit', prompt: 'x' }));
    expect(store.session('s-1', Date.parse(all()[0]?.at ?? ''))?.state).toBe('lost');
  });
});

describe('events', () => {
  /** Half settled, half fresh: pages go over the border. */
  async function fill(count = 40) {
    for (let n = 1; n <= count; n += 1) {
      await append(
        record(
          {
            session_id: `s-${n % 3}`,
            hook_event_name: n % 4 ? 'PreToolUse' : 'Stop',
            tool_name: 'Bash',
            tool_use_id: `t${n}`,
            note: `number ${n} Straße`,
          },
          { at: n },
        ),
      );
    }
    await store.compressNow({ keepFresh: count / 2 });
  }

  it('pages in both directions over settled and fresh events', async () => {
    await fill();
    const expected = Array.from({ length: 40 }, (_, index) => index + 1);
    for (const order of ['asc', 'desc'] as const) {
      const seqs: number[] = [];
      for (let at: number | null = order === 'asc' ? 0 : 1000; at !== null; ) {
        const page = store.events({
          limit: 7,
          order,
          now: startMs,
          ...(order === 'asc' ? { after: at } : { before: at }),
        });
        seqs.push(...page.items.map(({ seq }) => seq));
        at = page.next;
      }
      expect(seqs).toEqual(order === 'asc' ? expected : expected.reverse());
    }
  });

  it('finds by session, name, tool, time, text and filter, settled or not', async () => {
    await fill();
    const seqs = (query: Partial<EventQuery>) => all(query).map(({ seq }) => seq);
    const time = (at: number) => new Date(startMs + at * 1000).toISOString();
    expect(seqs({ sessionId: 's-0' })).toEqual([3, 6, 9, 12, 15, 18, 21, 24, 27, 30, 33, 36, 39]);
    expect(seqs({ name: 'Stop', sessionId: 's-0' })).toEqual([12, 24, 36]);
    expect(seqs({ toolName: 'Bash', from: time(19), to: time(21) })).toEqual([19, 20, 21]);
    expect(seqs({ text: 'NUMBER 2 STRASSE'.replace('STRASSE', 'Straße') })).toEqual([2]);
    expect(seqs({ text: 'number 39' })).toEqual([39]);
    expect(seqs({ filter: parseFilter('session:s-1 -name:Stop "number 3"').filter })).toEqual([31, 34, 37]);
    expect(seqs({ sessionId: 'nobody' })).toEqual([]);
  });

  it('finds what touched a sensitive file, and the sessions with it, settled or not', async () => {
    const hook = (session: string, name: string, n: number, sensitive?: string) => {
      const body = { session_id: session, hook_event_name: name, tool_name: 'Read', tool_use_id: `t-${n}` };
      const record = hookRecord(body, { id: `${session}-${n}`, receivedAt: new Date(startMs + n).toISOString() });
      return sensitive === undefined ? record : { ...record, event: { ...record.event, sensitive } };
    };
    const found = (text: string) => all({ filter: parseFilter(text).filter }).map(({ id }) => id);
    const sessions = (text: string) =>
      store.sessions({ limit: 10, now: startMs, filter: parseFilter(text).filter }).items.map(({ id }) => id);
    await store.append([hook('s-1', 'PostToolUse', 1, '.env'), hook('s-2', 'PostToolUse', 2)]);
    await store.compressNow();
    await store.append([hook('s-3', 'PostToolUse', 3, 'k.pem'), hook('s-3', 'Stop', 4)]);
    expect(all({ filter: parseFilter('is:sensitive').filter }).map(({ sensitive }) => sensitive)).toEqual([
      '.env',
      'k.pem',
    ]);
    expect(found('-is:sensitive')).toEqual(['s-2-2', 's-3-4']);
    expect(sessions('is:sensitive').sort()).toEqual(['s-1', 's-3']);
    expect(sessions('is:sensitive name:Stop')).toEqual([]);
    expect(sessions('-is:sensitive')).toEqual(['s-2']);
  });

  it('gives payloads back byte for byte after compression', async () => {
    const records = Array.from({ length: 300 }, (_, n) =>
      record({ session_id: `s-${n % 5}`, hook_event_name: 'Odd', text: 'ä€😀\u0000"\\'.repeat(n), deep: [[n]] }),
    );
    const before = records.map(({ event }) => structuredClone(event.payload));
    await append(...records);
    await store.compressNow();
    expect(all().map(({ payload }) => payload)).toEqual(before);
    expect(store.event(7)?.payload).toEqual(before[6]);
  });

  it('tidies up after a settling that a crash broke off, and loses nothing', async () => {
    const records = Array.from({ length: 600 }, (_, n) => record({ session_id: `s-${n % 3}`, note: `n ${n}` }));
    await append(...records);
    await store.compressNow({ keepFresh: 300 });
    await store.close();
    const database = openConnection(join(folder(), 'telltale.db'));
    const count = () => database.prepare('SELECT count(*) AS n FROM batches').get();
    const before = count();
    // A plan that came as far as its batches.
    database.exec(`
      UPDATE meta SET value = (SELECT max(no) FROM batches) || ' 301' WHERE key = 'settle_plan';
      INSERT INTO batches (search_texts, payloads) SELECT search_texts, payloads FROM batches LIMIT 2`);
    database.close();
    store = open();
    await store.compressNow();
    expect(all().map(({ payload }) => payload?.note)).toEqual(records.map((_, n) => `n ${n}`));
    const after = openConnection(join(folder(), 'telltale.db'), { readonly: true });
    expect(before).toEqual({ n: 3 });
    expect(after.prepare('SELECT count(*) AS n FROM batches').get()).toEqual({ n: 6 });
    after.close();
  });

  it('leaves out large payloads when asked to, and says their size', async () => {
    const large = record({ text: 'x'.repeat(9000) });
    await append(large, record({}));
    const [first, second] = all({ maxPayloadBytes: 8192 });
    expect(first).toMatchObject({ payloadBytes: large.payloadText.length });
    expect(first).not.toHaveProperty('payload');
    expect(second?.payload).toBeDefined();
  });

  it('counts the pulse and remembers what the filter box can be completed with', async () => {
    await fill();
    const pulse = store.pulse({ from: startMs, bucketMs: 10_000, buckets: 5 });
    expect(pulse.buckets.map(({ events }) => events)).toEqual([9, 10, 10, 10, 1]);
    expect(store.facets()).toMatchObject({ apps: ['shop'], tools: ['Bash'], names: ['PreToolUse', 'Stop'] });
  });
});

describe('deleteSession', () => {
  it('takes everything of it, leaves the others whole, and stays deleted', async () => {
    const of = (session_id: string) =>
      Array.from({ length: 100 }, (_, n) => record({ session_id, note: `${session_id} ${n}` }));
    const [a, b] = [of('a'), of('b')];
    await append(...a.flatMap((one, index) => [one, b[index] ?? one]));
    await store.compressNow({ keepFresh: 50 });
    await store.appendTranscript({
      sessionId: 'a',
      offset: 0,
      head: '1-1',
      lines: [{ text: '{"type":"user","uuid":"u"}', bytes: 27 }],
    });

    expect(await store.deleteSession('a')).toBe(true);
    expect(all().map(({ payload }) => payload?.note)).toEqual(b.map((_, n) => `b ${n}`));
    expect(store.session('a', startMs)).toBeUndefined();
    expect(store.transcript({ sessionId: 'a', limit: 10 }).items).toEqual([]);
    expect(store.stats()).toMatchObject({ events: 100, sessions: 1 });
    expect(seqsOf(await append(a[0] ?? record({})))).toEqual(['deleted']);
    expect(await store.deleteSession('a')).toBe(false);

    const newest = store.seq;
    await store.close();
    store = open();
    expect(seqsOf(await append(a[1] ?? record({}), record({ session_id: 'b' })))).toEqual(['deleted', newest + 1]);
  });

  it('never gives the seq of a deleted event to another', async () => {
    await append(record({ session_id: 'a' }));
    await store.deleteSession('a');
    await store.close();
    store = open();
    expect(seqsOf(await append(record({ session_id: 'b' })))).toEqual([2]);
  });
});

describe('transcripts', () => {
  const line = (fields: Record<string, unknown>) => {
    const text = JSON.stringify(fields);
    return { text, bytes: Buffer.byteLength(text) + 1 };
  };
  const lines = [
    line({ type: 'user', uuid: 'u1', timestamp: '2026-11-21T09:00:00.000Z' }),
    line({ type: 'mode' }),
    line({ type: 'mode' }),
  ];
  const size = lines.reduce((sum, { bytes }) => sum + bytes, 0);
  const file = { sessionId: 's-1', head: '77-10', size };
  const types = () => store.transcript({ sessionId: 's-1', limit: 100 }).items.map(({ type }) => type);

  it('stores each line once, however often the file is sent', async () => {
    expect(store.transcriptOffset(file)).toBe(0);
    expect(await store.appendTranscript({ ...file, offset: 0, lines })).toEqual({
      stored: 3,
      duplicates: 0,
      nextOffset: size,
    });
    expect(await store.appendTranscript({ ...file, offset: 0, lines })).toEqual({ expectedOffset: size });
    expect(store.transcriptOffset(file)).toBe(size);
    expect(types()).toEqual(['user', 'mode', 'mode']);
  });

  it('starts a new generation for another first line, and for a file that was cut', async () => {
    await store.appendTranscript({ ...file, offset: 0, lines });
    const other = { ...file, head: '88-10' };
    expect(store.transcriptOffset(other)).toBe(0);
    expect(await store.appendTranscript({ ...other, offset: 0, lines })).toMatchObject({ stored: 2, duplicates: 1 });
    const cut = { ...other, size: 5 };
    expect(store.transcriptOffset(cut)).toBe(0);
    expect(await store.appendTranscript({ ...cut, offset: 0, lines: [line({ type: 'tail' })] })).toMatchObject({
      stored: 1,
    });
    expect(types()).toEqual(['user', 'mode', 'mode', 'mode', 'mode', 'tail']);
  });

  it('knows lines without a place by their uuid, else by their text', async () => {
    const chunk = { sessionId: 's-1', lines: [line({ type: 'user', uuid: 'u1' }), line({ type: 'mode' })] };
    expect(await store.appendTranscript(chunk)).toMatchObject({ stored: 2 });
    expect(await store.appendTranscript(chunk)).toMatchObject({ stored: 0, duplicates: 2 });
  });

  it('keeps the newest meta of a subagent, and its lines apart', async () => {
    const agent = { sessionId: 's-1', agentId: 'a1' };
    await store.appendTranscript({ ...agent, isMeta: true, lines: [line({ agentType: 'Plan' })] });
    await store.appendTranscript({ ...agent, isMeta: true, lines: [line({ agentType: 'Explore' })] });
    await store.appendTranscript({ ...file, offset: 0, lines });
    const { items } = store.transcript({ ...agent, limit: 10 });
    expect(items).toMatchObject([{ agentId: 'a1', type: 'agent-meta', line: { agentType: 'Explore' } }]);
  });

  it('pages from its end, without and with an agent', async () => {
    const more = Array.from({ length: 4 }, (_, n) => line({ type: `m${n}` }));
    await store.appendTranscript({ sessionId: 's-1', lines: more });
    await store.appendTranscript({
      sessionId: 's-1',
      agentId: 'a1',
      lines: [line({ type: 'a' }), line({ type: 'b' })],
    });
    const read = (agent: { agentId?: string }) => {
      const pages: string[][] = [];
      for (let before: number | null | undefined; before !== null; ) {
        const place = before === undefined ? {} : { before };
        const page = store.transcript({ sessionId: 's-1', order: 'desc', limit: 4, ...agent, ...place });
        pages.push(page.items.map(({ type }) => type));
        before = page.next;
      }
      return pages;
    };
    expect(read({})).toEqual([
      ['b', 'a', 'm3', 'm2'],
      ['m1', 'm0'],
    ]);
    expect(read({ agentId: 'a1' })).toEqual([['b', 'a']]);
  });

  it('reads the same after compression', async () => {
    await store.appendTranscript({ ...file, offset: 0, lines });
    const before = store.transcript({ sessionId: 's-1', limit: 10 });
    await store.compressNow();
    await store.close();
    store = open();
    expect(store.transcript({ sessionId: 's-1', limit: 10 })).toEqual(before);
  });

  it('makes a session of its own where no event ever came', async () => {
    await store.appendTranscript({ ...file, app: 'shop', offset: 0, lines });
    expect(store.session('s-1', startMs)).toMatchObject({ id: 's-1', app: 'shop', knownFrom: 'transcript' });
    expect(store.sessions({ limit: 10, now: startMs }).items).toHaveLength(1);
  });
});

describe('reject', () => {
  it('keeps what can never be an event', async () => {
    await store.reject({ road: 'hook', reason: 'session_id is missing', text: '{}' });
    expect(store.deadLetters(10)).toMatchObject([{ road: 'hook', reason: 'session_id is missing', text: '{}' }]);
    expect(store.stats().rejected).toBe(1);
  });
});

function interleaved<T>(list: T[]): T[] {
  return list.map((_, index) => list[(index * 7) % list.length] as T);
}

import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type HookContext, isRejection, redactSecretsAndPersonal, type TelltaleEvent } from '@telltale/core';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createIngest, type Ingest } from './ingest.ts';
import { createSqliteStore, type SqliteStore } from './store/sqlite-store.ts';

let folder: string;
let store: SqliteStore;
let ingest: Ingest;
let published: TelltaleEvent[];
let touched: string[];
const problems: unknown[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'telltale-ingest-'));
  store = createSqliteStore({
    file: join(folder, 'telltale.db'),
    compresses: false,
    onProblem: (problem, error) => problems.push([problem, error]),
  });
  published = [];
  touched = [];
  problems.length = 0;
  ingest = createIngest({
    store,
    publish(events, sessionIds) {
      published.push(...events);
      touched.push(...sessionIds);
    },
  });
});

afterEach(async () => {
  await store.close();
  rmSync(folder, { recursive: true, force: true });
  expect(problems).toEqual([]);
});

let made = 0;
const nextId = () => {
  made += 1;
  return `id-${made}`;
};
const context = (more: Partial<HookContext> = {}): HookContext => ({
  id: nextId(),
  app: 'shop',
  receivedAt: '2026-11-21T09:00:00.000Z',
  ...more,
});
const body = (input: unknown) => Buffer.from(JSON.stringify(input));
const hook = { session_id: 's-1', hook_event_name: 'UserPromptSubmit', prompt: 'hello' };
const oneStored = { stored: 1, duplicates: 0, deleted: 0 };
// Made of pieces, so that nobody takes it for a key that leaked.
const secret = ['sk-ant', 'api03', 'A1b2C3d4E5f6G7h8I9j0K1l2M3n4O5p6'].join('-');

it('masks what tells of persons on every road, where that is asked for', async () => {
  const masking = createIngest({ store, redact: redactSecretsAndPersonal, publish() {} });
  const text = 'write to ada@example.com';
  await masking.hook(body({ ...hook, prompt: text }), context());
  await masking.hook(Buffer.from(text), context());
  await masking.transcript({ sessionId: 's-1' }, Buffer.from(`${JSON.stringify({ type: 'user', text })}\n`));
  const attributes = [
    { key: 'session.id', value: { stringValue: 's-1' } },
    { key: 'to', value: { stringValue: text } },
  ];
  const time = '1763715600000000000';
  const logs = { resourceLogs: [{ scopeLogs: [{ logRecords: [{ timeUnixNano: time, attributes }] }] }] };
  const spans = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), startTimeUnixNano: time, attributes };
  const sum = { aggregationTemporality: 1, dataPoints: [{ timeUnixNano: time, asInt: 1, attributes }] };
  await masking.otlp('logs', body(logs), 'json', '2026-11-21T09:00:00.000Z');
  await masking.otlp('traces', body({ resourceSpans: [{ scopeSpans: [{ spans: [spans] }] }] }), 'json', '');
  await masking.otlp(
    'metrics',
    body({ resourceMetrics: [{ scopeMetrics: [{ metrics: [{ name: 'n', sum }] }] }] }),
    'json',
    '',
  );
  await store.close();
  const onDisk = readdirSync(folder).map((name) => readFileSync(join(folder, name), 'latin1'));
  store = createSqliteStore({ file: join(folder, 'telltale.db'), compresses: false });
  expect(store.events({ limit: 9, order: 'asc', now: 0 }).items.map(({ masked }) => masked)).toEqual([1, 1]);
  expect(onDisk.join('')).not.toContain('ada@example');
  expect(onDisk.join('').split('[redacted:email]').length - 1).toBeGreaterThanOrEqual(6);
});

describe('hook', () => {
  it('stores the bytes as they are, then publishes', async () => {
    expect(await ingest.hook(body(hook), context({ id: 'a' }))).toEqual(oneStored);
    expect(published).toEqual([store.event(1)]);
    expect(published[0]).toMatchObject({ seq: 1, id: 'a', name: 'UserPromptSubmit', app: 'shop', payload: hook });
    expect(touched).toEqual(['s-1']);
  });

  it('publishes a retry to nobody', async () => {
    await ingest.hook(body(hook), context({ id: 'a' }));
    expect(await ingest.hook(body(hook), context({ id: 'a' }))).toEqual({ stored: 0, duplicates: 1, deleted: 0 });
    expect(published).toHaveLength(1);
  });

  it('marks what touched a sensitive file, and only that', async () => {
    const read = (file_path: string, hook_event_name = 'PostToolUse') =>
      ingest.hook(body({ ...hook, hook_event_name, tool_name: 'Read', tool_input: { file_path } }), context());
    await read('/home/ada/shop/.env');
    await read('/home/ada/shop/.env', 'PreToolUse');
    await read('/home/ada/shop/.env.example');
    expect(published.map(({ sensitive }) => sensitive)).toEqual(['/home/ada/shop/.env', undefined, undefined]);
  });

  it('masks secrets before they reach the database or a viewer, and counts them', async () => {
    await ingest.hook(body({ ...hook, prompt: `use ${secret} please` }), context());
    expect(JSON.stringify(published)).not.toContain(secret);
    expect(published[0]).toMatchObject({ masked: 1, payload: { prompt: 'use [redacted:anthropic-key] please' } });
    await store.compressNow();
    await store.close();
    for (const name of readdirSync(folder)) expect(readFileSync(join(folder, name)).includes(secret)).toBe(false);
    store = createSqliteStore({ file: join(folder, 'telltale.db') });
    expect(store.stats().masked).toBe(1);
  });

  it.each([
    ['', 'the body is empty'],
    ['nope', 'the body is not JSON'],
    ['{"session_id":"s"', 'the body is not JSON'],
    ['[]', 'a hook input is a JSON object, got an array'],
    ['{"hook_event_name":"Stop"}', 'session_id is missing'],
    ['{"session_id":"s"}', 'hook_event_name is missing'],
    [`${'['.repeat(100_000)}${']'.repeat(100_000)}`, 'the JSON is nested deeper than 500 levels'],
  ])('refuses %.30j in words and keeps it', async (text, reason) => {
    const refused = await ingest.hook(Buffer.from(text), context());
    expect(refused).toMatchObject({ rejected: expect.stringContaining(reason) });
    expect(store.deadLetters(1)).toMatchObject([{ road: 'hook', reason: expect.stringContaining(reason) }]);
    expect(published).toEqual([]);
  });

  it('keeps no secret and no more than 64 kB of what it refuses', async () => {
    await ingest.hook(Buffer.from(`${secret} ${'x'.repeat(200_000)}`), context());
    const [letter] = store.deadLetters(1);
    expect(letter?.text).not.toContain(secret);
    expect(letter?.text.length).toBe(65_536);
  });

  it('refuses bytes that are no UTF-8 and keeps them as a dead letter; an honest U+FFFD is a character', async () => {
    const broken = Buffer.concat([
      Buffer.from('{"session_id":"s","hook_event_name":"Stop","note":"a'),
      Buffer.from([0xff, 0xc3]),
      Buffer.from('b"}'),
    ]);
    const reason = 'the body is not UTF-8; send JSON as UTF-8';
    expect(await ingest.hook(broken, context())).toEqual({ rejected: reason });
    expect(store.deadLetters(1)).toMatchObject([{ road: 'hook', reason, text: expect.stringContaining('"Stop"') }]);
    expect(await ingest.hook(body({ ...hook, prompt: 'honest \ufffd' }), context())).toEqual(oneStored);
    expect(store.event(1)?.payload?.prompt).toBe('honest \ufffd');
  });

  it('reads a body with a byte order mark', async () => {
    expect(await ingest.hook(Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), body(hook)]), context())).toEqual(
      oneStored,
    );
    expect(store.event(1)?.payload).toEqual(hook);
  });
});

describe('any bytes', () => {
  const anyKey = fc.oneof(
    fc.constantFrom(
      'session_id',
      'hook_event_name',
      'prompt',
      'tool_name',
      'tool_input',
      'tool_response',
      'tool_calls',
      'tool_use_id',
      'cwd',
      'transcript_path',
      'agent_id',
      'duration_ms',
      'background_tasks',
      'message',
      '__proto__',
      'constructor',
      'hasOwnProperty',
    ),
    fc.string(),
  );
  const { value: anyValue } = fc.letrec((tie) => ({
    value: fc.oneof(
      { maxDepth: 4 },
      fc.string({ unit: 'binary' }),
      fc.double(),
      fc.boolean(),
      fc.constant(null),
      fc.array(tie('value'), { maxLength: 4 }),
      fc.dictionary(anyKey, tie('value'), { maxKeys: 5 }),
    ),
  }));
  const names = fc.constantFrom(
    'PreToolUse',
    'PostToolUse',
    'PostToolUseFailure',
    'PostToolBatch',
    'UserPromptSubmit',
    'Stop',
    'StopFailure',
    'SubagentStart',
    'SubagentStop',
    'Notification',
    'PermissionRequest',
    'SessionStart',
    'SessionEnd',
    'PreCompact',
    'Elicitation',
    'toString',
    'Unheard',
  );
  const nearlyHook = fc
    .tuple(fc.dictionary(anyKey, anyValue, { maxKeys: 8 }), names)
    .map(([input, name]) => Buffer.from(JSON.stringify({ ...input, session_id: 's', hook_event_name: name })));
  const anyBody = fc.oneof(
    { weight: 5, arbitrary: nearlyHook },
    { weight: 2, arbitrary: anyValue.map((value) => Buffer.from(JSON.stringify(value) ?? '')) },
    { weight: 1, arbitrary: fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)) },
    {
      weight: 1,
      arbitrary: fc.tuple(nearlyHook, fc.nat()).map(([bytes, cut]) => bytes.subarray(0, cut % (bytes.length + 1))),
    },
  );

  it('are stored or refused in words on every road, and nothing throws (10,000 cases)', async () => {
    let cases = 0;
    const roads = [ingest.hook, ingest.envelope, ingest.events] as const;
    // Many at once: fast-check alone would pay one fsync per case.
    await fc.assert(
      fc.asyncProperty(fc.array(anyBody, { minLength: 100, maxLength: 100 }), async (bodies) => {
        const before = store.stats();
        const results = await Promise.all(bodies.map((bytes, index) => roads[index % 3]?.(bytes, context())));
        cases += results.length;
        const refused = results.filter(isRejection);
        for (const { rejected } of refused) expect(rejected).toMatch(/^\S.{5,}/);
        const after = store.stats();
        expect(after.rejected - before.rejected).toBe(refused.length);
        expect(after.stored - before.stored).toBeGreaterThanOrEqual(results.length - refused.length - 100);
        expect(results.every((result) => isRejection(result) || (result && 'stored' in result))).toBe(true);
      }),
      { numRuns: 100 },
    );
    expect(cases).toBe(10_000);
    // What was stored can be read, as a whole and as sessions.
    let read = 0;
    for (let after = 0; ; ) {
      const page = store.events({ after, order: 'asc', limit: 1000, now: 0 });
      read += page.items.length;
      JSON.stringify(page.items);
      if (page.next === null) break;
      after = page.next;
    }
    expect(read).toBe(store.stats().events);
    expect(store.session('s', Date.now())?.id).toBe('s');
    await store.compressNow();
    expect(store.events({ order: 'desc', limit: 1000, now: 0, text: 'stop' }).items.length).toBeGreaterThan(0);
  }, 120_000);
});

describe('envelope', () => {
  it('stores the hook inside and its chat, once', async () => {
    const envelope = {
      source_app: 'demo',
      session_id: 's-9',
      hook_event_type: 'Stop',
      payload: { last_assistant_message: `done with ${secret}` },
      chat: [
        { type: 'user', uuid: 'u1', message: { content: secret } },
        { type: 'assistant', uuid: 'u2' },
      ],
      timestamp: Date.UTC(2026, 10, 21, 8),
    };
    expect(await ingest.envelope(body(envelope), context())).toEqual(oneStored);
    expect(await ingest.envelope(body(envelope), context())).toEqual(oneStored);
    expect(store.event(1)).toMatchObject({
      app: 'demo',
      name: 'Stop',
      sessionId: 's-9',
      at: '2026-11-21T08:00:00.000Z',
    });
    const { items } = store.transcript({ sessionId: 's-9', limit: 10 });
    expect(items.map(({ uuid }) => uuid)).toEqual(['u1', 'u2']);
    expect(JSON.stringify([items, store.event(1)])).not.toContain(secret);
  });
});

describe('events', () => {
  it('knows each event of a body again that is sent again under its id', async () => {
    const send = () => ingest.events(body([{ name: 'a' }, { name: 'b' }]), context({ id: 'body' }));
    expect(await send()).toEqual({ stored: 2, duplicates: 0, deleted: 0 });
    expect(await send()).toEqual({ stored: 0, duplicates: 2, deleted: 0 });
  });

  it.each([
    [{}, { at: 'name', rejected: 'is missing' }],
    [7, { rejected: 'must be of type object' }],
    [
      { name: 'a', source: 'hook' },
      { at: 'source', rejected: 'must be one of sdk, mcp' },
    ],
    [
      { name: 'a', id: '' },
      { at: 'id', rejected: 'must not be empty' },
    ],
    [
      { name: 'a', id: 'x'.repeat(201) },
      { at: 'id', rejected: 'must be at most 200 characters' },
    ],
    [
      { name: 'a', at: true },
      { at: 'at', rejected: 'must be a text or a number' },
    ],
    [[{ name: 'a' }, { name: 'b', payload: [] }], { at: 'event 2: payload', rejected: 'must be of type object' }],
  ])('says in plain words what is wrong with %j', async (sent, refusal) => {
    expect(await ingest.events(body(sent), context())).toEqual(refusal);
  });

  it('takes one, a list, or a batch, and makes what is lacking', async () => {
    const event = { name: 'tool.call', sessionId: 's-3', at: 1_795_000_000_000, payload: { x: 1 } };
    await ingest.events(body(event), context({ id: 'header' }));
    await ingest.events(body([event, { ...event, id: 'own', source: 'mcp' }]), context());
    await ingest.events(body({ events: [{ name: 'no session' }] }), context());
    const { items } = store.events({ order: 'asc', limit: 10, now: 0 });
    expect(items.map(({ id, source, name }) => [id, source, name])).toEqual([
      ['header', 'sdk', 'tool.call'],
      [expect.stringMatching(/^id-\d+-1$/), 'sdk', 'tool.call'],
      ['own', 'mcp', 'tool.call'],
      [expect.any(String), 'sdk', 'no session'],
    ]);
    expect(items[0]?.at).toBe('2026-11-18T11:06:40.000Z');
  });

  it('says which event of a body is wrong', async () => {
    expect(await ingest.events(body([{ name: 'fine' }, { name: 7 }]), context())).toMatchObject({
      at: 'event 2: name',
    });
    expect(store.stats().events).toBe(0);
  });
});

describe('transcript', () => {
  const text = `${JSON.stringify({ type: 'user', uuid: 'u1', message: secret })}\n{"type":"mode"}\nbroken line\n`;
  const file = { sessionId: 's-1', head: '1-2', size: Buffer.byteLength(text) };

  it('stores whole lines, redacted, and leaves the rest for the next time', async () => {
    const part = Buffer.from(`${text}{"type":"unfin`);
    expect(await ingest.transcript({ ...file, offset: 0 }, part)).toEqual({
      stored: 3,
      duplicates: 0,
      nextOffset: file.size,
    });
    expect(store.transcriptOffset(file)).toBe(file.size);
    const { items } = store.transcript({ sessionId: 's-1', limit: 10 });
    expect(items.map(({ type, line }) => [type, JSON.stringify(line).includes(secret)])).toEqual([
      ['user', false],
      ['mode', false],
      ['unknown', false],
    ]);
    expect(touched).toEqual(['s-1']);
  });

  it('counts bytes of the file, also where redaction and blots change lengths', async () => {
    const odd = Buffer.concat([Buffer.from('{"a":"'), Buffer.from([0xff, 0xfe, 0xe2, 0x82]), Buffer.from('"}\n€\n')]);
    expect(await ingest.transcript({ ...file, offset: 0 }, odd)).toMatchObject({ nextOffset: odd.length });
    expect(await ingest.transcript({ ...file, offset: odd.length }, Buffer.from('{}\n'))).toMatchObject({ stored: 1 });
  });

  it('takes a large file in pieces, each line once', async () => {
    const lines = Array.from(
      { length: 20_000 },
      (_, n) => `{"type":"user","uuid":"${n}","text":"${'x'.repeat(60)}"}\n`,
    );
    const large = Buffer.from(lines.join(''));
    expect(await ingest.transcript({ ...file, offset: 0 }, large)).toEqual({
      stored: 20_000,
      duplicates: 0,
      nextOffset: large.length,
    });
  });

  it('takes JSON without offsets, and refuses what names no session', async () => {
    const sent = { sessionId: 's-2', entries: [{ type: 'user', uuid: 'u1' }, { type: 'mode' }] };
    expect(await ingest.transcriptJson(body(sent))).toMatchObject({ stored: 2 });
    expect(await ingest.transcriptJson(body(sent))).toMatchObject({ stored: 0, duplicates: 2 });
    expect(await ingest.transcriptJson(body({ sessionId: 's-2', text: '{"type":"late"}' }))).toMatchObject({
      stored: 1,
    });
    expect(await ingest.transcriptJson(body({ entries: [] }))).toEqual({ rejected: 'sessionId is missing' });
    expect(await ingest.transcriptJson(Buffer.from('{'))).toHaveProperty('rejected');
  });
});

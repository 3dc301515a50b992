import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { amsSessionSchema } from '@telltale/core/export';
import { expect, it } from 'vitest';
import { type TestService, testFolder, testService, until } from '../../fixtures/test-service.ts';
import { createSqliteStore } from '../store/sqlite-store.ts';

const day = '2026-11-20T10:00:00.000Z';
const ada = 'ada@example.com';
const prompt = { session_id: 's-1', cwd: '/home/ada/shop', hook_event_name: 'UserPromptSubmit', prompt: `mail ${ada}` };
const tool = { session_id: 's-1', cwd: '/home/ada/shop', tool_name: 'Bash', tool_use_id: 't-1' };
const entry = {
  ...{ type: 'assistant', uuid: 'u-1', timestamp: '2026-11-20T10:00:03.000Z', requestId: 'req_1', sessionId: 's-1' },
  message: {
    ...{ id: 'msg_1', role: 'assistant', model: 'claude-opus-4-6', stop_reason: 'end_turn' },
    content: [{ type: 'text', text: 'Done, see **notes**' }],
    usage: { input_tokens: 3, output_tokens: 5, cache_read_input_tokens: 7, cache_creation_input_tokens: 0 },
  },
};

async function serviceWithSession(env?: Record<string, string>): Promise<TestService> {
  const service = await testService(env ? { env } : {});
  let second = 0;
  const send = (body: object) =>
    service.post('/ingest/hook', body, {
      'telltale-app': 'my shop',
      'telltale-at': new Date(Date.parse(day) + 1000 * second++).toISOString(),
    });
  await send(prompt);
  await send({ ...tool, hook_event_name: 'PreToolUse', tool_input: { command: '=cmd()' } });
  await send({ ...tool, hook_event_name: 'PostToolUse', tool_input: { command: '=cmd()' }, tool_response: 'ok' });
  await service.post('/ingest/transcript?session=s-1&offset=0&head=1-2', `${JSON.stringify(entry)}\n`);
  return service;
}

const files = {
  json: ['application/json', '.json'],
  ams: ['application/json', '.ams.json'],
  ndjson: ['application/x-ndjson', '.ndjson'],
  csv: ['text/csv; charset=utf-8', '.csv'],
  html: ['text/html; charset=utf-8', '.html'],
} as const;

it('gives each format its type and name, with all of the session in it', async () => {
  const service = await serviceWithSession();
  for (const [format, [type, ending]] of Object.entries(files)) {
    const response = await service.get(`/api/sessions/s-1/export?format=${format}`);
    expect(response.headers.get('content-type')).toBe(type);
    expect(response.headers.get('content-disposition')).toBe(
      `attachment; filename="telltale-my-shop-2026-11-20-s-1${ending}"`,
    );
    const text = await response.text();
    expect(text, format).toContain(`mail ${ada}`);
    expect(text, format).toContain('=cmd()');
    if (format !== 'csv') expect(text, format).toContain('Done, see');
  }
});

it('masks personal data where it is asked to, in every format, and says so', async () => {
  const service = await serviceWithSession();
  for (const format of Object.keys(files)) {
    const text = await (await service.get(`/api/sessions/s-1/export?format=${format}&pii=mask`)).text();
    expect(text, format).not.toContain('/home/ada');
    expect(text, format).toContain('mail [redacted:email]');
    expect(text, format).not.toContain(ada);
  }
  const masked = await (await service.get('/api/sessions/s-1/export?format=html&pii=mask')).text();
  expect(masked).toContain('Secrets and personal data are masked.');
  const kept = await (await service.get('/api/sessions/s-1/export?format=html')).text();
  expect(kept).toContain('Secrets are masked, personal data is not.');
});

it('says at the head of the page whose session it was, on which machine and of which commit; masked, no name is left', async () => {
  const service = await testService();
  const who = { 'telltale-user': 'ada', 'telltale-host': 'ws', 'telltale-repo': 'github.com/ada/shop' };
  await service.post('/ingest/hook', prompt, { ...who, 'telltale-at': day, 'telltale-commit': '9f86d081884c7d65' });
  const head = async (more: string) => {
    const html = await (await service.get(`/api/sessions/s-1/export?format=html${more}`)).text();
    return html.slice(html.indexOf('<header'), html.indexOf('</header>'));
  };
  expect(await head('')).toContain('<span>ada@ws</span><span>github.com/ada/shop at 9f86d081884c</span>');
  expect(await head('&pii=mask')).toContain(
    '<span>[redacted:user]@[redacted:host]</span><span>github.com/[redacted:user]/shop at 9f86d081884c</span>',
  );
  for (const format of Object.keys(files))
    expect(await (await service.get(`/api/sessions/s-1/export?format=${format}&pii=mask`)).text()).not.toMatch(
      /\bada\b/,
    );
});

it('has every event and every line of the transcript in NDJSON, as the API tells them', async () => {
  const service = await serviceWithSession();
  const text = await (await service.get('/api/sessions/s-1/export?format=ndjson')).text();
  const lines = text.trimEnd().split('\n');
  const told = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  const { events } = (await (await service.get('/api/events?session=s-1&order=asc')).json()) as { events: object[] };
  const { entries } = (await (await service.get('/api/sessions/s-1/transcript')).json()) as { entries: object[] };
  const session = await (await service.get('/api/sessions/s-1')).json();
  expect(told).toEqual([
    { session },
    ...events.map((event) => ({ event })),
    ...entries.map((line) => ({ entry: line })),
  ]);
  expect(events.length).toBe(3);
});

it('takes along what people put on it: labels, notes where they stand, and the way to each bookmark', async () => {
  const service = await serviceWithSession();
  const put = async (annotation: object) =>
    expect((await service.post('/api/annotations', { sessionId: 's-1', ...annotation })).status).toBeLessThan(300);
  await put({ kind: 'label', text: 'regression' });
  await put({ kind: 'note', text: `ask ${ada}` });
  await put({ kind: 'bookmark', toolUseId: 't-1' });
  await put({ kind: 'note', text: 'this <b>one</b>', toolUseId: 't-1' });
  await put({ kind: 'pin' });
  const end = { session_id: 's-1', cwd: '/home/ada/shop', hook_event_name: 'SessionEnd', reason: 'logout' };
  const eventId = randomUUID();
  const at = { 'telltale-at': '2026-11-20T10:01:00.000Z' };
  await service.post('/ingest/hook', end, { ...at, 'telltale-event-id': eventId });
  await put({ kind: 'bookmark', eventId });
  const file = async (query: string) => (await service.get(`/api/sessions/s-1/export?format=${query}`)).text();
  const told = [
    { kind: 'label', text: 'regression' },
    { kind: 'note', text: `ask ${ada}` },
    { kind: 'bookmark', toolUseId: 't-1' },
    { kind: 'note', text: 'this <b>one</b>', toolUseId: 't-1' },
    { kind: 'bookmark', eventId },
  ];
  expect(JSON.parse(await file('json'))).toMatchObject({ annotations: told });
  const lines = (await file('ndjson')).trimEnd().split('\n');
  expect(lines.flatMap((line) => JSON.parse(line).annotation ?? [])).toMatchObject(told);
  const html = await file('html');
  const [head = '', story = ''] = html.split('<main>');
  expect(head).toContain('<span class="tag">regression</span>');
  expect(head).toContain(`<p class="note">ask ${ada}</p>`);
  const [nav = ''] = /<nav class="bookmarks".*/.exec(head) ?? [];
  const ways = [...nav.matchAll(/<a href="#([^"]+)">([^<]*)/g)];
  expect(ways.map(([, , words]) => words)).toEqual(['Bash =cmd()', 'logged out']);
  for (const [, anchor] of ways) expect(story).toContain(`id="${anchor}"`);
  expect(story).toContain('<p class="note">this &lt;b&gt;one&lt;/b&gt;</p>');
  for (const format of ['json', 'ndjson', 'html']) {
    const masked = await file(`${format}&pii=mask`);
    expect(masked, format).toContain('ask [redacted:email]');
    expect(masked, format).not.toContain(ada);
  }
});

it('joins both roads in the archive document, which fits the published schema', async () => {
  const service = await serviceWithSession({ TELLTALE_ENVIRONMENT: 'staging' });
  const document = amsSessionSchema.parse(await (await service.get('/api/sessions/s-1/export?format=ams')).json());
  expect(document.events.map(({ type }) => type)).toEqual(['user_prompt', 'tool_call', 'llm_message']);
  expect(document).toMatchObject({
    environment: 'staging',
    metadata: { app: 'my shop', cwd: '/home/ada/shop' },
    totals: { 'gen_ai.usage.input_tokens': 10, 'gen_ai.usage.output_tokens': 5, tool_calls: 1, prompts: 1 },
  });
});

it('masks again what was stored before there was a rule for it', async () => {
  const home = testFolder();
  const store = createSqliteStore({ file: join(home, 'telltale.db'), compresses: false });
  const secret = `sk-${'ant'}-api03-${'a1B2'.repeat(10)}`;
  const payload = { ...prompt, prompt: `use ${secret}` };
  const event = {
    id: 'e-1',
    source: 'hook',
    name: 'UserPromptSubmit',
    sessionId: 's-1',
    app: 'my shop',
    at: day,
  } as const;
  await store.append([
    { event: { ...event, summary: `use ${secret}`, payload }, payloadText: JSON.stringify(payload) },
  ]);
  const line = JSON.stringify({
    ...entry,
    message: { ...entry.message, content: [{ type: 'text', text: `it is ${secret}` }] },
  });
  await store.appendTranscript({ sessionId: 's-1', lines: [{ text: line, bytes: line.length }] });
  await store.close();
  const service = await testService({ home });
  expect(await (await service.get('/api/events?session=s-1')).text()).toContain(secret);
  for (const format of Object.keys(files)) {
    const text = await (await service.get(`/api/sessions/s-1/export?format=${format}`)).text();
    expect(text, format).toContain('use [redacted:anthropic-key]');
    expect(text, format).not.toContain(secret);
  }
});

it('masks always where the service masks personal data', async () => {
  const service = await serviceWithSession({ TELLTALE_REDACT_PII: 'on' });
  const text = await (await service.get('/api/sessions/s-1/export?format=json')).text();
  expect(text).toContain('mail [redacted:email]');
  expect(JSON.parse(text)).toMatchObject({ personalDataMasked: true });
});

it('tells what each prompt cost, once the requests are known', async () => {
  const service = await serviceWithSession();
  const attributes = {
    ...{ 'event.name': 'api_request', 'event.sequence': 1, 'session.id': 's-1', model: 'claude-opus-4-6' },
    ...{
      request_id: 'req_1',
      cost_usd: 0.25,
      input_tokens: 3,
      output_tokens: 5,
      cache_read_tokens: 7,
      duration_ms: 900,
    },
  };
  const record = {
    timeUnixNano: `${Date.parse(day)}000000`,
    attributes: Object.entries(attributes).map(([key, value]) => ({
      key,
      value: typeof value === 'number' ? { doubleValue: value } : { stringValue: value },
    })),
  };
  const logs = { resourceLogs: [{ scopeLogs: [{ logRecords: [record] }] }] };
  expect((await service.post('/v1/logs', logs)).status).toBe(200);
  await until(async () => {
    const document = await (await service.get('/api/sessions/s-1/export?format=ams')).json();
    expect(document).toMatchObject({ totals: { cost_usd: 0.25, cost_source: 'events', api_duration_ms: 900 } });
    const { events } = amsSessionSchema.parse(document);
    expect(events.find(({ type }) => type === 'llm_message')).toMatchObject({ request_id: 'req_1', cost_usd: 0.25 });
  });
  expect(await (await service.get('/api/sessions/s-1/export?format=html')).text()).toContain('$0.25 list price');
  expect(await (await service.get('/api/sessions/s-1/export?format=json')).json()).toMatchObject({
    cost: { costUsd: 0.25, requests: [{ id: 'req_1', costUsd: 0.25 }] },
  });
});

it('streams a large session in pieces', async () => {
  const service = await testService();
  const big = 'x'.repeat(20_000);
  const events = Array.from({ length: 400 }, (_, index) => ({
    ...{ id: `e-${index}`, name: 'PostToolUse', source: 'sdk', sessionId: 's-2', app: 'shop' },
    payload: { tool_name: 'Bash', tool_use_id: `t-${index}`, tool_input: { command: 'x' }, tool_response: big },
  }));
  for (let from = 0; from < events.length; from += 50) {
    expect((await service.post('/ingest/events', events.slice(from, from + 50))).status).toBe(200);
  }
  const response = await service.get('/api/sessions/s-2/export?format=ndjson');
  let bytes = 0;
  let pieces = 0;
  for await (const piece of response.body as unknown as AsyncIterable<Uint8Array>) {
    bytes += piece.length;
    pieces += 1;
  }
  expect(bytes).toBeGreaterThan(400 * 20_000);
  expect(pieces).toBeGreaterThan(20);
});

it('ends quietly when the reader goes away in the middle', async () => {
  const service = await serviceWithSession();
  const response = await service.get('/api/sessions/s-1/export?format=html');
  await response.body?.cancel();
  expect((await service.get('/healthz')).status).toBe(200);
  expect(service.printed).toEqual([]);
});

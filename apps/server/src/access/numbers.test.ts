import type { LiveMessage, SessionPage } from '@telltale/core';
import { type Analysis, analysisListSchema } from '@telltale/core/analysis';
import { describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { type GuardedService, guardedService } from '../../fixtures/guarded-service.ts';
import { until } from '../../fixtures/test-service.ts';
import { accessOf } from './routes-table.ts';

/** In everything that a person or an agent said, did, read or was told, and in nothing else. */
const secret = 'zebra';
const id = 's-1';

/** A session with content of every kind: prompts, calls, results, errors, waits, agents, titles, folders, notes. */
async function tell(service: GuardedService): Promise<void> {
  const call = {
    tool_use_id: 'toolu_1',
    tool_name: 'Bash',
    tool_input: { command: `${secret} --run`, description: secret },
  };
  const edit = {
    tool_use_id: 'toolu_2',
    tool_name: 'Edit',
    tool_input: { file_path: `/x/${secret}.ts`, old_string: secret },
  };
  const agent = {
    tool_use_id: 'toolu_3',
    tool_name: 'Agent',
    tool_input: { description: secret, prompt: secret, subagent_type: 'Explore' },
  };
  const at = { cwd: '/home/dev/shop', transcript_path: `/home/dev/${secret}.jsonl` };
  const fire = (name: string, more: object) => service.fire(id, name, { ...at, prompt_id: 'p-1', ...more });
  await fire('SessionStart', { source: 'startup', model: 'claude-opus-5-5', session_title: secret });
  await fire('UserPromptSubmit', { prompt: `please ${secret}` });
  await fire('PreToolUse', call);
  await fire('PostToolUseFailure', { ...call, error: `${secret} failed` });
  await fire('PreToolUse', edit);
  await fire('PostToolUse', { ...edit, tool_response: { content: secret } });
  await fire('PreToolUse', agent);
  await fire('SubagentStart', { agent_id: 'a-1', agent_type: 'Explore', tool_use_id: 'toolu_3' });
  await fire('StopFailure', { error: `${secret} overloaded`, error_details: secret });
  await fire('Notification', { message: `look at the ${secret}`, notification_type: 'permission_prompt' });
  await fire('PermissionRequest', { ...call, tool_use_id: 'toolu_4', permission_suggestions: [] });
  await fire('CwdChanged', { old_cwd: '/home/dev/shop', new_cwd: `/home/dev/shop/${secret}` });
  const line = (n: number, more: object) => ({
    ...{ uuid: `u-${n}`, sessionId: id, timestamp: '2026-11-21T10:00:00.000Z', cwd: `/home/dev/${secret}` },
    ...{ gitBranch: secret, ...more },
  });
  const usage = { input_tokens: 10, output_tokens: 20, cache_read_input_tokens: 0, cache_creation_input_tokens: 0 };
  const content = [
    { type: 'thinking', thinking: secret },
    { type: 'text', text: secret },
  ];
  const message = { id: 'msg_1', role: 'assistant', model: 'claude-opus-5-5', content, usage };
  const entries = [
    line(1, { type: 'user', message: { role: 'user', content: secret } }),
    line(2, { type: 'assistant', requestId: 'req_1', message }),
    { type: 'summary', summary: secret, leafUuid: 'u-2' },
    { type: 'custom-title', customTitle: secret, sessionId: id },
  ];
  await service.post('/ingest/transcript', { sessionId: id, entries });
  await service.post('/ingest/events', { name: secret, source: 'sdk', sessionId: id, payload: { text: secret } });
  const alert = { fingerprint: 'f1', status: 'firing', startsAt: new Date().toISOString() };
  const annotations = { summary: secret, description: secret };
  await service.post('/ingest/alert', { alerts: [{ ...alert, labels: { alertname: secret }, annotations }] });
  for (const kind of ['note', 'label']) await service.post('/api/annotations', { sessionId: id, kind, text: secret });
}

/** Addresses of a route with whatever can be asked of it. */
function addressesOf(path: string, names: readonly string[], bys: readonly string[]): string[] {
  if (path === '/api/analysis/:name') {
    return names.flatMap((name) => ['', ...bys].map((by) => `/api/analysis/${name}?from=0&by=${by}`));
  }
  const address = path.replace(':id', id).replace(':seq', '2');
  if (path === '/api/retention') return [address, `${address}?results=1`];
  return [address, `${address}?limit=100`, `${address}?from=0`, `${address}?session=${id}`, `${address}?sort=cost`];
}

it('tells a token for numbers no word of what was said or done, on any route', async () => {
  const service = await guardedService();
  await tell(service);
  const list = analysisListSchema.parse(await (await service.get('/api/analysis')).json()).analyses;
  const names = list.map(({ name }) => name);
  const bys = [...new Set(list.flatMap(({ by }) => by.map(({ key }) => key)))];
  const { paths } = (await (await service.get('/openapi.json')).json()) as { paths: Record<string, { get?: object }> };
  const routes = Object.keys(paths)
    .filter((path) => paths[path]?.get)
    .map((path) => path.replace(/\{(\w+)\}/g, ':$1'));
  const told: string[] = [];
  const answered = new Set<string>();
  const control = new Set<string>();
  for (const path of routes) {
    for (const address of addressesOf(path, names, bys)) {
      const shown = await service.as('numbers', address);
      const text = await shown.text();
      if (shown.ok) answered.add(path);
      if (text.includes(secret)) told.push(address);
      if (control.has(path)) continue;
      if ((await (await service.as('admin', address)).text()).includes(secret)) control.add(path);
    }
  }
  expect(told).toEqual([]);
  const forNumbers = routes.filter((path) => accessOf('GET', path).needs === 'numbers');
  expect([...answered].filter((path) => accessOf('GET', path).needs !== 'nobody').sort()).toEqual(forNumbers.sort());
  // The words are there, and are what an admin is told on the very same addresses.
  const content = [
    '/api/events',
    '/api/sessions',
    '/api/sessions/:id',
    '/api/facets',
    '/api/status',
    '/api/analysis/:name',
  ];
  for (const path of content) expect(control, path).toContain(path);
}, 180_000);

it('shows it counts, costs, states, times and names', async () => {
  const service = await guardedService();
  await tell(service);
  const { sessions } = (await (await service.as('numbers', '/api/sessions')).json()) as SessionPage;
  expect(sessions).toMatchObject([
    {
      ...{ id, app: 'shop', model: 'claude-opus-5-5', prompts: 1, state: expect.any(String) },
      ...{ startedAt: expect.any(String), tools: expect.any(Number), notes: 1 },
      waiting: expect.arrayContaining([expect.objectContaining({ kind: 'permission', summary: 'permission' })]),
      agents: [],
    },
  ]);
  const analysis = (await (await service.as('numbers', '/api/analysis/tools?from=0')).json()) as Analysis;
  expect(analysis.rows.map(({ key }) => key)).toContain('Bash');
  const bySession = (await (await service.as('numbers', '/api/analysis/tools?from=0&by=session')).json()) as Analysis;
  expect(bySession.rows).toMatchObject([{ key: id, label: id }]);
});

describe('asked with words, it answers neither yes nor no', () => {
  it.each([
    `/api/sessions?q=${secret}`,
    `/api/sessions?filter=${secret}`,
    `/api/sessions?filter=-${secret}`,
    `/api/sessions?filter=branch:${secret}`,
    `/api/sessions?filter=label:z*`,
    '/api/sessions?filter=is:live,sensitive',
    '/api/analysis/spend?filter=-is:sensitive',
    `/api/sessions?filter=app:shop%20%22${secret}%22`,
    `/api/analysis/spend?filter=${secret}`,
    '/api/analysis/failures',
    '/api/analysis/waiting?by=rule',
    '/api/analysis/failed-turns?by=reason',
    '/api/analysis/failed-turns',
  ])('%s', async (path) => {
    const service = await guardedService();
    const response = await service.as('numbers', path);
    expect([response.status, await response.json()]).toEqual([
      403,
      { error: 'the token "numbers" is for numbers; this asks for content' },
    ]);
    expect((await service.as('viewer', path)).status).toBe(200);
  });

  it.each([
    '/api/sessions?filter=app:shop%20is:live%20cost>0%20since:2d%20until:2036-11-20',
    '/api/analysis/spend?by=user&filter=model:*opus*',
  ])('but %s asks for names and numbers', async (path) => {
    const service = await guardedService();
    expect((await service.as('numbers', path)).status).toBe(200);
  });
});

it('is told of sessions as they go on, and of no event, whatever it subscribes to', async () => {
  const service = await guardedService();
  await service.fire('s-0', 'UserPromptSubmit', { prompt: secret });
  const line = async (scope: 'numbers' | 'viewer') => {
    const authorization = `Bearer ${service.tokens[scope].token}`;
    const socket = new WebSocket(`${service.url.replace('http', 'ws')}/live`, { headers: { authorization } });
    const frames: string[] = [];
    socket.on('message', (data) => frames.push(String(data)));
    await new Promise((resolve) => socket.once('open', resolve));
    socket.send(JSON.stringify({ subscribe: { after: 0, filter: secret } }));
    return { socket, frames, messages: () => frames.map((text) => JSON.parse(text) as LiveMessage) };
  };
  const [numbers, viewer] = [await line('numbers'), await line('viewer')];
  await until(() => expect(numbers.messages()).toContainEqual({ events: [], upTo: 1 }));
  await until(() => expect(viewer.frames.join()).toContain('"seq":1'));
  await tell(service);
  const waits = (message: LiveMessage) =>
    'sessions' in message && message.sessions.some((session) => session.id === id && session.waiting.length > 0);
  await until(() => expect([numbers, viewer].every(({ messages }) => messages().some(waits))).toBe(true));
  // An event that the filter would let through, and its frame on the other line: all before it was told here, too.
  await service.fire('s-2', 'UserPromptSubmit', { prompt: `the last ${secret}` });
  await until(() => expect(viewer.frames.join()).toContain('the last'));
  await until(() => expect(numbers.frames.join()).toContain('"s-2"'));
  expect(numbers.frames.join()).not.toContain(secret);
  expect(numbers.messages().some((message) => 'events' in message && message.events.length > 0)).toBe(false);
  for (const { socket } of [numbers, viewer]) socket.terminate();
});

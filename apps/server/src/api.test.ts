import { expect, it } from 'vitest';
import * as z from 'zod';
import { type TestService, testService } from '../fixtures/test-service.ts';

type JsonSchema = Parameters<typeof z.fromJSONSchema>[0];
interface Operation {
  responses: Record<string, { content?: Record<string, { schema: JsonSchema }> }>;
}
interface Description {
  openapi: string;
  paths: Record<string, Record<string, Operation>>;
}

const transcript = `${JSON.stringify({ type: 'user', uuid: 'u1', message: { role: 'user', content: 'hello' } })}\n`;
const hook = { session_id: 's-1', cwd: '/home/dev/shop', hook_event_name: 'UserPromptSubmit', prompt: 'hello' };
const alerts = { alerts: [{ fingerprint: 'f', status: 'firing', startsAt: '2026-11-20T10:00:00Z' }] };

/** For each operation, requests and the status they are answered with; run in this order. */
const calls: Record<string, [path: string, status: number, body?: unknown][]> = {
  'post /ingest/hook': [
    ['/ingest/hook', 200, hook],
    ['/ingest/hook', 400, {}],
  ],
  'post /events': [
    ['/events', 200, { source_app: 'old', session_id: 's-2', hook_event_type: 'Stop', payload: {} }],
    ['/events', 400, []],
  ],
  'post /ingest/events': [
    ['/ingest/events', 200, [{ name: 'tool', source: 'sdk' }]],
    ['/ingest/events', 400, [{ source: 'hook' }]],
  ],
  'post /v1/logs': [
    ['/v1/logs', 200, '{}'],
    ['/v1/logs', 200, { resourceLogs: 7 }],
    ['/v1/logs', 400, '{'],
  ],
  'post /v1/metrics': [['/v1/metrics', 200, { resourceMetrics: [] }]],
  'post /v1/traces': [['/v1/traces', 200, { resourceSpans: [] }]],
  'post /ingest/alert': [
    ['/ingest/alert', 200, alerts],
    ['/ingest/alert', 400, { alerts: [{}] }],
  ],
  'get /ingest/transcript': [
    [`/ingest/transcript?session=s-1&agent=&size=${transcript.length}&head=1-2`, 200],
    ['/ingest/transcript', 400],
  ],
  'post /ingest/transcript': [
    ['/ingest/transcript?session=s-1&offset=0&head=1-2', 204, transcript],
    ['/ingest/transcript?session=s-1&offset=7&head=1-2', 409, transcript],
    ['/ingest/transcript', 400, { entries: [] }],
  ],
  'get /api/events': [
    ['/api/events', 200],
    ['/api/events?after=0&limit=1&session=s-1&app=shop&name=UserPromptSubmit&q=hello&filter=app:shop', 200],
    ['/api/events?from=2026-01-01T00:00:00Z&to=1900000000000&order=asc&before=99', 200],
    ['/api/events?limit=0', 400],
    ['/api/events?limit=1001', 400],
    ['/api/events?order=up', 400],
    ['/api/events?from=yesterday', 400],
    ['/api/events?after=-1', 400],
    ['/api/events?filter=tol:Bash', 400],
  ],
  'get /api/events/{seq}': [
    ['/api/events/1', 200],
    ['/api/events/999', 404],
    ['/api/events/x', 404],
  ],
  'get /api/sessions': [
    ['/api/sessions?limit=1&filter=app:shop&since=2020-01-01', 200],
    ['/api/sessions?sort=cost', 200],
    ['/api/sessions?sort=size', 400],
    ['/api/sessions?limit=zero', 400],
    ['/api/sessions?filter=is:nonsense', 400],
  ],
  'get /api/sessions/{id}': [
    ['/api/sessions/s-1', 200],
    ['/api/sessions/none', 404],
  ],
  'get /api/sessions/{id}/cost': [
    ['/api/sessions/s-1/cost', 200],
    ['/api/sessions/none/cost', 404],
  ],
  'get /api/sessions/{id}/spans': [
    ['/api/sessions/s-1/spans?from=2026-11-21T00:00:00Z&limit=5', 200],
    ['/api/sessions/s-1/spans?from=-271821-04-20T00:00:00Z&to=9999-12-31T23:59:59Z', 200],
    ['/api/sessions/none/spans', 200],
    ['/api/sessions/s-1/spans?to=soon', 400],
  ],
  'get /api/sessions/{id}/points': [
    ['/api/sessions/s-1/points?limit=5', 200],
    ['/api/sessions/none/points', 200],
    ['/api/sessions/s-1/points?limit=0', 400],
  ],
  'get /api/sessions/{id}/transcript': [
    ['/api/sessions/s-1/transcript', 200],
    ['/api/sessions/s-1/transcript?order=desc&before=9', 200],
    ['/api/sessions/s-1/transcript?order=newest', 400],
    ['/api/sessions/none/transcript', 200],
    ['/api/sessions/s-1/transcript?limit=x', 400],
  ],
  'get /api/sessions/{id}/export': [
    ['/api/sessions/s-1/export', 200],
    ['/api/sessions/s-1/export?format=ams&pii=mask', 200],
    ['/api/sessions/s-1/export?format=pdf', 400],
    ['/api/sessions/none/export', 404],
  ],
  'delete /api/sessions/{id}': [
    ['/api/sessions/s-2', 204],
    ['/api/sessions/none', 404],
  ],
  'get /api/annotations': [
    ['/api/annotations?session=s-1&kind=note&limit=5', 200],
    ['/api/annotations?kind=star', 400],
    ['/api/annotations?cursor=x', 400],
  ],
  'post /api/annotations': [
    ['/api/annotations', 201, { sessionId: 's-1', kind: 'bookmark', promptId: 'p' }],
    ['/api/annotations', 200, { sessionId: 's-1', kind: 'bookmark', promptId: 'p' }],
    ['/api/annotations', 400, { sessionId: 's-1', kind: 'label' }],
    ['/api/annotations', 400, '{"sessionId": "s-1"'],
    ['/api/annotations', 404, { sessionId: 'none', kind: 'pin' }],
    ['/api/annotations', 413, { sessionId: 's-1', kind: 'note', text: 'x'.repeat(70_000) }],
  ],
  'delete /api/annotations/{id}': [['/api/annotations/none', 404]],
  'get /api/alerts': [['/api/alerts', 200]],
  'post /api/alerts/test': [['/api/alerts/test', 200]],
  'get /api/analysis': [['/api/analysis', 200]],
  'get /api/analysis/{name}': [
    ['/api/analysis/spend?by=model&from=2026-11-20T00:00:00Z&to=2026-11-22T00:00:00Z&bucket=day', 200],
    ['/api/analysis/tools?filter=app:shop&zone=Europe/Berlin', 200],
    ['/api/analysis/none', 404],
    ['/api/analysis/spend?by=weather', 400],
    ['/api/analysis/spend?zone=Mars/Olympus', 400],
  ],
  'get /api/reconciliation': [
    ['/api/reconciliation', 200],
    ['/api/reconciliation?from=2020-01-01&to=2030-01-01T00:00:00Z&session=s-1&limit=3', 200],
    ['/api/reconciliation?to=-271821-04-20T00:00:00Z', 200],
    ['/api/reconciliation?from=yesterday', 400],
    ['/api/reconciliation?limit=501', 400],
  ],
  'get /api/import': [['/api/import', 200]],
  'get /api/import/discover': [
    ['/api/import/discover', 200],
    ['/api/import/discover?project=-home-dev-shop', 200],
  ],
  'post /api/import': [
    ['/api/import', 202, { days: 7 }],
    ['/api/import', 202, { everything: true }],
    ['/api/import', 400, { days: 0 }],
    ['/api/import', 400, { everything: 'yes' }],
    ['/api/import', 400, '{"days": 7'],
    ['/api/import', 413, { days: 7, more: 'x'.repeat(70_000) }],
  ],
  'get /api/retention': [
    ['/api/retention', 200],
    ['/api/retention?results=7&transcript=30&events=90', 200],
    ['/api/retention?results=0', 400],
  ],
  'post /api/retention': [
    ['/api/retention', 202, { eventsDays: 9999 }],
    ['/api/retention', 400, {}],
    ['/api/retention', 400, { eventsDays: 0 }],
    ['/api/retention', 413, { eventsDays: 9999, more: 'x'.repeat(70_000) }],
  ],
  'get /api/search': [
    ['/api/search?q=limiter&kind=prompt&order=best&from=2026-11-21T00:00:00Z&filter=branch:main', 200],
    ['/api/search', 200],
    ['/api/search?q=x&kind=word', 400],
  ],
  'get /api/status': [['/api/status', 200]],
  'get /api/facets': [['/api/facets', 200]],
  'get /api/pulse': [
    ['/api/pulse', 200],
    ['/api/pulse?minutes=1&buckets=60&to=2026-11-20T10:00:00Z&session=s-1', 200],
    ['/api/pulse?minutes=0', 400],
    ['/api/pulse?to=-271821-04-20T00:00:00Z', 200],
  ],
  'get /api/access': [['/api/access', 200]],
  'post /api/access/sign-in': [['/api/access/sign-in', 409, { token: 'ttk_x' }]],
  'post /api/access/sign-out': [['/api/access/sign-out', 204]],
  'get /api/access/tokens': [['/api/access/tokens', 200]],
  'post /api/access/tokens': [
    ['/api/access/tokens', 201, { name: 'team', scope: 'numbers', expiresInDays: 30 }],
    ['/api/access/tokens', 409, { name: 'team', scope: 'viewer' }],
    ['/api/access/tokens', 400, { name: 'team', scope: 'all' }],
    ['/api/access/tokens', 400, { name: 'team', scope: 'viewer', more: 'x'.repeat(70_000) }],
  ],
  'delete /api/access/tokens/{id}': [['/api/access/tokens/none', 404]],
  'get /api/audit': [
    ['/api/audit', 200],
    ['/api/audit?session=s-1&before=9&limit=5', 200],
    ['/api/audit?limit=0', 400],
  ],
  'get /api/quota': [
    ['/api/quota?hours=48', 200],
    ['/api/quota?hours=0', 400],
  ],
  'post /ingest/statusline': [
    ['/ingest/statusline', 204, { session_id: 's-1', context_window: {} }],
    ['/ingest/statusline', 400, {}],
  ],
  'get /api/analysis.html': [
    ['/api/analysis.html', 200],
    ['/api/analysis.html?zone=Mars/Olympus', 400],
  ],
  'get /healthz': [['/healthz', 200]],
  'get /metrics': [['/metrics', 200]],
};

async function describe(service: TestService): Promise<Description> {
  return (await (await service.get('/openapi.json')).json()) as Description;
}

it('answers every operation of its description as described', async () => {
  const service = await testService();
  const description = await describe(service);
  const described = Object.entries(description.paths).flatMap(([path, operations]) =>
    Object.keys(operations).map((method) => `${method} ${path}`),
  );
  expect(Object.keys(calls).sort()).toEqual(described.sort());

  for (const [name, requests] of Object.entries(calls)) {
    const [method = '', path = ''] = name.split(' ');
    for (const [address, status, body] of requests) {
      const response = await fetch(service.url + address, {
        method: method.toUpperCase(),
        ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      });
      const text = await response.text();
      expect(`${name}: ${address} ${response.status}`, text).toBe(`${name}: ${address} ${status}`);
      const answer = description.paths[path]?.[method]?.responses[status];
      expect(answer, `${name} ${status} is not described`).toBeDefined();
      const [type, { schema } = { schema: undefined }] = Object.entries(answer?.content ?? {})[0] ?? [];
      if (type === undefined || schema === undefined) expect(text).toBe('');
      else expect(response.headers.get('content-type')).toContain(type);
      if (type === 'application/json' && schema) z.fromJSONSchema(schema).parse(JSON.parse(text));
    }
  }
});

it('describes what is wrong with a parameter', async () => {
  const service = await testService();
  const error = async (path: string) => ((await (await service.get(path)).json()) as { error: string }).error;
  expect(await error('/api/events?limit=5000&order=up')).toBe('limit must be 1–1000; order must be asc or desc');
  expect(await error('/api/events?from=yesterday')).toBe('from must be a time such as 2026-11-20T14:00:00Z');
  expect(await error(`/api/events?filter=${'a'.repeat(2001)}`)).toBe('filter must be at most 2000 characters');
  expect(await error('/api/pulse?minutes=many')).toBe('minutes must be 1–1440');
  expect(await error('/ingest/transcript?session=s&size=-1')).toBe('size must be a whole number from 0');
  expect(await error(`/ingest/transcript?session=${'s'.repeat(201)}`)).toBe('session must be at most 200 characters');
  expect(await error('/api/events?filter=tol:Bash')).toMatch(/^filter: .*did you mean tool/);
  expect(await error(`/api/sessions?filter=${'a+'.repeat(999)}`)).toBe(
    'filter: a filter has at most 50 terms, this has 999',
  );
});

it('says where a body is wrong, once', async () => {
  const service = await testService();
  const error = async (path: string, body: unknown) =>
    ((await (await service.post(path, body)).json()) as { error: string }).error;
  expect(await error('/ingest/hook', { hook_event_name: 'Stop' })).toBe('session_id is missing');
  expect(await error('/ingest/hook', { session_id: 7, hook_event_name: 'Stop' })).toBe(
    'session_id must be a text, got a number',
  );
  expect(await error('/ingest/alert', { alerts: [{}] })).toBe('alerts.0: fingerprint is missing');
});

it('keeps deleted what is sent again, also at another time, and shows what the session does afterwards', async () => {
  const service = await testService();
  const send = (id: string, at: string) =>
    service.post('/ingest/hook', hook, { 'telltale-event-id': id, 'telltale-at': at });
  const ids = async () => {
    const { events } = (await (await service.get('/api/events?session=s-1')).json()) as { events: { id: string }[] };
    return events.map(({ id }) => id);
  };
  await send('before', '2026-11-21T09:00:00.000Z');
  const gone = await fetch(`${service.url}/api/sessions/s-1`, { method: 'DELETE' });
  expect([gone.status, await ids()]).toEqual([204, []]);
  expect((await send('before', '2026-11-21T11:11:11.111Z')).status).toBe(200);
  expect([(await service.get('/api/sessions/s-1')).status, await ids()]).toEqual([404, []]);
  await send('after', '2026-11-21T09:00:01.000Z');
  await send('before', '2026-11-21T12:12:12.121Z');
  expect([(await service.get('/api/sessions/s-1')).status, await ids()]).toEqual([200, ['after']]);
});

it('pages events both ways without a gap', async () => {
  const service = await testService();
  for (let i = 0; i < 5; i++) await service.fire('s-1');
  const page = async (query: string) => {
    const { events, next } = (await (await service.get(`/api/events?limit=2&${query}`)).json()) as {
      events: { seq: number }[];
      next: number | null;
    };
    return [events.map(({ seq }) => seq), next];
  };
  expect(await page('')).toEqual([[5, 4], 4]);
  expect(await page('before=4')).toEqual([[3, 2], 2]);
  expect(await page('before=2')).toEqual([[1], null]);
  expect(await page('after=0')).toEqual([[1, 2], 2]);
  expect(await page('after=4')).toEqual([[5], null]);
  expect(await page('after=')).toEqual([[5, 4], 4]);
});

it('finds plain text as it is, whatever signs it has', async () => {
  const service = await testService();
  await service.fire('s-1', 'UserPromptSubmit', { prompt: 'say "tool:Bash" -loud * please' });
  const count = async (q: string) =>
    ((await (await service.get(`/api/events?q=${encodeURIComponent(q)}`)).json()) as { events: object[] }).events
      .length;
  expect(await count('"tool:Bash" -loud *')).toBe(1);
  expect(await count('-loud')).toBe(1);
  expect(await count('tool:Edit')).toBe(0);
});

it('tells Prometheus what it did', async () => {
  const service = await testService();
  await service.fire('s-1');
  await service.post('/ingest/hook', '{nope');
  await service.post('/ingest/hook', {
    session_id: 's',
    hook_event_name: 'Stop',
    key: `sk-${'ant'}-${'a1'.repeat(30)}`,
  });
  const text = await (await service.get('/metrics')).text();
  const value = (name: string) => Number(new RegExp(`^${name} (.*)$`, 'm').exec(text)?.[1]);
  expect(text).toMatch(/^# HELP telltale_events_stored_total .+\n# TYPE telltale_events_stored_total counter\n/m);
  expect(value('telltale_events_stored_total')).toBe(2);
  expect(value('telltale_events_rejected_total')).toBe(1);
  expect(value('telltale_secrets_redacted_total')).toBe(1);
  expect(value('telltale_viewers')).toBe(0);
  expect(value('telltale_database_bytes')).toBeGreaterThan(10_000);
  expect(value('telltale_event_loop_lag_seconds')).toBeGreaterThanOrEqual(0);
});

it('serves nothing to another host or origin', async () => {
  const service = await testService();
  const status = async (headers: Record<string, string>) =>
    (await fetch(`${service.url}/api/events`, { headers })).status;
  expect(await status({})).toBe(200);
  expect(await status({ origin: service.url })).toBe(200);
  expect(await status({ origin: 'http://evil.example' })).toBe(403);
  expect(await status({ origin: 'null' })).toBe(403);
});

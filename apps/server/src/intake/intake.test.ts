import { connect } from 'node:net';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { type TestService, testService } from '../../fixtures/test-service.ts';

const hook = (more: object = {}) => ({ session_id: 's-1', cwd: '/home/dev/shop', hook_event_name: 'Stop', ...more });
const eventsOf = async (service: TestService) => {
  const { events } = (await (await service.get('/api/events?order=asc&limit=1000')).json()) as { events: object[] };
  return events;
};

/** Writes bytes as they are and answers what came back. */
function raw(service: TestService, head: string, body: (write: (chunk: Buffer) => void) => void = () => {}) {
  return new Promise<string>((resolve) => {
    let got = '';
    const socket = connect(service.port, '127.0.0.1', () => {
      socket.write(head.replaceAll('\n', '\r\n'));
      body((chunk) => socket.writable && socket.write(chunk));
    });
    socket.on('data', (data) => {
      got += data;
    });
    socket.on('close', () => resolve(got));
    socket.on('error', () => resolve(got));
  });
}

describe('POST /ingest/hook', () => {
  it('stores what it is given, with what the headers tell of its sender', async () => {
    const service = await testService();
    const response = await service.post('/ingest/hook', hook(), {
      'telltale-event-id': 'id-1',
      'telltale-at': '2026-11-20T10:00:00.123456789Z',
      'telltale-app': Buffer.from('Käsekuchen').toString('latin1'),
      'telltale-install': 'project',
      'telltale-host': 'box',
      'telltale-user': 'ada',
      'telltale-tty': '/dev/pts/3',
      'telltale-claude-pid': '4711',
      'telltale-claude-code-entrypoint': 'cli',
      'telltale-term-program': 'tmux',
      'telltale-tmux-pane': '%1',
    });
    expect([response.status, await response.text()]).toEqual([200, '']);
    expect(await eventsOf(service)).toEqual([
      expect.objectContaining({
        seq: 1,
        id: 'id-1',
        source: 'hook',
        name: 'Stop',
        sessionId: 's-1',
        app: 'Käsekuchen',
        at: '2026-11-20T10:00:00.123Z',
        origin: {
          ...{ install: 'project', host: 'box', user: 'ada', tty: '/dev/pts/3', pid: 4711 },
          ...{ entrypoint: 'cli', terminal: 'tmux', tmuxPane: '%1' },
        },
        payload: hook(),
      }),
    ]);
  });

  it('stores the same id once, and equal bytes without an id as often as they come', async () => {
    const service = await testService();
    for (let i = 0; i < 3; i++) await service.post('/ingest/hook', hook(), { 'telltale-event-id': 'x'.repeat(5000) });
    for (let i = 0; i < 3; i++) await service.post('/ingest/hook', hook());
    expect(await eventsOf(service)).toHaveLength(4);
  });

  it('reads gzip', async () => {
    const service = await testService();
    const body = gzipSync(JSON.stringify(hook({ prompt: 'packed' })));
    expect((await service.post('/ingest/hook', body, { 'content-encoding': 'gzip' })).status).toBe(200);
    expect(await eventsOf(service)).toEqual([expect.objectContaining({ payload: hook({ prompt: 'packed' }) })]);
  });

  it.each([
    ['{nope', /^the body is not JSON/],
    ['', /^the body is empty/],
    ['[1]', /a hook input is a JSON object, got an array/],
    ['{"hook_event_name":"Stop"}', /session_id is missing/],
    ['{"session_id":7,"hook_event_name":"Stop"}', /session_id must be a text, got a number/],
    [`${'['.repeat(100_000)}`, /not JSON|nested/],
    [`{"session_id":"s","hook_event_name":"x","a":${'['.repeat(5000)}${']'.repeat(5000)}}`, /nested deeper/],
  ])('answers %.30j with 400, and says what would help', async (body, error) => {
    const service = await testService();
    const response = await service.post('/ingest/hook', body);
    expect(response.status).toBe(400);
    expect(await response.json()).toEqual({ error: expect.stringMatching(error), fix: expect.any(String) });
    expect(await (await service.get('/api/status')).json()).toMatchObject({ rejected: 1, events: 0 });
  });

  it('refuses a strange encoding and broken gzip', async () => {
    const service = await testService();
    const post = async (encoding: string) =>
      (await service.post('/ingest/hook', JSON.stringify(hook()), { 'content-encoding': encoding })).status;
    expect([await post('br'), await post('gzip')]).toEqual([415, 400]);
    expect((await service.get('/healthz')).status).toBe(200);
  });

  it('refuses another host and another origin', async () => {
    const service = await testService();
    const post = (headers: Record<string, string>) => service.post('/ingest/hook', hook(), headers);
    expect((await post({ origin: 'http://evil.example' })).status).toBe(403);
    const answer = await raw(
      service,
      'POST /ingest/hook HTTP/1.1\nHost: evil.example\nContent-Length: 0\nConnection: close\n\n',
    );
    expect(answer).toMatch(/^HTTP\/1\.1 403 /);
    expect(await eventsOf(service)).toEqual([]);
  });
});

describe('a body beyond the limit', () => {
  const mega = Buffer.alloc(1 << 20, 'a');
  const head = 'POST /ingest/hook HTTP/1.1\nHost: localhost\n';

  it('is answered 413 from its announced length alone', async () => {
    const service = await testService();
    expect(await raw(service, `${head}Content-Length: ${65 << 20}\n\n`)).toMatch(/^HTTP\/1\.1 413 /);
  });

  it('is answered 413 while it streams', async () => {
    const service = await testService();
    const answer = await raw(service, `${head}Transfer-Encoding: chunked\n\n`, (write) => {
      for (let i = 0; i < 66; i++) {
        write(Buffer.from(`${mega.length.toString(16)}\r\n`));
        write(mega);
        write(Buffer.from('\r\n'));
      }
    });
    expect(answer).toMatch(/^HTTP\/1\.1 413 /);
    expect((await service.get('/healthz')).status).toBe(200);
  });

  it('is answered 413 when it unpacks to more', async () => {
    const service = await testService();
    const bomb = gzipSync(Buffer.alloc(80 << 20));
    expect((await service.post('/ingest/hook', bomb, { 'content-encoding': 'gzip' })).status).toBe(413);
  });
});

it('takes the older envelope', async () => {
  const service = await testService();
  const sent = { source_app: 'old', session_id: 's', hook_event_type: 'Notification', payload: { message: 'm' } };
  const response = await service.post('/events', { ...sent, timestamp: Date.parse('2026-11-20T10:00:00Z') });
  expect(await response.json()).toEqual({ stored: 1, duplicates: 0, deleted: 0 });
  expect(await eventsOf(service)).toEqual([
    expect.objectContaining({ name: 'Notification', app: 'old', at: '2026-11-20T10:00:00.000Z', sessionId: 's' }),
  ]);
});

it('takes events of the SDK one, as a list, and a line each', async () => {
  const service = await testService();
  const event = (id: string) => ({ id, name: 'tool_call', source: 'mcp', app: 'lab' });
  await service.post('/ingest/events', event('1'));
  await service.post('/ingest/events', [event('2'), event('3')]);
  const lines = `${JSON.stringify(event('3'))}\n\n${JSON.stringify(event('4'))}\n`;
  const last = await service.post('/ingest/events', lines, { 'content-type': 'application/x-ndjson' });
  expect(await last.json()).toEqual({ stored: 1, duplicates: 1, deleted: 0 });
  expect(await eventsOf(service)).toMatchObject([{ id: '1', source: 'mcp' }, { id: '2' }, { id: '3' }, { id: '4' }]);
});

it('takes an alert once, however often it is repeated', async () => {
  const service = await testService();
  const alert = { fingerprint: 'f', startsAt: '2026-11-20T10:00:00Z', labels: { alertname: 'Budget' } };
  for (let i = 0; i < 2; i++) await service.post('/ingest/alert', { status: 'firing', alerts: [alert] });
  expect(await eventsOf(service)).toMatchObject([{ source: 'alert', summary: 'Budget' }]);
});

describe('/ingest/transcript', () => {
  const line = (uuid: string) =>
    `${JSON.stringify({ type: 'user', uuid, message: { role: 'user', content: uuid } })}\n`;
  const file = `${line('a')}${line('b')}`;
  const head = 'head=1-2';

  it('says what is lacking, takes it, and takes nothing twice', async () => {
    const service = await testService();
    const lacking = async (query = head) =>
      (await service.get(`/ingest/transcript?session=s&agent=&size=${file.length}&${query}`)).text();
    const send = (offset: number, body: string) =>
      service.post(`/ingest/transcript?session=s&agent=&offset=${offset}&${head}`, body, { 'telltale-app': 'shop' });

    expect(await lacking()).toBe('0');
    expect((await send(0, line('a'))).status).toBe(204);
    expect(await lacking()).toBe(String(line('a').length));
    const early = await send(5000, line('b'));
    expect([early.status, await early.text()]).toEqual([409, String(line('a').length)]);
    expect((await send(line('a').length, line('b'))).status).toBe(204);
    expect(await lacking()).toBe(String(file.length));
    expect(await lacking('head=3-4')).toBe('0');
    const page = await (await service.get('/api/sessions/s/transcript')).json();
    expect(page).toMatchObject({ entries: [{ uuid: 'a' }, { uuid: 'b' }], next: null });
  });

  it('takes what a subagent is, and JSON of other senders', async () => {
    const service = await testService();
    const meta = await service.post('/ingest/transcript?session=s&agent=x1&meta=1', { agentType: 'Explore' });
    expect(meta.status).toBe(204);
    const sent = await service.post('/ingest/transcript', { sessionId: 's', entries: [JSON.parse(line('c'))] });
    expect(sent.status).toBe(204);
    expect(await (await service.get('/api/sessions/s/transcript')).json()).toMatchObject({
      entries: expect.arrayContaining([expect.objectContaining({ uuid: 'c' })]),
    });
  });

  it.each(['', '?size=5', '?session=s&head=zz', '?session=s&size=-1'])('refuses GET %j', async (query) => {
    const service = await testService();
    expect((await service.get(`/ingest/transcript${query}`)).status).toBe(400);
  });
});

import { createHmac } from 'node:crypto';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { AlertRuleView, AlertsView, AlertTest, ServiceStatus, Session, TelltaleEvent } from '@telltale/core';
import { SMTPServer } from 'smtp-server';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type TestService, testFolder, testService, until } from '../../fixtures/test-service.ts';

const minute = 60_000;

/** A clock that runs, and can be put forward. */
function clock() {
  let ahead = 0;
  return {
    now: () => Date.now() + ahead,
    forward(ms: number) {
      ahead += ms;
    },
  };
}

/** One `api_request` of the client's telemetry. */
function request(sessionId: string, id: string, cost_usd: number, atMs = Date.now()) {
  const attributes = {
    ...{ 'session.id': sessionId, 'event.name': 'api_request', model: 'claude-opus-5-5', request_id: id, cost_usd },
    ...{ input_tokens: 10, output_tokens: 10 },
    'event.timestamp': new Date(atMs).toISOString(),
  };
  const pairs = Object.entries(attributes).map(([key, value]) => ({
    key,
    value: typeof value === 'number' ? { doubleValue: value } : { stringValue: value },
  }));
  const record = { timeUnixNano: `${atMs}000000`, body: { stringValue: 'claude_code.api_request' }, attributes: pairs };
  return { resourceLogs: [{ resource: { attributes: [] }, scopeLogs: [{ scope: {}, logRecords: [record] }] }] };
}

async function spend(service: TestService, ...told: Parameters<typeof request>): Promise<void> {
  const response = await service.post('/v1/logs', request(...told));
  expect(response.status).toBe(200);
}

async function read<T>(service: TestService, path: string): Promise<T> {
  const response = await service.get(path);
  expect(response.status).toBe(200);
  return (await response.json()) as T;
}
const alertsOf = (service: TestService) => read<AlertsView>(service, '/api/alerts');
const ruleIn = ({ rules }: AlertsView, name: string) => rules.find((rule) => rule.name === name) as AlertRuleView;
async function said(service: TestService): Promise<string[]> {
  const { events } = await read<{ events: TelltaleEvent[] }>(service, '/api/events?name=alert&order=asc');
  return events.map(({ summary }) => summary);
}

const budget = { TELLTALE_BUDGET_SESSION_USD: '1' };

it('says once that a session is over its budget, through restarts, and that it is over when the budget is larger', async () => {
  const home = testFolder();
  const first = await testService({ home, env: budget });
  await first.fire('s-1', 'UserPromptSubmit', { prompt: 'go' });
  await spend(first, 's-1', 'r1', 0.75);
  await first.fire('s-2', 'UserPromptSubmit', { prompt: 'go' });
  await spend(first, 's-2', 'r9', 1);
  await until(async () => expect((await read<Session>(first, '/api/sessions/s-1')).costUsd).toBe(0.75));
  expect(await said(first)).toEqual([]);
  await spend(first, 's-1', 'r2', 0.75);
  const words = 'Budget of a session spent: this session cost $1.50, the budget is $1.00';
  await until(async () => expect(await said(first)).toEqual([words]));
  await until(async () =>
    expect((await read<Session>(first, '/api/sessions/s-1')).trouble).toEqual([
      expect.objectContaining({ kind: 'alert', summary: words }),
    ]),
  );
  const view = await alertsOf(first);
  expect(ruleIn(view, 'budget_session')).toMatchObject({ state: 'firing', limit: 1, lastFiredAt: expect.any(String) });
  expect(ruleIn(view, 'budget_day')).toMatchObject({ state: 'off', variable: 'TELLTALE_BUDGET_DAY_USD' });
  expect(ruleIn(view, 'disk_low')).toMatchObject({ state: 'on', limit: 500, isUsual: true });
  expect(view.firing).toEqual([expect.objectContaining({ summary: words, sessionId: 's-1', severity: 'warning' })]);
  await first.close(1000);

  const second = await testService({ home, env: budget });
  await spend(second, 's-1', 'r3', 0.5);
  await spend(second, 's-2', 'r4', 0.6);
  // The second one's word shows that it was looked again.
  await until(async () => expect(await said(second)).toHaveLength(2));
  expect((await said(second)).filter((summary) => summary === words)).toHaveLength(1);
  await second.close(1000);

  const third = await testService({ home, env: { TELLTALE_BUDGET_SESSION_USD: '1.8' } });
  await until(async () => expect((await alertsOf(third)).firing).toHaveLength(1));
  expect((await said(third)).filter((summary) => summary.includes('resolved'))).toHaveLength(1);
  await third.close(1000);
  const off = await testService({ home });
  await until(async () => expect((await alertsOf(off)).firing).toEqual([]));
  expect((await read<Session>(off, '/api/sessions/s-1')).trouble).toEqual([]);
});

it('what was noted and not yet said before a crash is said after it, and once', async () => {
  const home = testFolder();
  const before = await testService({ home, env: budget });
  await spend(before, 's-1', 'r1', 2);
  await until(async () => expect(await said(before)).toHaveLength(1));
  await before.close(1000);
  // As if it had ended between the note and the word: once with the word in the store, once without.
  const { openConnection } = await import('../store/connection.ts');
  const database = openConnection(`${home}/telltale.db`);
  const memo = JSON.parse(before.remembers('alerts') ?? '{}');
  const known = {
    ...{ fingerprint: 'telltale budget_session s-1', status: 'firing', annotations: { summary: 'twice' } },
    ...{ startsAt: new Date(memo.state.firing['budget_session s-1'].since).toISOString(), labels: {} },
  };
  memo.unsaid = [known, { ...known, fingerprint: 'telltale other' }];
  database.prepare('UPDATE meta SET value = ? WHERE key = ?').run(JSON.stringify(memo), 'memo alerts');
  database.close();
  const after = await testService({ home, env: budget });
  await until(async () => expect(await said(after)).toHaveLength(2));
  await until(() => expect(JSON.parse(after.remembers('alerts') ?? '{}').unsaid).toEqual([]));
  expect((await said(after)).filter((summary) => summary.includes('twice'))).toHaveLength(1);
});

it('today’s money stands alone, by person too, and yesterday’s does not count', async () => {
  const service = await testService({
    env: { TELLTALE_BUDGET_DAY_USD: '2', TELLTALE_BUDGET_USER_DAY_USD: '2', TELLTALE_TZ: 'Asia/Kolkata' },
  });
  const hook = { session_id: 's-1', hook_event_name: 'UserPromptSubmit', prompt: 'go' };
  await service.post('/ingest/hook', hook, { 'telltale-user': 'ada' });
  await spend(service, 's-1', 'r0', 50, Date.now() - 25 * 60 * minute);
  await spend(service, 's-1', 'r1', 1.5);
  await until(async () => expect((await read<Session>(service, '/api/sessions/s-1')).costUsd).toBe(51.5));
  expect(await said(service)).toEqual([]);
  await spend(service, 's-1', 'r2', 1);
  await until(async () =>
    expect((await said(service)).sort()).toEqual([
      'Daily budget of a person spent: ada spent $2.50 today, the budget is $2.00',
      'Daily budget spent: today cost $2.50, the budget is $2.00',
    ]),
  );
  const firing = async () => (await read<ServiceStatus>(service, '/api/status')).alerts ?? [];
  // What was said stays; what stands on the page goes on.
  await spend(service, 's-1', 'r3', 1);
  await until(async () =>
    expect((await firing()).map(({ summary }) => summary)).toContain(
      'Daily budget spent: today cost $3.50, the budget is $2.00',
    ),
  );
  expect(await said(service)).toHaveLength(2);
  expect((await firing()).map(({ fingerprint }) => fingerprint).sort()).toEqual([
    'telltale budget_day',
    'telltale budget_user_day ada',
  ]);
});

it('counts what events tell also over a restart, and lets go of it in time', async () => {
  const home = testFolder();
  const time = clock();
  const env = { TELLTALE_ALERT_SENSITIVE_FILES: '2' };
  const touch = (service: TestService) =>
    service.fire('s-1', 'PostToolUse', { tool_name: 'Read', tool_use_id: `t-${time.now()}`, tool_input });
  const tool_input = { file_path: '/home/dev/shop/.env' };
  const first = await testService({ home, env, now: time.now });
  await touch(first);
  await first.close(1000);
  const second = await testService({ home, env, now: time.now });
  await touch(second);
  const words = 'Sensitive file touched: Read .env, 2 times in an hour';
  await until(async () => expect(await said(second)).toEqual([words]));
  const [event] = (await read<{ events: TelltaleEvent[] }>(second, '/api/events?name=alert')).events;
  expect(event?.payload).toMatchObject({ seqs: [1, 2], labels: { session_id: 's-1', app: 'shop' } });
  await second.close(1000);
  // A restart that reads them again does not say it again; an hour later it is over.
  const third = await testService({ home, env, now: time.now });
  await third.fire('s-1', 'UserPromptSubmit', { prompt: 'on' });
  await until(async () => expect(ruleIn(await alertsOf(third), 'sensitive_file').state).toBe('firing'));
  time.forward(61 * minute);
  await third.fire('s-1', 'UserPromptSubmit', { prompt: 'and on' });
  await until(async () => expect(await said(third)).toEqual([words, expect.stringContaining('resolved')]));
});

it('silence is noticed without an event, and an alert is no sign of life', async () => {
  const time = clock();
  const env = { TELLTALE_ALERT_SILENT_MINUTES: '10' };
  const service = await testService({ env, now: time.now });
  await service.fire('s-1', 'UserPromptSubmit', { prompt: 'go' });
  time.forward(11 * minute);
  await until(async () => expect(await said(service)).toHaveLength(1));
  time.forward(3 * minute);
  await service.fire('s-2', 'UserPromptSubmit', { prompt: 'another' });
  await until(async () => expect((await read<Session>(service, '/api/sessions/s-2')).state).toBe('working'));
  expect(await said(service)).toEqual([expect.stringMatching(/^Works, but says nothing: silent for more than 10/)]);
  await service.fire('s-1', 'Stop');
  await until(async () => expect(await said(service)).toHaveLength(2));
  expect((await said(service))[1]).toContain('resolved');
});

interface Received {
  headers: IncomingHttpHeaders;
  body: string;
}

/** A real server that keeps what it gets; `status` says how it answers. */
async function receiver() {
  const got: Received[] = [];
  const state = { status: 200 };
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk) => chunks.push(chunk));
    request.on('end', () => {
      got.push({ headers: request.headers, body: Buffer.concat(chunks).toString() });
      response.writeHead(state.status, { location: '/elsewhere' }).end('secret words');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return { got, state, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook/top-secret-path` };
}

async function mailbox(options: { password?: string } = {}) {
  const mails: string[] = [];
  const server = new SMTPServer({
    ...{ authOptional: options.password === undefined, disabledCommands: ['STARTTLS'], allowInsecureAuth: true },
    onAuth: ({ password, username }, _, done) =>
      password === options.password ? done(null, { user: username }) : done(new Error('Invalid username or password')),
    onData(stream, _, done) {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        mails.push(Buffer.concat(chunks).toString());
        done();
      });
    },
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => new Promise<void>((resolve) => server.close(() => resolve())));
  const address = server.server.address() as AddressInfo;
  return { mails, port: address.port };
}

describe('sent by choice', () => {
  it('a webhook gets what Grafana would send, signed, in order, and again until it is taken', async () => {
    const { got, state, url } = await receiver();
    state.status = 503;
    const home = testFolder();
    const env = { ...budget, TELLTALE_ALERT_WEBHOOK_URL: url, TELLTALE_ALERT_WEBHOOK_SECRET: 'top-secret-key' };
    const first = await testService({ home, env });
    await spend(first, 's-1', 'r1', 2);
    await until(() => expect(got.length).toBeGreaterThan(0));
    await until(async () =>
      expect((await alertsOf(first)).targets[0]).toMatchObject({ isOn: true, waiting: 1, problem: 'it answered 503' }),
    );
    // Ingest does not wait for it.
    await first.fire('s-1', 'Stop');
    await first.close(1000);
    state.status = 200;
    const before = got.length;
    const second = await testService({ home, env });
    await until(async () => expect((await alertsOf(second)).targets[0]?.waiting).toBe(0));
    expect(got).toHaveLength(before + 1);
    const { body, headers } = got.at(-1) as Received;
    expect(headers['x-telltale-delivery']).toBe(got[0]?.headers['x-telltale-delivery']);
    const hmac = createHmac('sha256', 'top-secret-key').update(`${headers['x-telltale-timestamp']}.${body}`);
    expect(headers['x-telltale-signature']).toBe(`sha256=${hmac.digest('hex')}`);
    expect(JSON.parse(body)).toMatchObject({
      ...{ receiver: 'telltale', status: 'firing' },
      alerts: [{ status: 'firing', labels: { alertname: 'Budget of a session spent', session_id: 's-1' } }],
    });
    // Another Telltale would take it.
    expect((await second.post('/ingest/alert', body)).status).toBe(200);
    const told = [
      ...(await Promise.all(
        ['/api/alerts', '/api/status', '/metrics'].map(async (path) => (await second.get(path)).text()),
      )),
      ...[first, second].flatMap(({ printed }) => printed),
    ].join('\n');
    expect(told).toContain('alerts by webhook: it answered 503');
    expect(told).not.toMatch(/top-secret|secret words/);
  });

  it('Slack gets its form, with what it would read as its own escaped', async () => {
    const { got, url } = await receiver();
    const service = await testService({ env: { ...budget, TELLTALE_ALERT_SLACK_URL: url } });
    await spend(service, 's&<1>', 'r1', 2);
    await until(() => expect(got).toHaveLength(1));
    expect(JSON.parse(got[0]?.body ?? '')).toEqual({
      text:
        '*Telltale: Budget of a session spent fires*\n• firing (warning): Budget of a session spent: this session cost $2.00, ' +
        'the budget is $1.00 <http://localhost:4000/sessions/s%26%3C1%3E|open>',
    });
  });

  it('mail goes through a real server, with a password, and says what it cannot', async () => {
    const { mails, port } = await mailbox({ password: 'pa:ss/word' });
    const to = { TELLTALE_ALERT_MAIL_TO: 'you@example.com, ops@example.com' };
    const server = (password: string) => ({
      TELLTALE_ALERT_MAIL_SERVER: `smtp://ada:${encodeURIComponent(password)}@127.0.0.1:${port}`,
    });
    const service = await testService({ env: { ...budget, ...to, ...server('pa:ss/word') } });
    await spend(service, 's-1', 'r1', 2);
    await until(() => expect(mails).toHaveLength(1));
    const text = (mails[0] ?? '').replaceAll('=\r\n', '');
    expect(text).toMatch(
      /^From: you@example\.com\r\nTo: you@example\.com, ops@example\.com\r\nSubject: Telltale: Budget of a session spent fires\r\n/,
    );
    expect(text).toContain('firing (warning): Budget of a session spent: this session cost $2.00');
    expect(text).toContain('http://localhost:4000/sessions/s-1');

    const wrong = await testService({ env: { ...to, ...server('wrong-secret') } });
    const answer = (await (await wrong.post('/api/alerts/test', {})).json()) as AlertTest;
    expect(answer).toEqual({ sent: [{ kind: 'mail', ok: false, problem: 'the mail server answered 535' }] });
    expect(wrong.printed.join()).not.toContain('wrong-secret');
  });

  it('a test message says that it is one, goes everywhere, and tells who took it', async () => {
    const { got, url, state } = await receiver();
    const { mails, port } = await mailbox();
    const service = await testService({
      env: {
        ...{ TELLTALE_ALERT_WEBHOOK_URL: url, TELLTALE_ALERT_SLACK_URL: 'http://127.0.0.1:1/nobody' },
        ...{ TELLTALE_ALERT_MAIL_TO: 'you@example.com', TELLTALE_ALERT_MAIL_SERVER: `smtp://127.0.0.1:${port}` },
      },
    });
    const test = async () => (await (await service.post('/api/alerts/test', {})).json()) as AlertTest;
    expect((await test()).sent).toEqual([
      { kind: 'webhook', ok: true },
      { kind: 'slack', ok: false, problem: expect.stringMatching(/^it could not be reached/) },
      { kind: 'mail', ok: true },
    ]);
    expect(JSON.parse(got[0]?.body ?? '')).toMatchObject({ test: true, alerts: [{ labels: { test: 'true' } }] });
    expect(mails[0]).toContain('Subject: Telltale: test message');
    // A redirect is not followed.
    state.status = 302;
    expect((await test()).sent[0]).toEqual({ kind: 'webhook', ok: false, problem: 'it answered 302' });
    expect(got).toHaveLength(2);
    expect(await said(service)).toEqual([]);
  });

  it('nobody is asked where nothing is set, and other pages cannot ask', async () => {
    const service = await testService();
    expect(await (await service.post('/api/alerts/test', {})).json()).toEqual({ sent: [] });
    const refused = await service.post('/api/alerts/test', {}, { origin: 'http://evil.example' });
    expect(refused.status).toBe(403);
  });
});

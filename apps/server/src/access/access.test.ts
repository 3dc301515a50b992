import { once } from 'node:events';
import {
  type AccessView,
  type AuditPage,
  createdTokenSchema,
  type TokenList,
  tokenListSchema,
  tokenScopes,
} from '@telltale/core/access-view';
import { describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { type GuardedService, guardedService } from '../../fixtures/guarded-service.ts';
import { type TestService, testFolder, testService, until } from '../../fixtures/test-service.ts';
import { openConnection } from '../store/connection.ts';
import { usualRates } from './door.ts';
import { accessOf, routesTable } from './routes-table.ts';
import { meets } from './scope.ts';

const visitors = ['nobody', ...tokenScopes] as const;
const dayMs = 24 * 60 * 60_000;

/** Every route of /openapi.json: its method, its own spelling, and an address that it answers. */
async function routesOf(service: GuardedService) {
  const { paths } = (await (await service.get('/openapi.json')).json()) as { paths: Record<string, object> };
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => ({
      ...{ method: method.toUpperCase(), path: path.replace(/\{(\w+)\}/g, ':$1') },
      address: path.replace('{name}', 'spend').replace('{seq}', '1').replace('{id}', 's-1'),
    })),
  );
}

describe('every route', () => {
  it('is in the list of who may ask it, and the list has no other', async () => {
    const service = await guardedService();
    const told = (await routesOf(service)).map(({ method, path }) => `${method} ${path}`);
    // These two are not routes of the document: the document itself, and the socket.
    const listed = Object.keys(routesTable).filter((key) => !['GET /openapi.json', 'GET /live'].includes(key));
    expect(told.sort(), 'give a new route its row in access/routes-table.ts').toEqual(listed.sort());
    expect(accessOf('GET', '/api/a-route-that-is-not-in-it')).toEqual({ needs: 'admin' });
  });

  it('answers those whose token is enough, and nobody else', async () => {
    const service = await guardedService();
    await service.fire('s-1');
    const routes = [...(await routesOf(service)), { method: 'GET', path: '/openapi.json', address: '/openapi.json' }];
    const wrong: unknown[] = [];
    for (const { method, path, address } of routes) {
      const { needs } = accessOf(method, path);
      for (const who of visitors) {
        // The session must still be there for the next one.
        const init = { method, ...(method === 'POST' && { body: '{' }) };
        const response = await service.as(who, method === 'DELETE' ? address.replace('s-1', 's-9') : address, init);
        await response.text();
        const mayCome = meets(who === 'nobody' ? undefined : who, needs);
        const expected = mayCome ? 'let in' : who === 'nobody' ? 401 : 403;
        const got = [401, 403].includes(response.status) ? response.status : 'let in';
        if (got !== expected) wrong.push({ method, path, who, needs, status: response.status });
      }
    }
    expect(wrong).toEqual([]);
    expect(routes.length).toBeGreaterThan(35);
  });

  it('is refused in words, with what helps', async () => {
    const service = await guardedService();
    const nobody = await service.as('nobody', '/api/sessions');
    expect(nobody.headers.get('www-authenticate')).toBe('Bearer realm="telltale"');
    expect(await nobody.json()).toEqual({
      error: 'this service asks for a token',
      fix: 'send "authorization: Bearer ttk_…", or open the page and sign in',
    });
    expect(await (await service.as('numbers', '/api/search?q=x')).json()).toEqual({
      error: 'the token "numbers" is for numbers; this needs one for viewer',
    });
    const sent = await service.as('viewer', '/ingest/hook', { method: 'POST', body: '{}' });
    expect([sent.status, await sent.json()]).toEqual([
      403,
      { error: 'the token "viewer" is for viewer; this needs one for ingest' },
    ]);
    expect(nobody.headers.get('content-security-policy')).toContain("default-src 'self'");
  });

  it.each([
    '/api//sessions',
    '/%61pi/sessions',
    '/api/sessions/',
    '/./api/sessions',
    '/api/x/../sessions',
    '/API/sessions',
  ])('tells nobody anything as %s', async (path) => {
    const service = await guardedService();
    await service.fire('s-zebra');
    const response = await service.as('nobody', path);
    expect(await response.text()).not.toContain('zebra');
  });
});

describe('a token', () => {
  it('is told once and kept as a hash', async () => {
    const home = testFolder();
    const service = await testService({ home });
    const response = await service.post('/api/access/tokens', { name: ' team ', scope: 'viewer', expiresInDays: 7 });
    expect([response.status, response.headers.get('cache-control')]).toEqual([201, 'no-store']);
    const { token, ...view } = createdTokenSchema.parse(await response.json());
    expect(token).toMatch(/^ttk_[\w-]{43}$/);
    expect(view).toMatchObject({ name: 'team', scope: 'viewer' });
    expect(Date.parse(view.expiresAt ?? '') - Date.parse(view.createdAt)).toBe(7 * dayMs);
    const list = await (await service.get('/api/access/tokens')).text();
    expect(tokenListSchema.parse(JSON.parse(list))).toEqual({ tokens: [view] });
    expect(list).not.toContain(token);
    await service.close(1000);
    const database = openConnection(`${home}/telltale.db`, { readonly: true });
    const rows = database.prepare('SELECT * FROM access_tokens').all() as { hash: Buffer }[];
    database.close();
    expect(rows[0]?.hash).toHaveLength(32);
    expect(JSON.stringify(rows)).not.toContain(token.slice(4, 20));
  });

  it.each([
    [{ name: '', scope: 'viewer' }, /^name must not be empty/],
    [{ name: 'a\nb', scope: 'viewer' }, /^name must be one line/],
    [{ name: 'a', scope: 'root' }, /^scope must be one of ingest, numbers, viewer, admin/],
    [{ name: 'a', scope: 'viewer', expiresInDays: 0 }, /^expiresInDays must be 1–3650/],
    ['x', /^the body/],
  ])('is not made from %j', async (asked, error) => {
    const service = await testService();
    const response = await service.post('/api/access/tokens', asked);
    expect([response.status, await response.json()]).toEqual([400, { error: expect.stringMatching(error) }]);
  });

  it('has a name of its own', async () => {
    const service = await testService();
    const make = () => service.post('/api/access/tokens', { name: 'ci', scope: 'ingest' });
    const [first, second] = await Promise.all([make(), make()]);
    expect([first.status, second.status].sort()).toEqual([201, 409]);
  });

  it('counts no more from the moment it is revoked on, also after the next start', async () => {
    const home = testFolder();
    const service = await guardedService({ home });
    const { id } = service.tokens.viewer;
    expect((await service.as('viewer', '/api/sessions')).status).toBe(200);
    expect((await service.as('admin', `/api/access/tokens/${id}`, { method: 'DELETE' })).status).toBe(204);
    const refused = await service.as('viewer', '/api/sessions');
    expect([refused.status, ((await refused.json()) as { error: string }).error]).toEqual([
      401,
      'the token is unknown, revoked or expired',
    ]);
    expect((await service.as('admin', `/api/access/tokens/${id}`, { method: 'DELETE' })).status).toBe(404);
    await service.close(1000);
    const again = await testService({ home, env: { TELLTALE_REQUIRE_TOKENS: 'on' } });
    const as = (token: string) => fetch(`${again.url}/api/sessions`, { headers: { authorization: `bearer ${token}` } });
    expect([(await as(service.tokens.viewer.token)).status, (await as(service.tokens.numbers.token)).status]).toEqual([
      401, 200,
    ]);
  });

  it('expires, with what was signed in by it', async () => {
    let now = Date.now();
    const service = await guardedService({ now: () => now });
    const made = await service.post('/api/access/tokens', { name: 'guest', scope: 'viewer', expiresInDays: 1 });
    const { token } = createdTokenSchema.parse(await made.json());
    const cookie = cookieOf(await signIn(service, token));
    const asks = async () => [
      (await fetch(`${service.url}/api/sessions`, { headers: { authorization: `Bearer ${token}` } })).status,
      (await fetch(`${service.url}/api/sessions`, { headers: { cookie } })).status,
    ];
    expect(await asks()).toEqual([200, 200]);
    now += dayMs;
    expect(await asks()).toEqual([401, 401]);
    expect((await signIn(service, token)).status).toBe(401);
  });

  it('says when it was used last, to the minute, also after the next start', async () => {
    const home = testFolder();
    const service = await guardedService({ home });
    await service.as('viewer', '/api/sessions');
    const lastUsed = async (of: TestService) => {
      const { tokens } = (await (await of.get('/api/access/tokens')).json()) as TokenList;
      return Object.fromEntries(tokens.map(({ name, lastUsedAt }) => [name, lastUsedAt]));
    };
    const told = await lastUsed(service);
    expect(told).toEqual({
      admin: expect.any(String),
      viewer: expect.any(String),
      ingest: undefined,
      numbers: undefined,
    });
    await service.close(1000);
    expect(await lastUsed(await testService({ home }))).toEqual(told);
  });

  it('is neither half of another nor a hash, nor in another scheme', async () => {
    const service = await guardedService();
    const { token } = service.tokens.viewer;
    const with_ = async (authorization: string) =>
      (await fetch(`${service.url}/api/sessions`, { headers: { authorization } })).status;
    expect(await with_(`Bearer ${token}`)).toBe(200);
    const wrong = [
      `Bearer ${token.slice(0, -1)}`,
      `Bearer ${token}A`,
      `Bearer ${token.slice(4)}`,
      'Bearer ttk_',
      'Bearer',
    ];
    for (const one of [...wrong, `Basic ${token}`, token]) expect([one, await with_(one)]).toEqual([one, 401]);
    expect((await fetch(`${service.url}/api/sessions?token=${token}`)).status).toBe(401);
  });
});

const signIn = (service: TestService, token: string, headers: Record<string, string> = {}) =>
  fetch(`${service.url}/api/access/sign-in`, {
    ...{ method: 'POST', body: JSON.stringify({ token }) },
    headers: { 'content-type': 'application/json', origin: service.url, ...headers },
  });
const cookieOf = (response: Response) => response.headers.get('set-cookie')?.split(';')[0] ?? '';

describe('signing in', () => {
  it('gives a cookie that no script reads and no other site sends', async () => {
    const now = Date.now();
    const service = await guardedService({ now: () => now });
    const { token } = service.tokens.viewer;
    const response = await signIn(service, token);
    expect(await response.json()).toEqual({ required: true, name: 'viewer', scope: 'viewer', signedIn: true });
    const [pair, ...flags] = (response.headers.get('set-cookie') ?? '').split('; ');
    expect(pair).toMatch(/^telltale=[\w-]{43}$/);
    expect(pair).not.toContain(token);
    expect(flags.sort()).toEqual(['HttpOnly', `Max-Age=${30 * 24 * 60 * 60}`, 'Path=/', 'SameSite=Strict']);
    const access = await fetch(`${service.url}/api/access`, { headers: { cookie: pair ?? '' } });
    expect(await access.json()).toEqual({ required: true, name: 'viewer', scope: 'viewer', signedIn: true });
  });

  it('gives a cookie for https only where the page came by https', async () => {
    const service = await guardedService({ env: { TELLTALE_ALLOWED_HOSTS: 'telltale.example' } });
    const response = await ask(service, 'POST', '/api/access/sign-in', {
      host: 'telltale.example',
      origin: 'https://telltale.example',
      body: JSON.stringify({ token: service.tokens.viewer.token }),
    });
    expect(response.headers['set-cookie']?.[0]).toMatch(
      /^__Host-telltale=[\w-]{43}; .*Path=\/.*; Secure; SameSite=Strict$/,
    );
  });

  it('is not for tokens that only send, nor where no token is asked for', async () => {
    const service = await guardedService();
    expect((await signIn(service, service.tokens.ingest.token)).status).toBe(403);
    expect((await signIn(service, 'ttk_nobody')).status).toBe(401);
    const open = await testService();
    const refused = await signIn(open, service.tokens.viewer.token);
    expect([refused.status, refused.headers.get('set-cookie')]).toEqual([409, null]);
    expect(await (await open.get('/api/access')).json()).toEqual({
      ...{ required: false, name: 'local', scope: 'admin', signedIn: false },
    } satisfies AccessView);
  });

  it('ends by signing out, for this cookie and no other', async () => {
    const service = await guardedService();
    const [one, other] = [
      await signIn(service, service.tokens.viewer.token),
      await signIn(service, service.tokens.viewer.token),
    ].map(cookieOf);
    const out = await fetch(`${service.url}/api/access/sign-out`, {
      ...{ method: 'POST', headers: { cookie: one ?? '', origin: service.url } },
    });
    expect([out.status, out.headers.get('set-cookie')]).toEqual([204, expect.stringMatching(/^telltale=;.*Max-Age=0/)]);
    const status = async (cookie = '') => (await fetch(`${service.url}/api/sessions`, { headers: { cookie } })).status;
    expect([await status(one), await status(other)]).toEqual([401, 200]);
  });

  it('holds over a restart, and ends with its token', async () => {
    const home = testFolder();
    const first = await guardedService({ home });
    const cookie = cookieOf(await signIn(first, first.tokens.viewer.token));
    await first.close(1000);
    const again = await testService({ home, env: { TELLTALE_REQUIRE_TOKENS: 'on' } });
    const status = async () => (await fetch(`${again.url}/api/sessions`, { headers: { cookie } })).status;
    expect(await status()).toBe(200);
    const authorization = `Bearer ${first.tokens.admin.token}`;
    await fetch(`${again.url}/api/access/tokens/${first.tokens.viewer.id}`, {
      method: 'DELETE',
      headers: { authorization },
    });
    expect(await status()).toBe(401);
  });

  it('lets no other site act with it', async () => {
    const service = await guardedService();
    await service.fire('s-1');
    const cookie = cookieOf(await signIn(service, service.tokens.admin.token));
    const del = async (headers: Record<string, string>) =>
      (await fetch(`${service.url}/api/sessions/s-1`, { method: 'DELETE', headers: { cookie, ...headers } })).status;
    expect(await del({ origin: 'http://evil.example' })).toBe(403);
    expect(await del({ origin: 'null' })).toBe(403);
    // A browser sends an Origin with everything that changes something; without one it was no page of ours.
    expect(await del({})).toBe(403);
    expect((await service.get('/api/sessions/s-1')).status).toBe(200);
    expect(await del({ origin: service.url })).toBe(204);
  });
});

/** Asks with headers that `fetch` would not send. */
async function ask(
  service: TestService,
  method: string,
  path: string,
  { body, ...headers }: { host: string; origin?: string; body?: string },
) {
  const { request } = await import('node:http');
  const asked = request({ host: '127.0.0.1', port: service.port, method, path, headers });
  asked.end(body);
  const [response] = await once(asked, 'response');
  response.resume();
  return response as import('node:http').IncomingMessage;
}

/** A live connection as its own client sees it. */
async function look(service: TestService, headers: Record<string, string>) {
  const socket = new WebSocket(`${service.url.replace('http', 'ws')}/live`, { headers });
  const messages: Record<string, unknown>[] = [];
  socket.on('message', (data) => messages.push(JSON.parse(String(data))));
  const refused = new Promise<number>((resolve) => {
    socket.on('unexpected-response', (_request, response) => {
      resolve(response.statusCode ?? 0);
      socket.terminate();
    });
  });
  const closed = new Promise<number>((resolve) => socket.on('close', resolve));
  socket.on('error', () => {});
  const outcome = await Promise.race([
    once(socket, 'open').then(
      () => 'open' as const,
      () => 0,
    ),
    refused,
  ]);
  return { socket, messages, closed, outcome };
}

describe('the page', () => {
  it('sends a stranger to sign in, and back to where they were going', async () => {
    const service = await guardedService();
    const go = async (path: string, headers: Record<string, string> = {}) => {
      const response = await fetch(service.url + path, { redirect: 'manual', headers });
      return [response.status, response.headers.get('location')];
    };
    expect(await go('/')).toEqual([302, '/sign-in']);
    expect(await go('/sessions/s-1?view=cost')).toEqual([302, '/sign-in?to=%2Fsessions%2Fs-1%3Fview%3Dcost']);
    expect(await go('//evil.example/x')).toEqual([302, '/sign-in?to=%2F%2Fevil.example%2Fx']);
    // The page is not built here; its files are answered to everyone.
    expect(await go('/sign-in?to=%2F')).toEqual([503, null]);
    expect(await go('/assets/index.js')).toEqual([404, null]);
    expect(await go('/api/nothing')).toEqual([404, null]);
    const cookie = cookieOf(await signIn(service, service.tokens.numbers.token));
    expect(await go('/sessions', { cookie })).toEqual([503, null]);
    const open = await testService();
    expect((await fetch(`${open.url}/sessions`, { redirect: 'manual' })).status).toBe(503);
  });
});

describe('the socket', () => {
  it('opens for who may read, by token or by cookie from the page itself', async () => {
    const service = await guardedService();
    const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
    const cookie = cookieOf(await signIn(service, service.tokens.viewer.token));
    const outcome = async (headers: Record<string, string>) => {
      const line = await look(service, headers);
      line.socket.terminate();
      return line.outcome;
    };
    expect(await outcome({})).toBe(401);
    expect(await outcome(bearer('ttk_wrong'))).toBe(401);
    expect(await outcome(bearer(service.tokens.ingest.token))).toBe(403);
    for (const scope of ['numbers', 'viewer', 'admin'] as const)
      expect(await outcome(bearer(service.tokens[scope].token))).toBe('open');
    expect(await outcome({ cookie, origin: service.url })).toBe('open');
    expect(await outcome({ cookie, origin: 'http://evil.example' })).toBe(403);
    expect(await outcome({ cookie })).toBe(403);
  });

  it('closes when its token is revoked, and only that one', async () => {
    const service = await guardedService();
    const origin = service.url;
    const cookie = cookieOf(await signIn(service, service.tokens.viewer.token));
    const viewer = await look(service, { cookie, origin });
    const other = await look(service, { authorization: `Bearer ${service.tokens.numbers.token}` });
    await service.as('admin', `/api/access/tokens/${service.tokens.viewer.id}`, { method: 'DELETE' });
    expect(await viewer.closed).toBe(4401);
    expect(other.socket.readyState).toBe(WebSocket.OPEN);
    other.socket.terminate();
  });

  it('closes when its browser signs out', async () => {
    const service = await guardedService();
    const headers = { cookie: cookieOf(await signIn(service, service.tokens.viewer.token)), origin: service.url };
    const line = await look(service, headers);
    await fetch(`${service.url}/api/access/sign-out`, { method: 'POST', headers });
    expect(await line.closed).toBe(4401);
  });
});

describe('too many requests', () => {
  const { burst } = usualRates.nobody;

  it('are told when to come again; who has a token is not kept from coming', async () => {
    const service = await guardedService();
    const wrong = { headers: { authorization: 'Bearer ttk_wrong' } };
    const statuses: number[] = [];
    let limited: Response | undefined;
    // A wrong token weighs as twenty requests; the bucket fills while this goes on.
    for (let n = 0; n < burst && !limited; n++) {
      const response = await fetch(`${service.url}/api/sessions`, wrong);
      statuses.push(response.status);
      if (response.status === 429) limited = response;
    }
    expect(new Set(statuses.slice(0, -1))).toEqual(new Set([401]));
    expect(statuses.length).toBeGreaterThanOrEqual(burst / 20);
    expect(limited?.headers.get('retry-after')).toMatch(/^[1-9]\d*$/);
    expect(await limited?.json()).toEqual({ error: 'too many requests', fix: expect.stringMatching(/^come again in/) });
    expect((await service.as('viewer', '/api/sessions')).status).toBe(200);
    expect((await service.as('ingest', '/ingest/hook', { method: 'POST', body: '{' })).status).toBe(400);
  });
});

describe('starting', () => {
  it('beyond this machine is refused without a token, and possible with one', async () => {
    const home = testFolder();
    const env = { TELLTALE_HOST: '0.0.0.0' };
    await expect(testService({ home, env })).rejects.toThrow(/TELLTALE_HOST must be a loopback address.*tokens/);
    const service = await guardedService({ home, env: {} });
    await service.close(1000);
    const open = await testService({ home, env });
    expect((await fetch(`http://127.0.0.1:${open.port}/api/sessions`)).status).toBe(401);
    expect(await (await fetch(`http://127.0.0.1:${open.port}/healthz`)).json()).toEqual({ status: 'ok' });
    const authorization = `Bearer ${service.tokens.viewer.token}`;
    const mine = await fetch(`http://127.0.0.1:${open.port}/api/sessions`, { headers: { authorization } });
    expect(mine.status).toBe(200);
  });

  it('asks for a token on the telemetry port, too', async () => {
    const service = await guardedService({ otlpPort: 0 });
    const send = async (headers: Record<string, string>) =>
      (await fetch(`http://127.0.0.1:${service.otlpPort}/v1/logs`, { method: 'POST', body: '{}', headers })).status;
    const bearer = (token: string) => ({ 'content-type': 'application/json', authorization: `Bearer ${token}` });
    expect(await send({ 'content-type': 'application/json' })).toBe(401);
    expect(await send(bearer(service.tokens.viewer.token))).toBe(403);
    expect(await send(bearer(service.tokens.ingest.token))).toBe(200);
  });
});

describe('the audit log', () => {
  const entriesOf = async (service: TestService, query = '') => {
    const { entries } = (await (await service.get(`/api/audit${query}`)).json()) as AuditPage;
    return entries.map(({ action, who, sessionId, detail }) => [action, who, sessionId, detail]).reverse();
  };

  it('says who did what with which session, from where, and no words', async () => {
    const service = await guardedService();
    await service.fire('s-1', 'UserPromptSubmit', { prompt: 'a zebra' });
    const read = async (path: string) => (await service.as('viewer', path)).text();
    await read('/api/sessions/s-1/transcript');
    await read('/api/sessions/s-1/transcript');
    await read('/api/events?session=s-1&q=zebra');
    await read('/api/events/1');
    await read('/api/search?q=zebra');
    await read('/api/sessions/s-1/export?format=csv');
    await read('/api/sessions/s-1/export?format=csv');
    await service.as('viewer', '/api/sessions/s-1', { method: 'DELETE' });
    await service.as('admin', '/api/sessions/s-1', { method: 'DELETE' });
    await service.as('admin', '/api/sessions/s-1', { method: 'DELETE' });
    await service.as('nobody', '/api/sessions');
    const entries = await entriesOf(service);
    expect(entries).toEqual([
      ...tokenScopes.map((scope) => ['token-created', 'local', undefined, `${scope} (${scope})`]),
      ['looked', 'viewer', 's-1', undefined],
      ['searched', 'viewer', undefined, undefined],
      ['exported', 'viewer', 's-1', 'csv'],
      ['exported', 'viewer', 's-1', 'csv'],
      ['refused', 'viewer', undefined, 'DELETE /api/sessions/:id'],
      ['deleted', 'admin', 's-1', undefined],
      ['refused', 'nobody', undefined, 'GET /api/sessions'],
    ]);
    const text = await (await service.get('/api/audit?limit=1000')).text();
    expect(text).not.toContain('zebra');
    expect((JSON.parse(text) as AuditPage).entries[0]).toMatchObject({ from: '127.0.0.1', at: expect.any(String) });
    expect(await entriesOf(service, '?session=s-1')).toHaveLength(4);
  });

  it('notes signing in and out, and this machine’s own user where no token is asked for', async () => {
    const service = await guardedService();
    const headers = { cookie: cookieOf(await signIn(service, service.tokens.numbers.token)), origin: service.url };
    await fetch(`${service.url}/api/access/sign-out`, { method: 'POST', headers });
    expect((await entriesOf(service)).slice(4)).toEqual([
      ['signed-in', 'numbers', undefined, undefined],
      ['signed-out', 'numbers', undefined, undefined],
    ]);
    const open = await testService();
    await open.fire('s-1');
    await open.get('/api/sessions/s-1');
    expect(await entriesOf(open)).toEqual([['looked', 'local', 's-1', undefined]]);
  });

  it('goes page by page, and keeps so many days', async () => {
    const home = testFolder();
    let now = Date.parse('2026-11-01T10:00:00Z');
    const service = await testService({ home, now: () => now, env: { TELLTALE_AUDIT_DAYS: '30' } });
    for (const name of ['a', 'b', 'c']) {
      await service.post('/api/access/tokens', { name, scope: 'viewer' });
      now += 20 * dayMs;
    }
    const page = async (query: string) => (await (await service.get(`/api/audit?${query}`)).json()) as AuditPage;
    const first = await page('limit=2');
    const second = await page(`limit=2&before=${first.next}`);
    expect([...first.entries, ...second.entries].map(({ detail }) => detail)).toEqual(
      ['c', 'b', 'a'].map((name) => `${name} (viewer)`),
    );
    expect(second.next).toBeNull();
    await service.close(1000);
    const later = await testService({ home, now: () => now, env: { TELLTALE_AUDIT_DAYS: '30' } });
    await until(async () =>
      expect(await entriesOf(later)).toEqual([['token-created', 'local', undefined, 'c (viewer)']]),
    );
  });
});

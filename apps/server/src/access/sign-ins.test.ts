import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { userInfo } from 'node:os';
import {
  type AccessView,
  type AuditPage,
  createdTokenSchema,
  pairingMs,
  type TokenList,
} from '@telltale/core/access-view';
import { describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { cookieOf, guardedService, signIn } from '../../fixtures/guarded-service.ts';
import { type TestService, testFolder, testService } from '../../fixtures/test-service.ts';

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
      ...{ required: false, name: 'local', scope: 'admin', signedIn: false, user: userInfo().username },
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

describe('a link that pairs a device', () => {
  async function pair(service: TestService) {
    const asked = { name: 'phone', scope: 'viewer', user: 'anna', forOneDevice: true };
    return createdTokenSchema.parse(await (await service.post('/api/access/tokens', asked)).json());
  }
  const listed = async (service: TestService) =>
    ((await (await service.get('/api/access/tokens')).json()) as TokenList).tokens.filter(({ device }) => device);
  const errorOf = async (response: Response) => ((await response.json()) as { error: string }).error;
  const asks = async (service: TestService, headers: Record<string, string>) =>
    (await fetch(`${service.url}/api/sessions`, { headers })).status;

  it('signs one browser in, also when two come at once, and the same one again', async () => {
    const home = testFolder();
    const service = await guardedService({ home });
    const { token } = await pair(service);
    expect(await listed(service)).toMatchObject([{ name: 'phone', user: 'anna', device: 'open' }]);
    // It is nothing to send along.
    expect(await asks(service, { authorization: `Bearer ${token}` })).toBe(401);

    const both = await Promise.all([signIn(service, token), signIn(service, token)]);
    const [first, second] = both.sort((a, b) => a.status - b.status);
    expect([first?.status, second?.status, second?.headers.get('set-cookie')]).toEqual([200, 410, null]);
    expect(await errorOf(second as Response)).toBe(
      'this link was used already, and opens one browser only; make another link with telltale pair',
    );
    const cookie = cookieOf(first as Response);
    const access = await fetch(`${service.url}/api/access`, { headers: { cookie } });
    expect(await access.json()).toEqual({
      required: true,
      name: 'phone',
      scope: 'viewer',
      user: 'anna',
      signedIn: true,
    });
    const again = await signIn(service, token, { cookie });
    expect([again.status, again.headers.get('set-cookie')]).toEqual([200, null]);
    expect(await listed(service)).toMatchObject([{ device: 'paired' }]);
    const { entries } = (await (await service.get('/api/audit')).json()) as AuditPage;
    expect(entries).toContainEqual(expect.objectContaining({ action: 'refused', detail: 'the link of phone' }));

    await service.close(1000);
    const later = await testService({ home, env: { TELLTALE_REQUIRE_TOKENS: 'on' } });
    expect([await asks(later, { cookie }), (await signIn(later, token)).status]).toEqual([200, 410]);
  });

  it('ends with its device: nothing is left when that signs out', async () => {
    const service = await guardedService();
    const { token } = await pair(service);
    const headers = { cookie: cookieOf(await signIn(service, token)), origin: service.url };
    await fetch(`${service.url}/api/access/sign-out`, { method: 'POST', headers });
    expect([await asks(service, headers), (await signIn(service, token)).status]).toEqual([401, 401]);
    expect(await listed(service)).toEqual([]);
  });

  it('is over when nobody opens it in time, and leaves its name', async () => {
    let now = Date.now();
    const service = await guardedService({ now: () => now });
    const { token } = await pair(service);
    now += pairingMs;
    const missed = await signIn(service, token);
    expect([missed.status, await errorOf(missed)]).toEqual([
      410,
      'nobody opened this link within 10 minutes; make another link with telltale pair',
    ]);
    expect(await listed(service)).toEqual([]);
    const another = await pair(service);
    const cookie = cookieOf(await signIn(service, another.token));
    now += pairingMs;
    expect(await asks(service, { cookie })).toBe(200);
    expect((await signIn(service, token)).status).toBe(401);
  });

  it('is not for sending', async () => {
    const service = await testService();
    const refused = await service.post('/api/access/tokens', { name: 'x', scope: 'ingest', forOneDevice: true });
    expect(refused.status).toBe(409);
  });
});

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

/** Asks with headers that `fetch` would not send. */
async function ask(
  service: TestService,
  method: string,
  path: string,
  { body, ...headers }: { host: string; origin?: string; body?: string },
) {
  const asked = request({ host: '127.0.0.1', port: service.port, method, path, headers });
  asked.end(body);
  const [response] = await once(asked, 'response');
  response.resume();
  return response as IncomingMessage;
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

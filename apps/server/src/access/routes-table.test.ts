import { tokenScopes } from '@telltale/core/access-view';
import { describe, expect, it } from 'vitest';
import { type GuardedService, guardedService } from '../../fixtures/guarded-service.ts';
import { testFolder, testService } from '../../fixtures/test-service.ts';
import { accessOf, routesTable } from './routes-table.ts';
import { meets } from './scope.ts';

const visitors = ['nobody', ...tokenScopes] as const;

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

describe('starting', () => {
  it('beyond this machine is refused without a token, and possible with one', async () => {
    const home = testFolder();
    const env = { TELLTALE_HOST: '0.0.0.0' };
    await expect(testService({ home, env })).rejects.toThrow(/TELLTALE_HOST must be a loopback address.*tokens/);
    const closed = testService({ home, env: { TELLTALE_REQUIRE_TOKENS: 'on' } });
    await expect(closed).rejects.toThrow(/TELLTALE_REQUIRE_TOKENS is on and there are no access tokens.*token create/);
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

import { createdTokenSchema, type TokenList, tokenListSchema } from '@telltale/core/access-view';
import { describe, expect, it } from 'vitest';
import { cookieOf, guardedService, signIn } from '../../fixtures/guarded-service.ts';
import { type TestService, testFolder, testService } from '../../fixtures/test-service.ts';
import { openConnection } from '../store/connection.ts';

const dayMs = 24 * 60 * 60_000;

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

describe('too many requests', () => {
  it('are told when to come again; who has a token is not kept from coming', async () => {
    const service = await guardedService({ rates: { nobody: { burst: 61, perSecond: 0.01 } } });
    const ask = (headers: Record<string, string>) => fetch(`${service.url}/api/sessions`, { headers });
    const statuses: number[] = [];
    // A wrong token weighs as twenty requests.
    for (let n = 0; n < 4; n++) statuses.push((await ask({ authorization: 'Bearer ttk_wrong' })).status);
    expect(statuses).toEqual([401, 401, 401, 429]);
    expect((await ask({})).status).toBe(401);
    const limited = await ask({});
    expect([limited.status, limited.headers.get('retry-after')]).toEqual([429, expect.stringMatching(/^[1-9]\d*$/)]);
    expect(await limited.json()).toEqual({
      error: 'too many requests',
      fix: expect.stringMatching(/^come again in \d+ s$/),
    });
    expect((await service.as('viewer', '/api/sessions')).status).toBe(200);
    expect((await service.as('ingest', '/ingest/hook', { method: 'POST', body: '{' })).status).toBe(400);
  });

  it('of one token are no other’s', async () => {
    const service = await guardedService({ rates: { reading: { burst: 2, perSecond: 0.01 } } });
    const statuses: number[] = [];
    for (let n = 0; n < 3; n++) statuses.push((await service.as('viewer', '/api/sessions')).status);
    expect(statuses).toEqual([200, 200, 429]);
    expect((await service.as('numbers', '/api/sessions')).status).toBe(200);
  });
});

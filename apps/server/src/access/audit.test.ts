import { type AuditPage, tokenScopes } from '@telltale/core/access-view';
import { describe, expect, it } from 'vitest';
import { cookieOf, guardedService, signIn } from '../../fixtures/guarded-service.ts';
import { type TestService, testFolder, testService, until } from '../../fixtures/test-service.ts';

const dayMs = 24 * 60 * 60_000;

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

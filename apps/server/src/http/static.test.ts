import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { type TestService, testFolder, testService } from '../../fixtures/test-service.ts';

let service: TestService;
let dist: string;

beforeEach(async () => {
  const home = testFolder();
  dist = join(home, 'repository/apps/client/dist');
  mkdirSync(join(dist, 'assets'), { recursive: true });
  writeFileSync(join(dist, 'index.html'), '<title>page</title>');
  writeFileSync(join(dist, 'favicon.svg'), '<svg/>');
  writeFileSync(join(dist, 'assets/index-Ab_12345.js'), 'run()');
  writeFileSync(join(home, 'repository/apps/client/secret.txt'), 'secret');
  symlinkSync('/etc/passwd', join(dist, 'assets/link-Ab_12345.js'));
  service = await testService({ home });
});

const get = async (path: string) => {
  const response = await service.get(path);
  return { status: response.status, body: await response.text(), headers: response.headers };
};

it('serves the page under a strict policy, for reloads of any address too', async () => {
  for (const path of ['/', '/sessions', '/sessions/0f3a?filter=x']) {
    const { status, body, headers } = await get(path);
    expect([status, body, headers.get('content-type')]).toEqual([
      200,
      '<title>page</title>',
      'text/html; charset=utf-8',
    ]);
    expect(headers.get('cache-control')).toBe('no-cache');
    expect(headers.get('content-security-policy')).toBe(
      "default-src 'self'; img-src 'self' data: blob:; connect-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
    );
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('access-control-allow-origin')).toBeNull();
  }
});

it('lets hashed assets be kept for ever, and others be asked for again', async () => {
  const asset = await get('/assets/index-Ab_12345.js');
  expect([asset.status, asset.body, asset.headers.get('content-type')]).toEqual([
    200,
    'run()',
    'text/javascript; charset=utf-8',
  ]);
  expect(asset.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
  const icon = await get('/favicon.svg');
  expect(icon.headers.get('cache-control')).toBe('no-cache');
  const etag = icon.headers.get('etag') ?? '';
  const again = await fetch(`${service.url}/favicon.svg`, { headers: { 'if-none-match': etag } });
  expect([again.status, await again.text()]).toEqual([304, '']);
});

it('finds what a rebuild brought, while it runs', async () => {
  await get('/');
  await new Promise((resolve) => setTimeout(resolve, 1100));
  writeFileSync(join(dist, 'assets/index-New_4567.js'), 'new()');
  expect((await get('/assets/index-New_4567.js')).body).toBe('new()');
});

describe('no way out', () => {
  it.each([
    '/../secret.txt',
    '/..%2fsecret.txt',
    '/assets/..%2f..%2fsecret.txt',
    '/assets/%2e%2e/%2e%2e/secret.txt',
    '/..%5csecret.txt',
    '/%00',
    '/assets/link-Ab_12345.js',
    '//etc/passwd',
    '/etc/passwd',
  ])('by %s', async (path) => {
    const { body } = await get(path);
    expect(body).not.toMatch(/secret|root:/);
  });
});

it('answers an asset that is not there, and API addresses that are none, with 404', async () => {
  expect((await get('/assets/gone-Ab_12345.js')).status).toBe(404);
  expect((await get('/robots.txt')).status).toBe(404);
  for (const path of ['/api/nothing', '/ingest/nothing', '/v1/logs']) {
    expect(await get(path)).toMatchObject({ status: 404, body: JSON.stringify({ error: `there is no GET ${path}` }) });
  }
});

it('says so when the page is not built', async () => {
  const bare = await testService();
  const response = await bare.get('/');
  expect([response.status, await response.text()]).toEqual([503, expect.stringMatching(/npm run build/)]);
});

it('has lost nothing but the page while a build replaces its files', async () => {
  expect((await get('/assets/index-Ab_12345.js')).status).toBe(200);
  rmSync(dist, { recursive: true });
  expect((await get('/assets/index-Ab_12345.js')).status).toBe(404);
  expect((await get('/')).status).toBe(503);
});

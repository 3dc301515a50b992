import { describe, expect, it } from 'vitest';
import { openDoor } from '../access/door.ts';
import { createGuard, pathOf } from './guard.ts';
import type { Visit } from './visit.ts';

const guard = createGuard({
  ...{ allowedHosts: ['telltale.lan'], devOrigins: ['http://localhost:5173'], door: openDoor() },
});
const plain: Visit = {
  ...{ host: '127.0.0.1:4000', origin: undefined, method: 'GET', path: '/api/events', remote: '127.0.0.1' },
  ...{ authorization: undefined, cookie: undefined, forwardedFor: undefined },
};
const refuses = (visit: Partial<Visit>) => 'refused' in guard({ ...plain, ...visit }, 'viewer');

describe('the host', () => {
  it.each(['localhost', 'localhost:9999', 'LOCALHOST:4000', '127.0.0.1:1', '[::1]:4000', '[::1]', 'telltale.lan:80'])(
    'lets %s in, whatever the port',
    (host) => expect(refuses({ host })).toBe(false),
  );

  it.each([
    undefined,
    '',
    'evil.example',
    'evil.example:4000',
    'localhost.evil.example',
    '127.0.0.1.evil.example:4000',
    '127.0.0.2:4000',
    'localhost:4000@evil.example',
    'localhost:4000/../x',
    'telltale.lan.',
    '[::1',
  ])('refuses %s', (host) => expect(refuses({ host })).toBe(true));

  it.each(['/healthz', '/metrics', '/v1/logs', '/ingest/hook'])('lets compose reach %s as telltale', (path) =>
    expect(refuses({ host: 'telltale:4000', path })).toBe(false),
  );

  it.each(['/', '/api/events', '/live', '/healthz/x', '/ingestion', '/openapi.json'])(
    'refuses telltale on %s',
    (path) => expect(refuses({ host: 'telltale:4000', path })).toBe(true),
  );
});

describe('the origin', () => {
  it.each([
    ['http://127.0.0.1:4000', '127.0.0.1:4000'],
    ['http://localhost', 'localhost:80'],
    ['https://telltale.lan', 'telltale.lan:443'],
    ['https://telltale.lan', 'telltale.lan'],
    ['http://localhost:5173', '127.0.0.1:4000'],
  ])('lets %s in on %s', (origin, host) => expect(refuses({ origin, host })).toBe(false));

  it.each([
    ['null', '127.0.0.1:4000'],
    ['', '127.0.0.1:4000'],
    ['http://evil.example', '127.0.0.1:4000'],
    ['http://localhost:3000', 'localhost:4000'],
    ['http://localhost:4000', '127.0.0.1:4000'],
    ['http://127.0.0.1:4000/path', '127.0.0.1:4000'],
    ['file://', '127.0.0.1:4000'],
    ['http://127.0.0.1:4000 ', '127.0.0.1:4000'],
    ['http://evil@127.0.0.1:4000.evil.example', '127.0.0.1:4000'],
    ['chrome-extension://127.0.0.1:4000', '127.0.0.1:4000'],
  ])('refuses %s on %s', (origin, host) => expect(refuses({ origin, host })).toBe(true));
});

describe('a request without Origin, of a browser', () => {
  it.each([
    [undefined, undefined, '/api/events'],
    ['same-origin', 'empty', '/api/events'],
    ['none', 'document', '/api/events'],
    ['cross-site', 'document', '/sessions/s-1'],
    ['same-site', 'document', '/'],
  ])('is let in from %s for a %s of %s', (fetchSite, fetchDest, path) =>
    expect(refuses({ fetchSite, fetchDest, path })).toBe(false),
  );

  it.each([
    ['cross-site', 'image', '/api/search'],
    ['same-site', 'script', '/api/events'],
    ['cross-site', 'empty', '/'],
    ['cross-site', 'iframe', '/'],
    ['cross-site', 'document', '/api/events'],
    ['same-site', 'document', '/api/sessions/s-1/export'],
  ])('is refused from %s for a %s of %s', (fetchSite, fetchDest, path) =>
    expect(refuses({ fetchSite, fetchDest, path })).toBe(true),
  );
});

it('says what it refuses and how to allow it', () => {
  expect(guard({ ...plain, host: 'evil.example:4000' }, 'nobody')).toEqual({
    refused: {
      status: 403,
      error: 'the host "evil.example" is not served here; TELLTALE_ALLOWED_HOSTS can allow it',
      visitor: { name: 'nobody', address: '127.0.0.1' },
    },
  });
});

it.each([
  ['/ingest/hook', '/ingest/hook'],
  ['/api/events?after=1&x=/../..', '/api/events'],
  ['/healthz/../api/events', '/api/events'],
  ['/healthz/%2e%2e/api/events', '/api/events'],
  ['//healthz', '//healthz'],
  ['http://evil.example/healthz', '/'],
  ['*', '/'],
  [undefined, '/'],
])('reads the path of %j as a route would', (target, path) => expect(pathOf(target)).toBe(path));

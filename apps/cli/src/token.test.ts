import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { AuditPage, CreatedToken, TokenList } from '@telltale/core/access-view';
import { renderUnicodeCompact } from 'uqr';
import { expect, it } from 'vitest';
import { testService } from '../../server/fixtures/test-service.ts';
import { buildCommand, folderOf, telltale } from '../fixtures/telltale.ts';

buildCommand();

const envOf = (home: string, url: string, more: Record<string, string> = {}) => ({
  env: { HOME: home, TELLTALE_HOME: join(home, 'telltale'), TELLTALE_URL: url, ...more },
});
/** Nothing listens on it. */
const nowhere = 'http://127.0.0.1:9';

it('makes, lists and revokes tokens of a running service, and says who did what', async () => {
  const service = await testService();
  const env = envOf(service.home, service.url);
  const made = await telltale(['token', 'create', 'ada’s phone', '--scope', 'numbers', '--days', '7'], env);
  expect([made.code, made.out]).toEqual([0, expect.stringMatching(/^ttk_[\w-]{43}\n$/)]);
  expect(made.err).toContain(`${service.url}/sign-in#token=${made.out.slice(0, 8)}…`);
  expect(made.err).not.toContain(made.out.trim());
  const listed = await telltale(['token', 'list'], env);
  expect(listed.out).toMatch(/^ada’s phone {2}numbers {2}[0-9a-f]{10} {2}never used, expires in 6 d\n$/);
  const json = JSON.parse((await telltale(['token', 'list', '--json'], env)).out) as TokenList;
  expect(json.tokens).toMatchObject([{ name: 'ada’s phone', scope: 'numbers' }]);

  expect((await telltale(['token', 'revoke', 'ada’s phone'], env)).out).toBe('"ada’s phone" (numbers) is revoked.\n');
  expect((await telltale(['token', 'list'], env)).out).toBe(
    'There are no tokens: only this machine reaches the service.\n',
  );
  expect(await telltale(['token', 'revoke', 'ada’s phone'], env)).toMatchObject({
    ...{ code: 1, err: 'telltale: There is no token "ada’s phone"; telltale token list shows them.\n' },
  });
  const audit = JSON.parse((await telltale(['audit', '--json'], env)).out) as AuditPage;
  expect(audit.entries.map(({ action, who, detail }) => [action, who, detail])).toEqual([
    ['token-revoked', 'local', 'ada’s phone (numbers)'],
    ['token-created', 'local', 'ada’s phone (numbers)'],
  ]);
  expect((await telltale(['audit', '--limit', '1'], env)).out).toMatch(
    /^\S+Z {2}local \(127\.0\.0\.1\) {2}token-revoked ada’s phone \(numbers\)\n$/,
  );
});

it('makes the first token where no service runs, and the service opened with it knows it', async () => {
  const home = folderOf('first-token');
  mkdirSync(join(home, 'telltale'));
  const made = await telltale(['token', 'create', 'me', '--scope', 'admin', '--json'], envOf(home, nowhere));
  expect([made.code, made.err]).toEqual([0, 'No service runs; its database is used as it is.\n']);
  const { token } = JSON.parse(made.out) as CreatedToken;
  const again = await telltale(['token', 'create', 'me'], envOf(home, nowhere));
  expect([again.code, again.err]).toEqual([1, expect.stringContaining('there is a token "me" already')]);

  const service = await testService({ home: join(home, 'telltale'), env: { TELLTALE_HOST: '0.0.0.0' } });
  const url = `http://127.0.0.1:${service.port}`;
  const refused = await telltale(['token', 'list'], envOf(home, url));
  expect([refused.code, refused.err]).toEqual([1, expect.stringContaining('stop the service and run this again')]);
  const asAdmin = envOf(home, url, { TELLTALE_TOKEN: token });
  expect((await telltale(['token', 'list'], asAdmin)).out).toMatch(/^me {2}admin /);
  expect((await telltale(['audit'], asAdmin)).out).toContain('local (offline)  token-created me (admin)');
  // The service has its database; whoever asks for another address is told so.
  const locked = await telltale(['token', 'list'], envOf(home, nowhere));
  expect([locked.code, locked.out]).toEqual([1, '']);
});

it.each([
  [['token', 'create', ''], 'The name must not be empty'],
  [['token', 'create', 'x', '--scope', 'root'], "argument 'root' is invalid"],
  [['token', 'create', 'x', '--days', 'soon'], '--days must be 1–3650'],
  [['token', 'create', 'x', '--user', ''], '--user must not be empty'],
  [['pair', '--url', 'telltale.lan'], '--url must be an http or https address'],
  [['audit', '--limit', '0'], '--limit must be 1–1000'],
])('%j is asked for in a wrong way', async (args, words) => {
  const home = folderOf('wrong-token');
  const { code, err } = await telltale(args, envOf(home, nowhere));
  expect([code, err]).toEqual([2, expect.stringContaining(words)]);
});

it('pairs one device by a link that a QR code tells, too, and says what keeps a phone away', async () => {
  const service = await testService();
  const env = envOf(service.home, service.url);
  const made = await telltale(['pair', '--name', 'my phone', '--user', 'anna'], env);
  const [link = ''] = made.out.match(/^http.*$/m) ?? [];
  expect([made.code, link]).toEqual([
    0,
    expect.stringMatching(new RegExp(`^${service.url}/sign-in#token=ttk_[\\w-]{43}$`)),
  ]);
  expect(made.out).toBe(`${renderUnicodeCompact(link, { border: 2 })}\n${link}\n`);
  expect(made.err).toContain(
    'Open it within 10 minutes: it signs in the first browser that does, as “my phone” of anna',
  );
  expect(made.err).toContain('Another device cannot reach 127.0.0.1');
  expect(made.err).toMatch(
    /TELLTALE_HOST=0\.0\.0\.0 TELLTALE_ALLOWED_HOSTS=\S+ npm start\n {2}telltale pair --url http:/,
  );
  expect(made.err).not.toContain('ttk_');
  expect((await telltale(['token', 'list'], env)).out).toMatch(
    /^my phone {2}viewer {3}[0-9a-f]{10} {2}user anna {2}link not opened yet {2}never used, expires in \d+ [ms]/,
  );

  // A name that is free, and an address that is another machine's by its looks, where nobody answers.
  const [one, two] = [
    await telltale(['pair', '--json', '--url', 'http://localhost:1/x/'], env),
    await telltale(['pair', '--json', '--url', 'http://[::ffff:127.0.0.1]:9'], env),
  ].map(({ out, err }) => ({ ...(JSON.parse(out) as CreatedToken & { link: string }), err }));
  expect([one?.name, two?.name]).toEqual(['phone', 'phone 2']);
  expect(one?.link).toBe(`http://localhost:1/x/sign-in#token=${one?.token}`);
  expect(two?.err).toBe(
    'http://[::ffff:7f00:1]:9 does not answer from here.\nOver http, whoever is in the same network can read along: behind a proxy with TLS nobody can.\n',
  );
});

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { testService } from '../../server/fixtures/test-service.ts';
import { spooled } from '../fixtures/spooled.ts';
import { buildCommand, telltale } from '../fixtures/telltale.ts';

buildCommand();

it('the spool shows what waits, and flush sends it', async () => {
  const service = await testService();
  const folder = spooled(service.home, 'later-1', 1);
  writeFileSync(join(folder, 'dropped'), '3');
  const env = { env: { HOME: service.home, TELLTALE_HOME: service.home } };
  const shown = await telltale(['spool'], env);
  expect(shown.out).toMatch(
    /^http:\/\/127\.0\.0\.1:9\n {2}1 event \(49 B\) wait, the oldest for \d+ d\n {2}1 transcript to be sent\n {2}3 events dropped/,
  );
  const [told] = JSON.parse((await telltale(['spool', 'show', '--json'], env)).out);
  expect(told).toMatchObject({ waiting: 1, bytes: 49, dropped: 3, rejected: 0, hasDelivered: false, isSending: false });
  expect(await telltale(['spool', 'flush'], env)).toMatchObject({
    code: 1,
    err: expect.stringContaining('No service at http://127.0.0.1:9'),
  });
  expect(existsSync(join(folder, '4711-1.head'))).toBe(true);

  writeFileSync(join(folder, 'url'), `${service.url}\n`);
  writeFileSync(join(folder, '1763600000000000030-4712-1.json'), 'no JSON');
  writeFileSync(join(folder, '4712-1.head'), 'telltale-app: shop\n');
  const flushed = await telltale(['spool', 'flush'], env);
  expect(flushed).toMatchObject({ code: 0, out: `${service.url} has taken 1 event, and refused 1 for good.\n` });
  expect((await service.get('/api/sessions/later-1')).status).toBe(200);
  expect(readFileSync(join(folder, 'rejected', '1763600000000000030-4712-1.json'), 'utf8')).toBe('no JSON');
  expect((await telltale(['spool', 'flush'], env)).out).toBe('Nothing waits.\n');
});

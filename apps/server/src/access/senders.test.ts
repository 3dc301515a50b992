import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createdTokenSchema } from '@telltale/core/access-view';
import { describe, expect } from 'vitest';
import { list, runners } from '../../../../hooks/test/installs.ts';
import { it } from '../../../../hooks/test/stage.ts';
import { guardedService } from '../../fixtures/guarded-service.ts';
import { until } from '../../fixtures/test-service.ts';

const event = (n: number) => JSON.stringify({ session_id: 's1', hook_event_name: 'PreToolUse', n });

describe.each(runners.filter(({ name }, at) => at === 0 || name === 'node'))('with a token, $name', (runner) => {
  it('sends everything once, however often it is told that this was too much', async ({ stage }) => {
    const service = await guardedService({ rates: { ingest: { burst: 3, perSecond: 4 } } });
    const { token } = service.tokens.ingest;
    const install = stage.install(runner, { TELLTALE_URL: service.url, TELLTALE_TOKEN: token });
    for (let n = 0; n < 12; n++) await install.fire('PreToolUse', event(n));
    // The control: the same token is over its limit while the sender is at it.
    const probe = () => service.as('ingest', '/ingest/hook', { method: 'POST', body: '{' });
    const asked = await Promise.all(Array.from({ length: 40 }, probe));
    const told = asked.map(({ status, headers }) => `${status} ${headers.get('retry-after')}`);
    expect(told).toContain('429 1');
    await until(() => expect(install.waiting()).toEqual([]));
    expect(list(join(install.spool(), 'rejected'))).toEqual([]);
    expect(await numbersOf(service)).toEqual(Array.from({ length: 12 }, (_, n) => n));
  });

  it('keeps everything while its token is revoked, and sends it with the next one', async ({ stage }) => {
    const service = await guardedService();
    const install = stage.install(runner, { TELLTALE_URL: service.url });
    const config = (token: string) =>
      writeFileSync(
        join(install.home, '.telltale', 'config.json'),
        JSON.stringify({ url: service.url, token }, null, 2),
      );
    await install.fire('PreToolUse', event(0));
    config(service.tokens.ingest.token);
    await install.fire('PreToolUse', event(1));
    await until(() => expect(install.waiting()).toEqual([]));

    await service.as('admin', `/api/access/tokens/${service.tokens.ingest.id}`, { method: 'DELETE' });
    for (const n of [2, 3, 4]) await install.fire('PreToolUse', event(n));
    // A hook publishes its event after it has answered, so the third may come a moment later.
    await until(() => expect(install.waiting()).toHaveLength(3));
    await until(async () => expect(await (await service.get('/api/audit')).text()).toContain('POST /ingest/hook'));
    expect([install.waiting().length, list(join(install.spool(), 'rejected'))]).toEqual([3, []]);

    const made = await service.post('/api/access/tokens', { name: 'the next one', scope: 'ingest' });
    const { token } = createdTokenSchema.parse(await made.json());
    await install.fire('PreToolUse', event(5), { TELLTALE_TOKEN: token });
    await until(() => expect(install.waiting()).toEqual([]));
    expect(await numbersOf(service)).toEqual([0, 1, 2, 3, 4, 5]);
  });
});

async function numbersOf(service: { get(path: string): Promise<Response> }): Promise<number[]> {
  const { events } = (await (await service.get('/api/events?order=asc')).json()) as {
    events: { payload: { n: number } }[];
  };
  return events.map(({ payload }) => payload.n).sort((a, b) => a - b);
}

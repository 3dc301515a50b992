import type { Facets, Session, SessionPage } from '@telltale/core';
import type { Analysis } from '@telltale/core/analysis';
import { expect, it } from 'vitest';
import { type TestService, testService } from '../../fixtures/test-service.ts';

const who = { 'telltale-user': 'ada', 'telltale-host': 'ws', 'telltale-repo': 'github.com/ada/shop' };

async function begin(service: TestService, sessionId: string, headers: Record<string, string>): Promise<void> {
  const input = { session_id: sessionId, cwd: '/x', hook_event_name: 'SessionStart', source: 'startup' };
  expect((await service.post('/ingest/hook', input, headers)).status).toBe(200);
}
const json = async <T>(service: TestService, path: string) => (await (await service.get(path)).json()) as T;

it('a session tells who ran it, where, and on what; filters and totals find it by that', async () => {
  const service = await testService();
  await begin(service, 's1', { ...who, 'telltale-commit': 'abc1234' });
  await service.fire('s1');
  await begin(service, 's2', { 'telltale-user': 'bob', 'telltale-host': 'laptop' });
  expect(await json<Session>(service, '/api/sessions/s1')).toMatchObject({
    ...{ user: 'ada', host: 'ws', repo: 'github.com/ada/shop', commit: 'abc1234' },
  });
  for (const [filter, ids] of Object.entries({
    'host:laptop': ['s2'],
    'repo:*shop': ['s1'],
    '-repo:*shop': ['s2'],
    'user:ada host:ws': ['s1'],
    'host:elsewhere': [],
  })) {
    const { sessions } = await json<SessionPage>(service, `/api/sessions?filter=${encodeURIComponent(filter)}`);
    expect([filter, sessions.map(({ id }) => id)]).toEqual([filter, ids]);
  }
  expect(await json<Facets>(service, '/api/facets')).toMatchObject({
    ...{ hosts: ['laptop', 'ws'], repos: ['github.com/ada/shop'], users: ['ada', 'bob'] },
  });
  const { rows } = await json<Analysis>(service, '/api/analysis/sessions?by=machine');
  expect(rows.map(({ key }) => key).sort()).toEqual(['laptop', 'ws']);
});

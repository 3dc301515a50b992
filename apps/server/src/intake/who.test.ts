import type { EventPage, Facets, Session, SessionPage } from '@telltale/core';
import type { Analysis, AnalysisInfo } from '@telltale/core/analysis';
import { expect, it } from 'vitest';
import { type TestService, testService, until } from '../../fixtures/test-service.ts';

const who = { 'telltale-user': 'ada', 'telltale-host': 'ws', 'telltale-repo': 'github.com/ada/shop' };

async function begin(service: TestService, sessionId: string, headers: Record<string, string>): Promise<void> {
  const input = { session_id: sessionId, cwd: '/x', hook_event_name: 'SessionStart', source: 'startup' };
  expect((await service.post('/ingest/hook', input, headers)).status).toBe(200);
}
const json = async <T>(service: TestService, path: string) => (await (await service.get(path)).json()) as T;

it('a session tells which agent ran it; one that nobody knows keeps its name, in filters and totals, too', async () => {
  const service = await testService();
  await begin(service, 's-claude', {});
  await begin(service, 's-cursor', { 'telltale-agent-provider': 'cursor' });
  const told = { session_id: 's-new', cwd: '/x', hook_event_name: 'SessionStart', agent_provider: 'brand-new' };
  expect((await service.post('/ingest/hook', told)).status).toBe(200);
  const attribute = ([key, stringValue]: string[]) => ({ key, value: { stringValue } });
  const logs = (session: string, name: string, scope: string) => ({
    resource: { attributes: [attribute(['service.name', name])] },
    scopeLogs: [
      {
        scope: { name: scope },
        logRecords: [
          {
            ...{ timeUnixNano: '1795168800000000000', body: { stringValue: 'user_prompt' } },
            attributes: [
              ['session.id', session],
              ['event.name', 'user_prompt'],
              ['prompt.id', 'p'],
            ].map(attribute),
          },
        ],
      },
    ],
  });
  const claude = 'com.anthropic.claude_code.events';
  const resourceLogs = [logs('s-codex', 'codex_cli', 'codex'), logs('s-renamed', 'my-team', claude)];
  expect((await service.post('/v1/logs', { resourceLogs })).status).toBe(200);

  const providers = { 's-claude': 'claude-code', 's-cursor': 'cursor', 's-new': 'brand-new', 's-codex': 'codex_cli' };
  // Sessions are told behind the answers to their senders.
  await until(async () => {
    for (const [id, provider] of Object.entries({ ...providers, 's-renamed': 'claude-code' }))
      expect(await json<Session>(service, `/api/sessions/${id}`)).toMatchObject({ id, provider });
    const { providers: known } = await json<Facets>(service, '/api/facets');
    expect(known).toEqual(['brand-new', 'claude-code', 'codex_cli', 'cursor']);
  });
  const found = async (filter: string) =>
    (await json<SessionPage>(service, `/api/sessions?filter=${filter}`)).sessions.map(({ id }) => id).sort();
  expect(await found('provider:cursor,brand*')).toEqual(['s-cursor', 's-new']);
  expect(await found('-provider:claude-code')).toEqual(['s-codex', 's-cursor', 's-new']);
  const { events } = await json<EventPage>(service, '/api/events?filter=provider:codex_cli');
  expect(events).toMatchObject([{ sessionId: 's-codex', origin: { provider: 'codex_cli' } }]);
  const { rows } = await json<Analysis>(service, '/api/analysis/sessions?by=provider&from=2026-01-01T00:00:00Z');
  expect(rows.map(({ key }) => key).sort()).toEqual(['brand-new', 'claude-code', 'codex_cli', 'cursor']);
});

it('one agent alone is nothing to choose by', async () => {
  const service = await testService();
  const offered = async () => {
    const { analyses } = await json<{ analyses: AnalysisInfo[] }>(service, '/api/analysis');
    return analyses.find(({ name }) => name === 'spend')?.by.some(({ key }) => key === 'provider');
  };
  await begin(service, 's1', {});
  expect(await offered()).toBe(false);
  await begin(service, 's2', { 'telltale-agent-provider': 'cursor' });
  await until(async () => expect(await offered()).toBe(true));
});

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

import { once } from 'node:events';
import { userInfo } from 'node:os';
import type { EventPage, LiveMessage, SessionPage } from '@telltale/core';
import { createdTokenSchema } from '@telltale/core/access-view';
import type { Analysis } from '@telltale/core/analysis';
import type { SearchAnswer } from '@telltale/core/search-view';
import { expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { guardedService } from '../../fixtures/guarded-service.ts';
import { type TestService, testService, until } from '../../fixtures/test-service.ts';

const begin = (service: TestService, sessionId: string, user: string) =>
  service.post(
    '/ingest/hook',
    { session_id: sessionId, cwd: '/x', hook_event_name: 'UserPromptSubmit', prompt: 'find the zebra' },
    { 'telltale-user': user },
  );

it('user:me is the user whose token asks, in lists, search, analyses and live; without one it says so', async () => {
  const service = await guardedService();
  const asked = { name: 'annas', scope: 'viewer', user: 'anna' };
  const { token } = createdTokenSchema.parse(await (await service.post('/api/access/tokens', asked)).json());
  await begin(service, 's-anna', 'anna');
  await begin(service, 's-bob', 'bob');
  const headers = { authorization: `Bearer ${token}` };
  const get = async <T>(path: string) => (await (await fetch(service.url + path, { headers })).json()) as T;

  // Sessions are told behind the answers to their senders.
  await until(async () => {
    const { sessions } = await get<SessionPage>('/api/sessions?filter=user:me');
    expect(sessions.map(({ id }) => id)).toEqual(['s-anna']);
  });
  const others = await get<SessionPage>('/api/sessions?filter=-user:me');
  expect(others.sessions.map(({ id }) => id)).toEqual(['s-bob']);
  const { events } = await get<EventPage>('/api/events?filter=user:me');
  expect(events.map(({ sessionId }) => sessionId)).toEqual(['s-anna']);
  const { rows } = await get<Analysis>('/api/analysis/sessions?by=user&filter=user:me');
  expect(rows.map(({ key }) => key)).toEqual(['anna']);
  // Texts are found a moment after they came.
  await until(async () => {
    const found = await get<SearchAnswer>('/api/search?q=zebra&filter=user:me');
    expect(found.sessions.map(({ session }) => session.id)).toEqual(['s-anna']);
  });
  expect(await heardBy(service, headers, 'user:me')).toEqual(['s-anna']);

  const refused = await service.as('viewer', '/api/sessions?filter=user:me');
  expect([refused.status, await refused.json()]).toEqual([
    400,
    { error: expect.stringContaining('user:me: nobody knows who you are here; write user: and a name') },
  ]);
});

it('user:me is the user of this machine where nobody needs a token', async () => {
  const service = await testService();
  await begin(service, 's-mine', userInfo().username);
  await begin(service, 's-bob', 'bob');
  await until(async () => {
    const { sessions } = (await (await service.get('/api/sessions?filter=user:me')).json()) as SessionPage;
    expect(sessions.map(({ id }) => id)).toEqual(['s-mine']);
  });
});

/** The sessions whose events a live connection is told of first. */
async function heardBy(service: TestService, headers: Record<string, string>, filter: string): Promise<unknown[]> {
  const socket = new WebSocket(`${service.url.replace('http', 'ws')}/live`, { headers });
  try {
    const heard = new Promise<unknown[]>((resolve, reject) => {
      socket.on('message', (data) => {
        const message = JSON.parse(String(data)) as LiveMessage;
        if ('error' in message) reject(new Error(message.error));
        if ('events' in message) resolve(message.events.map(({ sessionId }) => sessionId));
      });
    });
    await once(socket, 'open');
    socket.send(JSON.stringify({ subscribe: { filter } }));
    return await heard;
  } finally {
    socket.terminate();
  }
}

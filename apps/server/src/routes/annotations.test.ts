import type { Annotation, AnnotationPage, Facets, LiveMessage, Session, SessionPage } from '@telltale/core';
import { expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { type TestService, testService, until } from '../../fixtures/test-service.ts';

async function put(service: TestService, annotation: Record<string, unknown>): Promise<Annotation> {
  const response = await service.post('/api/annotations', annotation);
  expect(response.status).toBe(201);
  return (await response.json()) as Annotation;
}

const json = async <T>(service: TestService, path: string) => (await (await service.get(path)).json()) as T;
const remove = (service: TestService, id: string) =>
  fetch(`${service.url}/api/annotations/${id}`, { method: 'DELETE' });

it('keeps notes, labels, bookmarks and pins of a session and of what is in it, and tells the session of them', async () => {
  const now = Date.parse('2026-11-21T10:00:00Z');
  const service = await testService({ now: () => now });
  await service.fire('s-1', 'UserPromptSubmit', { prompt: 'hello' });
  await service.fire('s-2', 'UserPromptSubmit', { prompt: 'hello' });
  const pin = await put(service, { sessionId: 's-1', kind: 'pin' });
  const label = await put(service, { sessionId: 's-1', kind: 'label', text: ' regression ' });
  const note = await put(service, { sessionId: 's-1', kind: 'note', text: 'look here', toolUseId: 'toolu_1' });
  const mark = await put(service, { sessionId: 's-1', kind: 'bookmark', promptId: 'p-1' });
  await put(service, { sessionId: 's-1', kind: 'label', text: 'fail', eventId: 'e-1' });

  expect(note).toEqual({
    ...{ id: expect.any(String), sessionId: 's-1', kind: 'note', text: 'look here', toolUseId: 'toolu_1' },
    createdAt: '2026-11-21T10:00:00.000Z',
  });
  const ofSession = await json<AnnotationPage>(service, '/api/annotations?session=s-1');
  expect(ofSession.annotations.map(({ kind, text }) => [kind, text])).toEqual([
    ['label', 'fail'],
    ['bookmark', undefined],
    ['note', 'look here'],
    ['label', 'regression'],
    ['pin', undefined],
  ]);
  expect(await json<Session>(service, '/api/sessions/s-1')).toMatchObject({
    ...{ labels: ['regression', 'fail'], pinned: true, notes: 1, bookmarks: 1 },
    annotatedAt: '2026-11-21T10:00:00.000Z',
  });
  expect((await json<Facets>(service, '/api/facets')).labels).toEqual(['fail', 'regression']);

  for (const { id } of [pin, label, mark]) expect((await remove(service, id)).status).toBe(204);
  expect((await remove(service, pin.id)).status).toBe(404);
  const told = await json<Session>(service, '/api/sessions/s-1');
  expect(told).toMatchObject({ labels: ['fail'], notes: 1 });
  expect(told).not.toHaveProperty('pinned');
  expect(told).not.toHaveProperty('bookmarks');
  expect(await json<Session>(service, '/api/sessions/s-2')).not.toHaveProperty('annotatedAt');
});

it('finds sessions and events by label, pin and bookmark', async () => {
  const service = await testService();
  for (const id of ['s-1', 's-2', 's-3']) await service.fire(id, 'UserPromptSubmit', { prompt: `hello ${id}` });
  await put(service, { sessionId: 's-1', kind: 'label', text: 'Regression' });
  await put(service, { sessionId: 's-2', kind: 'label', text: 'regression', toolUseId: 'toolu_1' });
  await put(service, { sessionId: 's-2', kind: 'pin' });
  await put(service, { sessionId: 's-3', kind: 'bookmark', promptId: 'p-1' });
  const found = async (filter: string) =>
    (await json<SessionPage>(service, `/api/sessions?filter=${encodeURIComponent(filter)}`)).sessions
      .map(({ id }) => id)
      .sort();
  expect(await found('label:regression')).toEqual(['s-1', 's-2']);
  expect(await found('-label:regression')).toEqual(['s-3']);
  expect(await found('is:pinned')).toEqual(['s-2']);
  expect(await found('is:bookmarked,pinned')).toEqual(['s-2', 's-3']);
  expect(await found('-is:noted')).toEqual(['s-1', 's-2', 's-3']);
  const { events } = await json<{ events: { sessionId: string }[] }>(service, '/api/events?filter=is:pinned');
  expect(events.map(({ sessionId }) => sessionId)).toEqual(['s-2']);
});

it('stores a label, a bookmark and a pin once, a note as often as it is written', async () => {
  const service = await testService();
  await service.fire('s-1');
  const first = await put(service, { sessionId: 's-1', kind: 'label', text: 'pass' });
  const again = await service.post('/api/annotations', { sessionId: 's-1', kind: 'label', text: 'PASS' });
  expect([again.status, ((await again.json()) as Annotation).id]).toEqual([200, first.id]);
  await put(service, { sessionId: 's-1', kind: 'label', text: 'pass', promptId: 'p-1' });
  await put(service, { sessionId: 's-1', kind: 'note', text: 'twice' });
  await put(service, { sessionId: 's-1', kind: 'note', text: 'twice' });
  expect((await json<AnnotationPage>(service, '/api/annotations')).annotations).toHaveLength(4);
  const page = await json<AnnotationPage>(service, '/api/annotations?limit=3');
  const rest = await json<AnnotationPage>(service, `/api/annotations?limit=3&cursor=${page.next}`);
  expect([page.annotations.length, rest.annotations.length, rest.next]).toEqual([3, 1, null]);
});

it('says what it does not take, and takes no secret', async () => {
  const service = await testService();
  await service.fire('s-1');
  const refused = async (body: unknown) => {
    const response = await service.post('/api/annotations', body);
    return [response.status, ((await response.json()) as { error: string }).error];
  };
  expect(await refused({ sessionId: 's-9', kind: 'pin' })).toEqual([404, 'there is no such session']);
  expect(await refused({ sessionId: 's-1', kind: 'label' })).toEqual([
    400,
    expect.stringContaining('must not be empty'),
  ]);
  expect(await refused('no json')).toEqual([400, expect.stringContaining('sessionId')]);
  expect(await refused({ sessionId: 's-1', kind: 'note', text: 'x'.repeat(70_000) })).toEqual([
    413,
    expect.any(String),
  ]);
  for (let n = 0; n < 50; n += 1) await put(service, { sessionId: 's-1', kind: 'label', text: `l${n}` });
  expect(await refused({ sessionId: 's-1', kind: 'label', text: 'one more' })).toEqual([
    409,
    'a session has at most 50 labels; delete some first',
  ]);
  const note = await put(service, { sessionId: 's-1', kind: 'note', text: `token ghp_${'a1B2'.repeat(9)}` });
  expect(note.text).not.toContain('a1B2');
});

it('outlives a restart, and goes with its session', async () => {
  const service = await testService();
  await service.fire('s-1');
  await put(service, { sessionId: 's-1', kind: 'label', text: 'pass' });
  await put(service, { sessionId: 's-1', kind: 'pin' });
  await service.close(1000);
  const next = await testService({ home: service.home });
  expect(await json<Session>(next, '/api/sessions/s-1')).toMatchObject({ labels: ['pass'], pinned: true });
  expect((await fetch(`${next.url}/api/sessions/s-1`, { method: 'DELETE' })).status).toBe(204);
  expect((await json<AnnotationPage>(next, '/api/annotations')).annotations).toEqual([]);
  await next.fire('s-1', 'Stop', { goes: 'on' });
  const told = await json<Session>(next, '/api/sessions/s-1');
  expect(told).not.toHaveProperty('labels');
  expect(told).not.toHaveProperty('pinned');
});

it('tells other viewers at once', async () => {
  const service = await testService();
  await service.fire('s-1');
  const socket = new WebSocket(`${service.url.replace('http', 'ws')}/live`);
  const heard: Session[] = [];
  socket.on('message', (data) => {
    const message = JSON.parse(String(data)) as LiveMessage;
    if ('sessions' in message) heard.push(...message.sessions);
  });
  await new Promise((resolve) => socket.once('open', resolve));
  socket.send(JSON.stringify({ subscribe: {} }));
  await put(service, { sessionId: 's-1', kind: 'label', text: 'pass' });
  await until(() => expect(heard.at(-1)).toMatchObject({ id: 's-1', labels: ['pass'] }));
  socket.close();
});

it('passes on by a live filter what happens in labelled sessions', async () => {
  const service = await testService();
  for (const id of ['s-1', 's-2']) await service.fire(id);
  await put(service, { sessionId: 's-2', kind: 'label', text: 'watch' });
  const socket = new WebSocket(`${service.url.replace('http', 'ws')}/live`);
  const heard: string[] = [];
  let upTo = 0;
  socket.on('message', (data) => {
    const message = JSON.parse(String(data)) as LiveMessage;
    if (!('events' in message)) return;
    heard.push(...message.events.map(({ sessionId = '' }) => sessionId));
    upTo = message.upTo;
  });
  await new Promise((resolve) => socket.once('open', resolve));
  socket.send(JSON.stringify({ subscribe: { after: 0, filter: 'label:watch' } }));
  await until(() => expect(heard).toEqual(['s-2']));
  await service.fire('s-1', 'Stop', { n: 1 });
  await service.fire('s-2', 'Stop', { n: 2 });
  await until(() => expect(upTo).toBe(4));
  expect(heard).toEqual(['s-2', 's-2']);
  socket.close();
});

it('masks personal data in notes and labels where it is masked before anything is stored', async () => {
  const service = await testService({ env: { TELLTALE_REDACT_PII: 'on' } });
  await service.fire('s-1');
  const note = await put(service, { sessionId: 's-1', kind: 'note', text: 'call +49 170 1234567 or ada@example.org' });
  expect(note.text).toBe('call [redacted:phone] or [redacted:email]');
  const label = await put(service, { sessionId: 's-1', kind: 'label', text: 'of ada@example.org' });
  expect(label.text).toBe('of [redacted:email]');
});

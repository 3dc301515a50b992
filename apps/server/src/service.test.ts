import { once } from 'node:events';
import { mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import type { EventPage, ServiceStatus, TranscriptPage } from '@telltale/core';
import { expect, it } from 'vitest';
import { testFolder, testService, until } from '../fixtures/test-service.ts';
import { openConnection } from './store/connection.ts';

const line = (uuid: string) => `${JSON.stringify({ type: 'user', uuid, message: { role: 'user', content: uuid } })}\n`;

/** A spool for the usual address, as hooks leave it. */
function spoolOf(home: string): string {
  const folder = join(home, 'spool/1-21');
  for (const part of ['rejected', 'transcripts']) mkdirSync(join(folder, part), { recursive: true });
  writeFileSync(join(folder, 'url'), 'http://127.0.0.1:4000\n');
  return folder;
}

it('says where Grafana is only where it was told of one', async () => {
  const status = async (env: Record<string, string>) =>
    (await (await (await testService({ env })).get('/api/status')).json()) as ServiceStatus;
  expect(await status({ GRAFANA_PUBLIC_URL: 'http://localhost:3000/' })).toMatchObject({
    grafanaUrl: 'http://localhost:3000',
  });
  expect(await status({})).not.toHaveProperty('grafanaUrl');
  expect(await status({ GRAFANA_PUBLIC_URL: '' })).not.toHaveProperty('grafanaUrl');
});

it('takes what hooks left while it was down, and says how much still waits', async () => {
  const home = testFolder();
  const spool = spoolOf(home);
  writeFileSync(join(spool, '77-1.head'), 'telltale-event-id: id-1\ntelltale-app: shöp\ntelltale-claude-pid: 77\n');
  writeFileSync(join(spool, '1795168800123000000-77-1.json'), '{"session_id":"s-1","hook_event_name":"Stop"}');
  writeFileSync(join(spool, '77-2.head'), 'telltale-event-id: id-2\n');
  writeFileSync(join(spool, '1795168800124000000-77-2.json'), '{nope');
  writeFileSync(join(spool, 'dropped'), '7\n');
  const service = await testService({ home, now: () => 1_795_168_900_000 });
  await until(async () => {
    const status = await (await service.get('/api/status')).json();
    expect(status).toMatchObject({ events: 1, rejected: 1, spoolBacklog: 0, spoolDropped: 7 });
  });
  const { events } = (await (await service.get('/api/events')).json()) as EventPage;
  expect(events).toMatchObject([
    { id: 'id-1', app: 'shöp', at: '2026-11-20T10:00:00.123Z', origin: { pid: 77 }, sessionId: 's-1' },
  ]);
  expect(readdirSync(join(spool, 'rejected')).sort()).toEqual(['1795168800124000000-77-2.json', '77-2.head']);
});

it('finishes the transcripts of sessions that were killed, with their subagents', async () => {
  const home = testFolder();
  const records = join(spoolOf(home), 'transcripts');
  const projects = join(testFolder(), 'projects/-home-dev-shop');
  mkdirSync(join(projects, 's-1/subagents'), { recursive: true });
  writeFileSync(join(projects, 's-1.jsonl'), line('a') + line('b'));
  writeFileSync(join(projects, 's-1/subagents/agent-x1.jsonl'), line('c'));
  writeFileSync(join(projects, 's-1/subagents/agent-x1.meta.json'), '{"agentType":"Explore"}');
  writeFileSync(join(records, 's-1'), `${join(projects, 's-1.jsonl')}\nshop\n`);
  writeFileSync(join(records, 's-1.due'), '');
  writeFileSync(join(records, 's-1.end'), '');
  const service = await testService({ home });
  await until(() => expect(readdirSync(records)).toEqual([]));
  const { entries } = (await (await service.get('/api/sessions/s-1/transcript')).json()) as TranscriptPage;
  expect(entries.map(({ agentId, uuid, type }) => [agentId, uuid ?? type])).toEqual(
    expect.arrayContaining([
      [undefined, 'a'],
      [undefined, 'b'],
      ['x1', 'c'],
      ['x1', 'agent-meta'],
    ]),
  );
});

it('keeps its folder private', async () => {
  const home = join(testFolder(), 'new');
  await testService({ home });
  expect(statSync(home).mode & 0o777).toBe(0o700);
});

it('refuses a second service on the same folder, and leaves the first one alone', async () => {
  const first = await testService();
  await expect(testService({ home: first.home })).rejects.toThrow(/is in use by another Telltale/);
  expect((await first.get('/healthz')).status).toBe(200);
});

it('answers 503 while it cannot store, says it once, and says when it can again', async () => {
  const service = await testService();
  await service.fire('s-1');
  // Another process that holds the write lock, as a stuck backup would.
  const blocker = openConnection(join(service.home, 'telltale.db'));
  blocker.exec('BEGIN IMMEDIATE');
  const hook = { session_id: 's-1', hook_event_name: 'Stop' };
  const status = async () => (await (await service.get('/api/status')).json()) as ServiceStatus;
  expect(await status()).not.toHaveProperty('storageProblem');
  const refused = await service.post('/ingest/hook', hook, { 'telltale-event-id': 'again' });
  expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '2']);
  expect(await status()).toMatchObject({ events: 1, storageProblem: expect.stringMatching(/in use by another/) });
  await service.post('/ingest/hook', hook, { 'telltale-event-id': 'again' });
  blocker.exec('ROLLBACK');
  blocker.close();
  expect((await service.post('/ingest/hook', hook, { 'telltale-event-id': 'again' })).status).toBe(200);
  expect(service.printed.filter((text) => text.startsWith('storing'))).toEqual([
    expect.stringMatching(/^storing: .*in use by another/),
    'storing: works again',
  ]);
  expect(await status()).not.toHaveProperty('storageProblem');
  const { events } = (await (await service.get('/api/events')).json()) as EventPage;
  expect(events).toHaveLength(2);
});

it('says why events stay in the spool that could not be stored, and takes them when it can', async () => {
  const home = testFolder();
  const spool = spoolOf(home);
  await (await testService({ home })).close(1000);
  const blocker = openConnection(join(home, 'telltale.db'));
  const service = await testService({ home });
  blocker.exec('BEGIN IMMEDIATE');
  writeFileSync(join(spool, '77-1.head'), 'telltale-event-id: id-1\n');
  // Old enough that no sender of its own is on the way.
  writeFileSync(join(spool, '1795168800123000000-77-1.json'), '{"session_id":"s-1","hook_event_name":"Stop"}');
  const status = async () => (await (await service.get('/api/status')).json()) as ServiceStatus;
  await until(async () => expect(await status()).toHaveProperty('storageProblem'));
  expect((await status()).spoolBacklog).toBe(1);
  blocker.exec('ROLLBACK');
  blocker.close();
  await until(async () => expect(await status()).toMatchObject({ events: 1, spoolBacklog: 0 }));
  expect(await status()).not.toHaveProperty('storageProblem');
});

it('finishes what it has begun when it is told to stop', async () => {
  const service = await testService();
  const body = '{"session_id":"s-1","hook_event_name":"Stop"}';
  const socket = connect(service.port, '127.0.0.1');
  socket.write(
    `POST /ingest/hook HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\nContent-Length: ${body.length}\r\n\r\n`,
  );
  // So it says that it has seen the head.
  expect(String(await once(socket, 'data'))).toMatch(/^HTTP\/1\.1 100 /);
  const closed = service.close(5000);
  socket.write(body);
  expect(String(await once(socket, 'data'))).toMatch(/^HTTP\/1\.1 200 /);
  socket.destroy();
  await closed;
  const again = await testService({ home: service.home });
  expect(await (await again.get('/api/status')).json()).toMatchObject({ events: 1 });
});

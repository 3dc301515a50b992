import { cpSync, mkdirSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Discovery, ImportStatus, ServiceStatus, SessionPage, TranscriptPage } from '@telltale/core';
import { expect, it } from 'vitest';
import { type TestService, testFolder, testService, until } from '../../fixtures/test-service.ts';
import { createCalm } from './calm.ts';

const recorded = join(import.meta.dirname, '../../../../packages/core/fixtures/transcripts');
const dayMs = 86_400_000;

/** Claude Code's folder with every recorded transcript of the real client, years old. */
function history() {
  const home = testFolder();
  const projects = join(home, 'claude/projects');
  for (const name of readdirSync(recorded))
    cpSync(join(recorded, name), join(projects, `-home-dev-${name}`), { recursive: true });
  return { home, projects };
}

const json = async <T>(service: TestService, path: string) => (await (await service.get(path)).json()) as T;

async function importEverything(service: TestService): Promise<ImportStatus> {
  expect((await service.post('/api/import', { everything: true })).status).toBe(202);
  return over(service);
}

const over = (service: TestService) =>
  until(async () => {
    const status = await json<ImportStatus>(service, '/api/import');
    expect(status.state).not.toBe('running');
    return status;
  });

/** Everything that the archive says of every session. */
async function told(service: TestService): Promise<Record<string, unknown>> {
  const { sessions } = await json<SessionPage>(service, '/api/sessions?limit=500');
  const all: Record<string, unknown> = {};
  for (const { id, ...session } of sessions) {
    const entries: unknown[] = [];
    for (let after = 0; ; ) {
      const page = await json<TranscriptPage>(service, `/api/sessions/${id}/transcript?limit=1000&after=${after}`);
      entries.push(...page.entries);
      if (page.next === null) break;
      after = page.next;
    }
    all[id] = { title: session.title, prompts: session.prompts, tools: session.tools, cost: session.costUsd, entries };
  }
  return all;
}

it('imports everything there is; twice is once, and it is all there when the files are gone', async () => {
  const { home, projects } = history();
  const service = await testService({ home });
  const before = await json<Discovery>(service, '/api/import/discover');
  expect(before).toMatchObject({ isThere: true, here: 0, partly: 0, skipped: 0 });
  expect(before.sessions).toBeGreaterThan(10);
  expect(before.bytesLacking).toBe(before.bytes);

  const first = await importEverything(service);
  expect(first).toMatchObject({ state: 'done', filesFound: before.files, filesDone: before.files, skipped: 0 });
  expect(first.bytesDone).toBe(first.bytesFound);
  expect(first).not.toHaveProperty('days');
  const once = await told(service);
  expect(Object.keys(once).length).toBeGreaterThan(10);
  expect(await json<Discovery>(service, '/api/import/discover')).toMatchObject({
    ...{ sessions: before.sessions, here: before.sessions, partly: 0, bytesLacking: 0 },
  });

  expect(await importEverything(service)).toMatchObject({ state: 'done', entries: 0 });
  expect(await told(service)).toEqual(once);

  rmSync(projects, { recursive: true });
  await service.close(1000);
  const later = await testService({ home });
  expect(await told(later)).toEqual(once);
}, 120_000);

it('lists projects and the sessions of one, with what is here of each', async () => {
  const { home, projects } = history();
  const service = await testService({ home });
  const { projects: found } = await json<Discovery>(service, '/api/import/discover');
  expect(found.map(({ name }) => name).sort()).toEqual(readdirSync(projects).sort());
  const { list = [] } = await json<Discovery>(service, '/api/import/discover?project=-home-dev-subagents');
  expect(list).toEqual([
    expect.objectContaining({ project: '-home-dev-subagents', stored: 'none', changedAt: expect.any(String) }),
  ]);
  expect(list[0]?.files).toBeGreaterThan(1);
  await importEverything(service);
  const after = await json<Discovery>(service, '/api/import/discover?project=-home-dev-subagents');
  expect(after.list?.[0]?.stored).toBe('whole');
  const folder = join(projects, '-home-dev-subagents');
  const file = join(folder, `${list[0]?.sessionId}.jsonl`);
  writeFileSync(file, '{"type":"user","uuid":"more"}\n{"half', { flag: 'a' });
  expect((await json<Discovery>(service, '/api/import/discover?project=-home-dev-subagents')).list?.[0]?.stored).toBe(
    'part',
  );
  await importEverything(service);
  // The half line is still being written, for all that anyone knows.
  expect((await json<Discovery>(service, '/api/import/discover')).here).toBe(
    found.reduce((sum, one) => sum + one.sessions, 0),
  );
});

it('takes old shapes: subagents beside sessions, broken lines, files that are no transcripts', async () => {
  const home = testFolder();
  const project = join(home, 'claude/projects/-home-dev-gone-away');
  mkdirSync(project, { recursive: true });
  const line = (more: Record<string, unknown>) =>
    `${JSON.stringify({ timestamp: '2025-08-01T10:00:00Z', cwd: '/home/dev/gone-away', version: '1.0.60', ...more })}\n`;
  const id = 'aaaaaaaa-1111-2222-3333-444444444444';
  const said = { type: 'user', sessionId: id, message: { role: 'user', content: 'an old prompt' } };
  const summary = `${JSON.stringify({ type: 'summary', summary: 'Old work', leafUuid: 'u-1' })}\n`;
  writeFileSync(join(project, `${id}.jsonl`), `${summary}{"broken\n\n${line({ ...said, uuid: 'u-1' })}[1,2]\n`);
  writeFileSync(
    join(project, 'agent-a1b2.jsonl'),
    line({ ...said, uuid: 'a-1', isSidechain: true, agentId: 'a1b2', message: { role: 'user', content: 'find it' } }),
  );
  writeFileSync(join(project, 'dataset.jsonl'), '{"input":"x","output":"y"}\n');
  writeFileSync(join(project, 'notes.jsonl'), 'not even JSON\n');
  writeFileSync(join(project, 'bbbbbbbb-1111-2222-3333-444444444444.jsonl'), '');
  const service = await testService({ home });
  expect(await importEverything(service)).toMatchObject({ state: 'done', filesFound: 2, sessions: 1, skipped: 2 });
  const { sessions } = await json<SessionPage>(service, '/api/sessions');
  expect(sessions).toEqual([expect.objectContaining({ id, title: 'Old work', app: 'gone-away', prompts: 1 })]);
  const { entries } = await json<TranscriptPage>(service, `/api/sessions/${id}/transcript`);
  const agents = entries.filter(({ agentId }) => agentId === 'a1b2');
  expect(agents.map(({ uuid }) => uuid)).toEqual(['a-1']);
  expect(entries.filter(({ agentId }) => agentId === undefined).map(({ uuid, type }) => uuid ?? type)).toContain('u-1');
});

it('goes on after a stop in the middle, without being asked, and has everything once', async () => {
  const home = testFolder();
  const project = join(home, 'claude/projects/-home-dev-big');
  mkdirSync(project, { recursive: true });
  const sessions = 30;
  for (let n = 0; n < sessions; n += 1) {
    const id = `cccccccc-1111-2222-3333-${String(n).padStart(12, '0')}`;
    const lines = Array.from({ length: 150 }, (_, index) =>
      JSON.stringify({
        ...{ type: 'user', uuid: `${id}-${index}`, sessionId: id, cwd: '/home/dev/big' },
        ...{ timestamp: '2025-08-01T10:00:00Z', message: { role: 'user', content: `${index} `.repeat(300) } },
      }),
    );
    writeFileSync(join(project, `${id}.jsonl`), `${lines.join('\n')}\n`);
    utimesSync(join(project, `${id}.jsonl`), (Date.now() - 90 * dayMs) / 1000, (Date.now() - (90 + n) * dayMs) / 1000);
  }
  const service = await testService({ home });
  await service.post('/api/import', { everything: true });
  const status = await until(async () => {
    const now = await json<ImportStatus>(service, '/api/import');
    expect(now.filesDone).toBeGreaterThan(2);
    return now;
  });
  expect(status.filesDone).toBeLessThan(sessions);
  await service.close(1000);

  const next = await testService({ home });
  const done = await over(next);
  expect(done).toMatchObject({ state: 'done', filesDone: sessions, sessions });
  expect(done.entries).toBeLessThan(sessions * 150);
  const held = await told(next);
  expect(Object.keys(held)).toHaveLength(sessions);
  for (const session of Object.values(held)) expect((session as { entries: unknown[] }).entries).toHaveLength(150);
  await next.close(1000);
  const third = await testService({ home });
  expect((await json<ImportStatus>(third, '/api/import')).state).toBe('idle');
}, 120_000);

it('waits while events come in fast, and never for ever', async () => {
  let [seq, at] = [0, 0];
  const slept: number[] = [];
  const sleep = (perSecond: number) => async (ms: number) => {
    at += ms;
    seq += (perSecond * ms) / 1000;
    slept.push(ms);
  };
  const busy = createCalm({ seq: () => seq, clock: () => at, sleep: sleep(1000) });
  [seq, at] = [500, 300];
  await busy.wait();
  expect(slept.reduce((sum, ms) => sum + ms, 0)).toBe(10_000);

  slept.length = 0;
  const calming = createCalm({ seq: () => seq, clock: () => at, sleep: sleep(10) });
  [seq, at] = [seq + 500, at + 300];
  await calming.wait();
  expect(slept).toEqual([250]);
  await calming.wait();
  expect(slept).toEqual([250]);
});

it('says so when Claude Code deletes what was not here yet, and only then', async () => {
  const { home, projects } = history();
  let nowMs = Date.now();
  const service = await testService({ home, now: () => nowMs });
  const lost = async () => (await json<ServiceStatus>(service, '/api/status')).lostTranscripts;
  const sweep = async (sequence: number, deleted: string) => {
    const attributes = {
      'session.id': 's-1',
      'event.name': 'retention_sweep',
      'event.sequence': sequence,
      transcripts_deleted: deleted,
    };
    const body = {
      resourceLogs: [
        {
          scopeLogs: [
            {
              scope: { name: 'com.anthropic.claude_code.events' },
              logRecords: [
                {
                  timeUnixNano: `${nowMs}000000`,
                  body: { stringValue: 'claude_code.retention_sweep' },
                  attributes: Object.entries(attributes).map(([key, value]) => ({
                    key,
                    value: typeof value === 'number' ? { intValue: String(value) } : { stringValue: value },
                  })),
                },
              ],
            },
          ],
        },
      ],
    };
    expect((await service.post('/v1/logs', body)).status).toBe(200);
  };
  // A first sweep, of nothing, lets the service look what there is.
  await sweep(1, '1');
  await until(async () => expect(await (await service.get('/api/import/discover')).json()).toMatchObject({ here: 0 }));
  const { projects: found } = await json<Discovery>(service, '/api/import/discover');
  await until(() => expect(service.remembers('archive')).toContain('-home-dev-hello'));
  expect(await lost()).toBeUndefined();

  const kept = found[0]?.name ?? '';
  rmSync(join(projects, '-home-dev-hello'), { recursive: true });
  nowMs += 1000;
  await sweep(2, '1');
  await until(async () => expect(await lost()).toMatchObject({ sessions: 1, isSeen: true }));

  await importEverything(service);
  nowMs += 1000;
  await sweep(3, '0');
  await until(() => expect(JSON.parse(service.remembers('archive') ?? '').lacking).not.toEqual([]));
  nowMs += 3_600_000;
  await sweep(4, '2');
  await until(() => expect(JSON.parse(service.remembers('archive') ?? '').lacking).toEqual([]));
  if (kept) rmSync(join(projects, kept), { recursive: true, force: true });
  // Something that is not here yet shows that it has looked.
  mkdirSync(join(projects, '-home-dev-newcomer'));
  writeFileSync(join(projects, '-home-dev-newcomer/dddddddd-1111-2222-3333-444444444444.jsonl'), '{"type":"user"}\n');
  await sweep(5, '2');
  await until(() => expect(service.remembers('archive')).toContain('newcomer'));
  expect(await lost()).toMatchObject({ sessions: 1 });
});

import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import type { ImportStatus, SessionPage, TranscriptPage } from '@telltale/core';
import { expect, it } from 'vitest';
import { type TestService, testFolder, testService, until } from '../../fixtures/test-service.ts';
import { cksum } from './cksum.ts';

const now = Date.parse('2026-11-21T10:00:00Z');
const dayMs = 86_400_000;

function lines(sessionId: string, ...texts: string[]): string {
  return texts
    .map((content, index) =>
      JSON.stringify({
        ...{ type: 'user', uuid: `${sessionId}-${index}`, sessionId, cwd: '/home/dev/shop', gitBranch: 'main' },
        ...{ timestamp: new Date(now - dayMs + index * 1000).toISOString(), message: { role: 'user', content } },
      }),
    )
    .map((line) => `${line}\n`)
    .join('');
}

/** Claude Code's folder with one project in it. */
function history() {
  const home = testFolder();
  const project = join(home, 'claude/projects/-home-dev-shop');
  mkdirSync(project, { recursive: true });
  const put = (name: string, text: string, ageDays = 1) => {
    const file = join(project, name);
    mkdirSync(join(file, '..'), { recursive: true });
    writeFileSync(file, text);
    utimesSync(file, (now - ageDays * dayMs) / 1000, (now - ageDays * dayMs) / 1000);
  };
  return { home, project, put };
}

async function importAll(service: TestService, days?: number | 'everything'): Promise<ImportStatus> {
  const scope = days === 'everything' ? { everything: true } : { days: days ?? 7 };
  const started = await service.post('/api/import', scope);
  expect([started.status, ((await started.json()) as ImportStatus).state]).toEqual([202, 'running']);
  const isOver = async () => {
    const status = (await (await service.get('/api/import')).json()) as ImportStatus;
    expect(status.state).not.toBe('running');
    return status;
  };
  return until(isOver);
}

const entriesOf = async (service: TestService, session: string) =>
  ((await (await service.get(`/api/sessions/${session}/transcript`)).json()) as TranscriptPage).entries;

it('shows the sessions of the last days before the first hook fired, with their subagents', async () => {
  const { home, put } = history();
  put('s-1.jsonl', lines('s-1', 'add a limit', 'and a test'));
  put('s-1/subagents/agent-x1.jsonl', lines('s-1', 'find it').replaceAll('"s-1-', '"x1-'));
  put('s-1/subagents/agent-x1.meta.json', '{"agentType":"Explore"}');
  put('s-2.jsonl', lines('s-2', 'fix the links'), 6);
  put('s-old.jsonl', lines('s-old', 'long ago'), 8);
  put('notes.txt', 'no transcript');
  const service = await testService({ home, now: () => now });

  expect(await importAll(service)).toEqual({
    ...{ state: 'done', folder: join(home, 'claude/projects'), days: 7, skipped: 0 },
    ...{ filesFound: 3, filesDone: 3, sessions: 2, entries: 4, bytesFound: expect.any(Number) },
    bytesDone: expect.any(Number),
  });
  const { sessions } = (await (await service.get('/api/sessions')).json()) as SessionPage;
  expect(sessions.map(({ id, app, knownFrom, branch }) => [id, app, knownFrom, branch]).sort()).toEqual([
    ['s-1', 'shop', 'transcript', 'main'],
    ['s-2', 'shop', 'transcript', 'main'],
  ]);
  const told = (await entriesOf(service, 's-1')).map(
    ({ agentId, uuid, type }) => `${agentId ?? 'main'} ${uuid ?? type}`,
  );
  expect(told.sort()).toEqual(['main s-1-0', 'main s-1-1', 'x1 agent-meta', 'x1 x1-0']);
});

it('stores nothing twice, and goes on where a file has grown', async () => {
  const { home, put } = history();
  put('s-1.jsonl', lines('s-1', 'one', 'two'));
  const service = await testService({ home, now: () => now });
  expect(await importAll(service)).toMatchObject({ state: 'done', entries: 2 });
  expect(await importAll(service)).toMatchObject({ state: 'done', filesDone: 1, entries: 0 });
  put('s-1.jsonl', `${lines('s-1', 'one', 'two', 'three')}{"half a line`);
  expect(await importAll(service)).toMatchObject({ state: 'done', entries: 1 });
  expect(await entriesOf(service, 's-1')).toHaveLength(3);
});

it('agrees with the sender of hooks about what is there', async () => {
  const { home, put } = history();
  const text = lines('s-1', 'one', 'two');
  put('s-1.jsonl', text);
  const service = await testService({ home, now: () => now });
  await importAll(service);
  const first = Buffer.from(`${text.split('\n')[0]}\n`);
  const ask = `session=s-1&agent=&size=${text.length}&head=${cksum(first)}-${first.length}`;
  expect(await (await service.get(`/ingest/transcript?${ask}`)).text()).toBe(String(text.length));
});

it('reads lines longer than a slice, and answers others meanwhile', async () => {
  const { home, put } = history();
  put(
    's-1.jsonl',
    lines('s-1', 'x'.repeat(3 << 20), 'y', ...Array.from({ length: 2000 }, (_, n) => `z${n}`.repeat(300))),
  );
  const service = await testService({ home, now: () => now });
  const running = importAll(service);
  let isOver = false;
  let answers = 0;
  const end = () => {
    isOver = true;
  };
  running.then(end, end);
  // One that does not let others in answers when it is over.
  for (; !isOver; answers += 1) expect((await service.get('/healthz')).status).toBe(200);
  expect(answers).toBeGreaterThan(5);
  expect(await running).toMatchObject({ state: 'done', entries: 2002 });
});

it('follows no symbolic link', async () => {
  const { home, project, put } = history();
  put('s-1.jsonl', lines('s-1', 'mine'));
  const elsewhere = testFolder();
  writeFileSync(join(elsewhere, 's-2.jsonl'), lines('s-2', 'not mine'));
  symlinkSync(join(elsewhere, 's-2.jsonl'), join(project, 's-2.jsonl'));
  symlinkSync(elsewhere, join(home, 'claude/projects/linked'));
  mkdirSync(join(project, 's-1'));
  symlinkSync(elsewhere, join(project, 's-1/subagents'));
  const service = await testService({ home, now: () => now });
  expect(await importAll(service)).toMatchObject({ filesFound: 1, sessions: 1 });
});

it('goes on behind what is no file', async () => {
  const { home, project, put } = history();
  put('s-1/subagents/agent-x1.jsonl', lines('s-1', 'find it'));
  mkdirSync(join(project, 's-1/subagents/agent-x1.meta.json'));
  put('s-2/subagents/agent-x2.jsonl', lines('s-2', 'find that'), 2);
  execFileSync('mkfifo', [join(project, 's-2/subagents/agent-x2.meta.json')]);
  put('s-3.jsonl', lines('s-3', 'fix the links'), 3);
  const service = await testService({ home, now: () => now });
  expect(await importAll(service)).toMatchObject({ state: 'done', filesDone: 3, sessions: 3, entries: 3 });
});

it('is done at once where there is no history', async () => {
  const service = await testService();
  expect(await importAll(service)).toMatchObject({ state: 'done', filesFound: 0, entries: 0 });
});

it('takes a request of unknown length, and none that goes on and on', async () => {
  const service = await testService();
  const ask = (parts: Iterable<string>) =>
    fetch(`${service.url}/api/import`, {
      ...{ method: 'POST', headers: { 'content-type': 'application/json' }, duplex: 'half' },
      body: Readable.toWeb(Readable.from(parts)) as ReadableStream,
    } as RequestInit);
  expect((await ask(['{"days"', ': 7}'])).status).toBe(202);
  expect((await ask(Array.from({ length: 200 }, () => ' '.repeat(1000)))).status).toBe(413);
});

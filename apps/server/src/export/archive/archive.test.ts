import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { amsIndexSchema, amsSessionSchema } from '@telltale/core/export';
import { expect, it, onTestFinished, vi } from 'vitest';
import { type TestService, testFolder, testService, until } from '../../../fixtures/test-service.ts';
import { createComplaints } from '../../complaints.ts';
import { createArchived } from './archived.ts';
import { createFolderStorage } from './folder-storage.ts';
import { createArchivePlace } from './place.ts';

const startedAt = '2026-11-20T10:00:00.000Z';

async function archiving(folder: string, home: string, env: Record<string, string> = {}): Promise<TestService> {
  return testService({ home, env: { TELLTALE_ARCHIVE: pathToFileURL(folder).href, ...env } });
}

/** A session that ended, unless it shall not. */
async function play(service: TestService, id: string, prompts: string[], isOver = true): Promise<void> {
  const send = (name: string, more: object) =>
    service.post(
      '/ingest/hook',
      { session_id: id, cwd: '/home/dev/shop', hook_event_name: name, ...more },
      {
        'telltale-at': prompts.length === 0 ? startedAt : new Date().toISOString(),
      },
    );
  await service.post(
    '/ingest/hook',
    { session_id: id, cwd: '/home/dev/shop', hook_event_name: 'SessionStart', source: 'startup' },
    { 'telltale-at': startedAt },
  );
  for (const prompt of prompts) await send('UserPromptSubmit', { prompt });
  if (isOver) await send('SessionEnd', { reason: 'exit' });
}

/** As an archive leaves it that took a session there. */
function wasUsed(folder: string, home: string): void {
  createArchived(join(home, 'archived.ndjson'), pathToFileURL(folder).href).note('s-0', '1 0');
}

function fileIn(folder: string): string {
  const file = join(folder, 'a file');
  writeFileSync(file, '');
  return file;
}

const filesIn = (folder: string) =>
  existsSync(folder)
    ? readdirSync(folder, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
        .sort()
    : [];

function documentIn(folder: string, id: string) {
  return amsSessionSchema.parse(JSON.parse(readFileSync(join(folder, `sessions/2026/11/20/${id}.json`), 'utf8')));
}

it('puts a session and its index into a folder when it ends, and again when it goes on', async () => {
  const [folder, home] = [join(testFolder(), 'my archive'), testFolder()];
  const service = await archiving(folder, home);
  await play(service, 's-1', ['hello']);
  await play(service, 's-2', ['I am not done'], false);
  await until(() => expect(filesIn(folder)).toEqual(['index/s-1.json', 'sessions/2026/11/20/s-1.json']));
  const index = amsIndexSchema.parse(JSON.parse(readFileSync(join(folder, 'index/s-1.json'), 'utf8')));
  expect(index).toMatchObject({ session_id: 's-1', key: 'sessions/2026/11/20/s-1.json', title: 'hello' });
  expect(documentIn(folder, 's-1')).toMatchObject({ status: 'ended', totals: { prompts: 1 } });

  await play(service, 's-1', ['and one more']);
  await until(() => expect(documentIn(folder, 's-1').totals.prompts).toBe(2));
});

it('archives at the start what had ended before, and nothing twice', async () => {
  const [folder, home] = [testFolder(), testFolder()];
  const before = await testService({ home });
  for (const id of ['s-1', 's-2', 's-3']) await play(before, id, [`I am ${id}`]);
  await before.close(1000);

  const service = await archiving(folder, home);
  await until(() => expect(filesIn(folder).length).toBe(6));
  await service.close(1000);
  // Whoever is archived already is not written again: what was taken away stays away.
  rmSync(join(folder, 'sessions/2026/11/20/s-2.json'));
  const again = await archiving(folder, home);
  await play(again, 's-4', ['new']);
  await until(() => expect(filesIn(folder)).toContain('index/s-4.json'));
  expect(filesIn(folder)).not.toContain('sessions/2026/11/20/s-2.json');
});

it('keeps the whole document of a session of which retention took a part', async () => {
  const [folder, home] = [testFolder(), testFolder()];
  const service = await archiving(folder, home);
  const longAgo = Date.now() - 40 * 86_400_000;
  const send = (name: string, more: object) =>
    service.post(
      '/ingest/hook',
      { session_id: 's-1', cwd: '/home/dev/shop', hook_event_name: name, ...more },
      {
        'telltale-at': new Date(longAgo).toISOString(),
      },
    );
  await send('UserPromptSubmit', { prompt: 'from long ago' });
  await send('SessionEnd', { reason: 'exit' });
  await until(() => expect(filesIn(folder).length).toBe(2));
  const [, file = ''] = filesIn(folder);
  const whole = readFileSync(join(folder, file), 'utf8');
  expect(whole).toContain('from long ago');
  expect((await service.post('/api/retention', { eventsDays: 30 })).status).toBe(202);
  await until(async () =>
    expect(await (await service.get('/api/sessions/s-1')).json()).toMatchObject({ pruned: ['events'] }),
  );
  await send('Notification', { message: 'one more' });
  await service.close(1000);
  const again = await archiving(folder, home);
  await play(again, 's-2', ['new']);
  await until(() => expect(filesIn(folder)).toContain('index/s-2.json'));
  expect(readFileSync(join(folder, file), 'utf8')).toBe(whole);
});

const unusable: [string, () => string][] = [['below a file', () => join(fileIn(testFolder()), 'archive')]];
if (process.platform === 'linux') unusable.push(['where nobody can make a folder', () => '/proc/nope']);

it.each(unusable)('does not start with a folder %s, and says what to do', async (_, place) => {
  const folder = place();
  await expect(archiving(folder, testFolder())).rejects.toThrow(
    /^TELLTALE_ARCHIVE=file:\/\/\/.* cannot be used \(.+\): name a folder that this user may write to, or mount its disk first$/,
  );
});

it('tells of a disk that is not mounted yet, and notices it when it is', async () => {
  const complaints: string[] = [];
  const disk = join(testFolder(), 'disk');
  writeFileSync(disk, 'not mounted');
  const storage = createFolderStorage(join(disk, 'archive'));
  const told = createComplaints((line) => complaints.push(line));
  const place = createArchivePlace({ storage, complaints: told, wasUsed: true, recheckMs: 10 });
  onTestFinished(place.close);
  await place.open();
  expect(told.problemOf('archive')).toMatch(/takes no sessions now: .*disk is a file$/);
  rmSync(disk);
  await until(() => expect(told.problemOf('archive')).toBeUndefined());
  expect(complaints.at(-1)).toBe('archive: works again');
});

it('says that the archive takes nothing, takes events all the same, and archives when it can', async () => {
  const [base, home] = [testFolder(), testFolder()];
  const folder = join(base, 'archive');
  wasUsed(folder, home);
  writeFileSync(folder, 'a file where the folder should be');
  const service = await archiving(folder, home);
  expect(service.printed).toEqual([expect.stringMatching(/^archive: .* takes no sessions now: .* is a file$/)]);
  const status = async () => (await (await service.get('/api/status')).json()) as { archiveProblem?: string };
  await play(service, 's-1', ['hello']);
  await until(async () =>
    expect((await status()).archiveProblem).toMatch(/takes no sessions now, 1 wait: (ENOTDIR|EEXIST)/),
  );
  await play(service, 's-2', ['ingest goes on']);
  expect((await service.get('/api/sessions/s-2')).status).toBe(200);
  expect(service.printed.filter((line) => line.startsWith('archive:')).length).toBeGreaterThan(0);

  rmSync(folder);
  await until(() => expect(filesIn(folder).length).toBe(4));
  await until(async () => expect(await status()).not.toHaveProperty('archiveProblem'));
  expect(service.printed.at(-1)).toBe('archive: works again');
});

it('masks personal data and leaves thoughts out where it shall', async () => {
  const [folder, home] = [testFolder(), testFolder()];
  const service = await archiving(folder, home, { TELLTALE_REDACT_PII: 'on', TELLTALE_ARCHIVE_THINKING: 'off' });
  const thought = {
    ...{ type: 'assistant', uuid: 'u-1', timestamp: '2026-11-20T10:00:03.000Z', sessionId: 's-1' },
    message: { id: 'm', role: 'assistant', model: 'm', content: [{ type: 'thinking', thinking: 'a secret thought' }] },
  };
  await service.post('/ingest/transcript?session=s-1&offset=0&head=1-2', `${JSON.stringify(thought)}\n`);
  await play(service, 's-1', ['write to ada@example.com']);
  await until(() => expect(filesIn(folder).length).toBe(2));
  const text = JSON.stringify(documentIn(folder, 's-1'));
  expect(text).toContain('write to [redacted:email]');
  expect(text).not.toContain('a secret thought');
  expect(documentIn(folder, 's-1').personal_data_masked).toBe(true);
});

it('ends at once while the archive cannot be reached', async () => {
  const [base, home] = [testFolder(), testFolder()];
  wasUsed(join(base, 'archive'), home);
  writeFileSync(join(base, 'archive'), '');
  const service = await archiving(join(base, 'archive'), home);
  await play(service, 's-1', ['hello']);
  await until(() => expect(service.printed.join()).toContain('takes no sessions now, 1 wait'));
  const began = performance.now();
  await service.close(1000);
  expect(performance.now() - began).toBeLessThan(15_000);
});

it('ends at once while what speaks S3 takes a document and never answers', async () => {
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'nobody');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'nothing');
  const taken: Socket[] = [];
  const silent = createServer((socket) => taken.push(socket)).listen(0, '127.0.0.1');
  onTestFinished(() => {
    for (const socket of taken) socket.destroy();
    silent.close();
    vi.unstubAllEnvs();
  });
  await once(silent, 'listening');
  const { port } = silent.address() as AddressInfo;
  const service = await testService({
    env: { TELLTALE_ARCHIVE: 's3://traces', TELLTALE_ARCHIVE_ENDPOINT: `http://127.0.0.1:${port}` },
  });
  await play(service, 's-1', ['hello']);
  await until(() => expect(taken).toHaveLength(1));
  const began = performance.now();
  await service.close(1000);
  expect(performance.now() - began).toBeLessThan(15_000);
  expect(service.printed.filter((line) => line.startsWith('archive:'))).toEqual([]);
});

it('remembers what was archived where, also behind a line that was cut off', () => {
  const file = join(testFolder(), 'archived.ndjson');
  const first = createArchived(file, 'file:///a');
  first.note('s-1', '1 0');
  first.note('s-1', '2 0');
  writeFileSync(file, `${readFileSync(file, 'utf8')}{"id":"s-2","sta`);
  const second = createArchived(file, 'file:///a');
  expect([second.stampOf('s-1'), second.stampOf('s-2')]).toEqual(['2 0', undefined]);
  expect(createArchived(file, 's3://b').stampOf('s-1')).toBeUndefined();
});

import { appendFileSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SessionPage, TranscriptPage } from '@telltale/core';
import { expect, it } from 'vitest';
import { type TestService, testService } from '../../server/fixtures/test-service.ts';
import { buildCommand, folderOf, startTelltale, telltale, until } from '../fixtures/telltale.ts';

buildCommand();

const envOf = (service: TestService, more: Record<string, string> = {}) => ({
  env: { HOME: service.home, TELLTALE_HOME: service.home, TELLTALE_URL: service.url, ...more },
});
const prompt = (text: string) => ({ prompt: text, prompt_id: `p-${text.length}` });
const esc = '\u001b';

it('status: what is stored and who waits, plain for a pipe, coloured where it is wanted, whole as JSON', async () => {
  const service = await testService();
  await service.fire('waits', 'UserPromptSubmit', prompt('go'));
  await service.fire('waits', 'PermissionRequest', { tool_name: 'Bash', tool_input: { command: 'rm -rf dist' } });
  const { code, out } = await telltale(['status'], envOf(service));
  expect(code).toBe(0);
  expect(out).toContain(`at ${service.url}\n  1 session, 2 events, `);
  expect(out).toContain('  1 need you, 0 in trouble, 0 working\n  ▲ shop waits Bash rm -rf dist · ');
  expect(out).not.toContain(esc);
  expect((await telltale(['status'], envOf(service, { FORCE_COLOR: '1' }))).out).toContain(`${esc}[33m▲${esc}[0m`);
  expect((await telltale(['status'], envOf(service, { FORCE_COLOR: '1', NO_COLOR: '1' }))).out).not.toContain(esc);
  const json = JSON.parse((await telltale(['status', '--json'], envOf(service))).out);
  expect(json).toMatchObject({ url: service.url, sessions: 1, events: 2, groups: { needsYou: 1, trouble: 0 } });
});

it('tail: the last ones, then what comes, through a filter, each once', async () => {
  const service = await testService();
  for (let n = 0; n < 5; n++) await service.fire('a', 'UserPromptSubmit', prompt(`before ${n}`));
  await service.fire('b', 'UserPromptSubmit', prompt('of another project'));
  const tail = await startTelltale(['tail', '--filter', 'session:a', '-n', '2'], envOf(service));
  await until(() => expect(tail.out()).toContain('before 4'));
  for (let n = 0; n < 3; n++) await service.fire('a', 'UserPromptSubmit', prompt(`after ${n}`));
  await service.fire('b', 'UserPromptSubmit', prompt('of another project again'));
  await until(() => expect(tail.out()).toContain('after 2'));
  const { out } = await tail.end('SIGINT');
  const told = out.trim().split('\n');
  expect(told.map((line) => /(before|after) \d/.exec(line)?.[0])).toEqual([
    'before 3',
    'before 4',
    'after 0',
    'after 1',
    'after 2',
  ]);
  expect(told[0]).toMatch(/^\d\d:\d\d:\d\d shop a · prompt/i);
});

it('tail says what a filter lacks, and prints nothing that orders the terminal', async () => {
  const service = await testService();
  const refused = await telltale(['tail', '--filter', 'is:'], envOf(service));
  expect(refused).toMatchObject({ code: 2, out: '', err: expect.stringContaining('is:') });
  await service.fire('a', 'UserPromptSubmit', prompt(`${esc}]0;title\u0007${esc}[2J\u202egnp`));
  const tail = await startTelltale(['tail'], envOf(service));
  await until(() => expect(tail.out()).toContain('gnp'));
  // biome-ignore lint/suspicious/noControlCharactersInRegex: what must not be there
  expect((await tail.end('SIGINT')).out).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
});

it('open: the address of a page or a session, by the beginning of its id or its project', async () => {
  const service = await testService();
  await service.fire('abcd-1', 'Stop', { cwd: '/home/dev/shop' });
  await service.fire('abcd-2', 'Stop', { cwd: '/home/dev/api' });
  const open = async (...args: string[]) => telltale(['open', '--print', ...args], envOf(service));
  expect(await open()).toMatchObject({ code: 0, out: `${service.url}/\n` });
  expect((await open('abcd-1')).out).toBe(`${service.url}/sessions/abcd-1\n`);
  expect((await open('api')).out).toBe(`${service.url}/sessions/abcd-2\n`);
  expect(await open('abcd')).toMatchObject({ code: 1, err: expect.stringContaining('2 sessions begin with abcd: ') });
  expect(await open('nobody')).toMatchObject({ code: 1, err: expect.stringContaining('There is no session "nobody"') });
});

it('open starts the browser that BROWSER names', async () => {
  const service = await testService();
  const [browser, seen] = [join(service.home, 'browser'), join(service.home, 'seen')];
  writeFileSync(browser, `#!/bin/sh\nprintf %s "$1" >'${seen}.new'; mv '${seen}.new' '${seen}'\n`, { mode: 0o755 });
  await telltale(['open'], envOf(service, { BROWSER: browser }));
  await until(() => expect(readFileSync(seen, 'utf8')).toBe(`${service.url}/`));
});

it('import: what lies in Claude Code’s folder, with its end in words', async () => {
  const service = await testService();
  const project = join(service.home, 'claude', 'projects', '-home-dev-shop');
  mkdirSync(project, { recursive: true });
  const id = '11111111-2222-4333-8444-555555555555';
  const row = { type: 'user', uuid: 'u1', sessionId: id, cwd: '/home/dev/shop', timestamp: new Date().toISOString() };
  writeFileSync(
    join(project, `${id}.jsonl`),
    `${JSON.stringify({ ...row, message: { role: 'user', content: 'hello there' } })}\n`,
  );
  const done = await telltale(['import', '--all'], envOf(service));
  expect(done).toMatchObject({ code: 0, err: '' });
  expect(done.out).toBe(`1 transcript of 1 session in ${join(service.home, 'claude', 'projects')}: 1 new line.\n`);
  const again = JSON.parse((await telltale(['import', '--days', '3', '--json'], envOf(service))).out);
  expect(again).toMatchObject({ state: 'done', days: 3, filesDone: 1, entries: 0 });
  expect(await telltale(['import', '--days', '0'], envOf(service))).toMatchObject({ code: 2 });
});

it('import of a folder: a colleague’s transcripts, listed first, each line once, and what is no transcript is left', async () => {
  const service = await testService();
  const folder = folderOf('colleague');
  const id = '11111111-2222-4333-8444-555555555555';
  const rows = (sessionId: string, count: number, more = {}) =>
    Array.from({ length: count }, (_, n) => ({
      ...{ type: 'user', uuid: `${sessionId}-${n}`, sessionId, cwd: '/home/grace/shop', ...more },
      ...{ timestamp: '2026-11-20T10:00:00.000Z', message: { role: 'user', content: `line ${n}` } },
    }))
      // Known by its place alone.
      .concat({ type: 'mode', sessionId } as never)
      .map((row) => `${JSON.stringify(row)}\n`)
      .join('');
  mkdirSync(join(folder, 'deep', id, 'subagents'), { recursive: true });
  writeFileSync(join(folder, 'deep', `${id}.jsonl`), rows(id, 3));
  writeFileSync(join(folder, 'deep', id, 'subagents', 'agent-x1.jsonl'), rows(id, 1, { uuid: 'of-the-agent' }));
  writeFileSync(join(folder, 'from-grace.jsonl'), rows('named-inside', 2));
  writeFileSync(join(folder, 'table.jsonl'), '{"a":1}\n');
  symlinkSync(join(folder, 'table.jsonl'), join(folder, 'link.jsonl'));
  const entries = async (session: string) =>
    ((await (await service.get(`/api/sessions/${session}/transcript`)).json()) as TranscriptPage).entries.length;

  const listed = JSON.parse((await telltale(['import', '--discover', '--json', folder], envOf(service))).out);
  expect(listed).toHaveLength(2);
  expect(listed).toContainEqual(expect.objectContaining({ sessionId: id, files: 2 }));
  expect(((await (await service.get('/api/sessions')).json()) as SessionPage).sessions).toEqual([]);

  const first = await telltale(['import', folder, '--app', 'Büro'], envOf(service));
  expect(first).toMatchObject({ code: 0, err: '' });
  expect(first.out).toMatch(/^3 transcripts of 2 sessions in .*: [\d.]+ k?B of 3 sent; 1 file of other shapes\.\n$/);
  expect(await entries(id)).toBe(6);
  expect(await entries('named-inside')).toBe(3);
  const { sessions } = (await (await service.get('/api/sessions')).json()) as SessionPage;
  expect(sessions.map(({ app }) => app)).toEqual(['Büro', 'Büro']);

  // The same again, a shorter copy, and one that has grown.
  expect((await telltale(['import', folder], envOf(service))).out).toContain(': nothing new; ');
  writeFileSync(join(folder, 'from-grace.jsonl'), rows('named-inside', 1));
  appendFileSync(join(folder, 'deep', `${id}.jsonl`), `${rows(id, 4).split('\n')[3]}\n`);
  expect((await telltale(['import', folder], envOf(service))).out).toContain(' of 1 sent; ');
  expect([await entries(id), await entries('named-inside')]).toEqual([7, 3]);

  expect(await telltale(['import', join(folder, 'nowhere')], envOf(service))).toMatchObject({ code: 2 });
  expect(await telltale(['import', folder, '--app', 'two\nlines'], envOf(service))).toMatchObject({ code: 2 });
  symlinkSync(join(folder, 'round'), join(folder, 'round'));
  const round = await telltale(['import', '--discover', join(folder, 'round')], envOf(service));
  expect(round).toMatchObject({ code: 1, err: `telltale: Cannot read ${join(folder, 'round')} (ELOOP).\n` });
  expect(await telltale(['import', join(folder, 'table.jsonl')], envOf(service))).toMatchObject({ code: 1, out: '' });
  expect((await telltale(['import', '--discover'], envOf(service))).out).toContain('The service cannot see ');
});

import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { waitFor } from '../wait.ts';
import { targetFor } from './targets.ts';
import { portOf, sendRaw } from './wire.ts';

const outside = mkdtempSync(join(tmpdir(), 'telltale-outside-'));
const archive = join(outside, 'archive', 'deep', 'deeper');
afterAll(() => rmSync(outside, { recursive: true, force: true }));

/** Ways up, in the spellings that servers were fooled by. */
const ways = [
  '../',
  '..%2f',
  '%2e%2e/',
  '%2e%2e%2f',
  '..%5c',
  '..\\',
  '%252e%252e%252f',
  '..%c0%af',
  '....//',
  '.%00./',
  '..;/',
  '%u002e%u002e/',
];
/** Of the machine, of the repository, of the installation; and what each begins with. */
const files = ['etc/passwd', 'package.json', 'apps/server/package.json', 'telltale.db', 'migrations/0001.sql'];
const secrets = /root:.*:0:0|"name": "telltale"|"@telltale\/server"|SQLite format 3|CREATE TABLE/;

describe('paths that lead elsewhere', () => {
  const target = targetFor('on loopback', { TELLTALE_ARCHIVE: pathToFileURL(archive).href });
  const ask = (path: string) => sendRaw(portOf(target.current.url), [`GET ${path} HTTP/1.1`, 'Host: localhost']);

  it.each(ways)('reach no file by %s', async (way) => {
    for (const file of files) {
      for (const base of ['/', '/assets/', '/api/sessions/', '//', '/assets/x/']) {
        const { body, head } = await ask(base + way.repeat(6) + file);
        expect(body, `${base}${way}${file}: ${head}`).not.toMatch(secrets);
      }
    }
  });

  it('reach no file by what is no path', async () => {
    for (const odd of [
      'http://localhost/../../etc/passwd',
      'file:///etc/passwd',
      '//etc/passwd',
      '*',
      '/%',
      '/%00',
      '/assets/%',
    ]) {
      const { status, body } = await ask(odd);
      expect(body).not.toMatch(secrets);
      expect(status, odd).not.toBe(500);
    }
  });

  const ids = [
    '../../escaped',
    '/tmp/escaped',
    '..',
    '.',
    '..%2f..%2fescaped',
    'a/../../../escaped',
    'C:\\escaped',
    '~/escaped',
    'x\u0000/../escaped',
    '%2e%2e',
  ];

  it('as ids of sessions find nothing and hurt nothing', async () => {
    for (const id of ids) {
      const part = encodeURIComponent(id);
      for (const path of ['', '/export', '/transcript', '/cost', '/spans', '/export?format=html']) {
        const answer = await target.current.ask(`/api/sessions/${part}${path}`);
        const body = await answer.text();
        expect([200, 400, 404], `${id}${path}: ${body}`).toContain(answer.status);
        expect(body).not.toMatch(secrets);
      }
    }
  });

  it('as ids of sessions, agents and transcripts write nothing beside the archive', async () => {
    for (const [at, id] of ids.entries()) {
      const input = {
        session_id: id,
        hook_event_name: 'SessionEnd',
        reason: 'other',
        cwd: '/../../escaped',
        agent_id: id,
      };
      const more = { transcript_path: '/etc/passwd', agent_transcript_path: '/etc/passwd' };
      expect([200, 400]).toContain((await target.current.fire({ ...input, ...more })).status);
      const query = new URLSearchParams({ session: id, agent: id, head: `${at}-2`, size: '3', offset: '0' });
      await target.current.ask(`/ingest/transcript?${query}`, { method: 'POST', body: '{}\n' });
      await target.current.ask('/ingest/transcript', {
        method: 'POST',
        body: JSON.stringify({ sessionId: id, agentId: id, text: '{"type":"user"}\n' }),
      });
    }
    await target.current.fire({ session_id: 'the-last', hook_event_name: 'SessionEnd', reason: 'other', cwd: '/p' });
    await waitFor(
      'the last session in the archive',
      () => namesIn(archive).some((name) => name.includes('the-last')),
      60_000,
    );
    const beside = namesIn(outside).filter(
      (path) => !path.startsWith('archive/deep/deeper/') && !'archive/deep/deeper'.startsWith(path),
    );
    expect(beside).toEqual([]);
    expect(namesIn(tmpdir(), 1).filter((name) => name === 'escaped')).toEqual([]);
    expect(JSON.stringify(await (await target.current.ask('/api/events?limit=100')).json())).not.toMatch(secrets);
  });

  it('as projects to import name nothing beyond Claude Code’s own folder', async () => {
    const projects = join(target.current.service.home, '.claude', 'projects');
    const other = join(target.current.service.home, 'elsewhere');
    for (const folder of [projects, other]) mkdirSync(folder, { recursive: true });
    writeFileSync(join(other, '11111111-1111-4111-8111-111111111111.jsonl'), '{"type":"user","uuid":"u"}\n');
    for (const project of ['../../elsewhere', other, '..', '/', '.']) {
      const found = await target.current.ask(`/api/import/discover?project=${encodeURIComponent(project)}`);
      expect(await found.json()).toMatchObject({ projects: [], list: [] });
      // What is named beside the days is nothing to it.
      const body = JSON.stringify({ days: 1, folder: other, project, claudeFolder: other });
      const headers = { 'content-type': 'application/json' };
      await (await target.current.ask('/api/import', { method: 'POST', headers, body })).text();
    }
    const state = async () => ((await (await target.current.ask('/api/import')).json()) as { state: string }).state;
    await waitFor('the import to end', async () => (await state()) !== 'running');
    const found = await target.current.ask('/api/sessions/11111111-1111-4111-8111-111111111111');
    expect(found.status).toBe(404);
  });
});

/** Below a folder, with `/` between. */
function namesIn(folder: string, depth = 20): string[] {
  if (!statSync(folder, { throwIfNoEntry: false })) return [];
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() && depth > 1
      ? [entry.name, ...namesIn(join(folder, entry.name), depth - 1).map((name) => `${entry.name}/${name}`)]
      : [entry.name],
  );
}

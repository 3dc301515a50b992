import { execFileSync } from 'node:child_process';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { prepareService } from '../service.ts';
import { waitFor } from '../wait.ts';

const outside = mkdtempSync(join(tmpdir(), 'telltale-files-'));
afterAll(() => rmSync(outside, { recursive: true, force: true }));
const secret = join(outside, 'secret.json');
writeFileSync(secret, JSON.stringify({ session_id: 'stolen', hook_event_name: 'Stop', prompt: 'zebra' }));

describe.skipIf(process.platform === 'win32')('the files of an installation', () => {
  it('are for their user alone, whatever was allowed before and whatever the shell allows', async () => {
    const home = join(outside, 'open');
    mkdirSync(home, { mode: 0o777 });
    const env = { TELLTALE_ARCHIVE: pathToFileURL(join(home, 'archive')).href };
    const service = await prepareService({ home, env });
    const umask = process.umask(0);
    try {
      writeFileSync(join(home, 'telltale.db'), '', { mode: 0o666 });
      await service.start();
      const fire = (name: string) =>
        fetch(`${service.url}/ingest/hook`, {
          method: 'POST',
          body: JSON.stringify({ session_id: 's', hook_event_name: name, cwd: '/p' }),
        });
      await fire('Stop');
      await fire('SessionEnd');
      await waitFor('the archive', () => allIn(join(home, 'archive')).length > 1, 60_000);
      await service.stop();
    } finally {
      process.umask(umask);
    }
    const modes = ['', ...allIn(home)].map((name) => {
      const at = lstatSync(join(home, name));
      return [name, (at.mode & 0o777).toString(8), at.isDirectory() ? '700' : '600'] as const;
    });
    expect(modes.filter(([, is, should]) => is !== should)).toEqual([]);
    expect(modes.map(([name]) => name)).toContain('telltale.db');
  });

  it('that are links, pipes or folders in the spool are not read, and stop nothing', async () => {
    const home = join(outside, 'linked');
    const service = await prepareService({ home });
    const own = join(home, 'spool', 'own');
    mkdirSync(join(own, 'transcripts'), { recursive: true, mode: 0o700 });
    mkdirSync(join(own, 'rejected'));
    writeFileSync(join(own, 'url'), `${service.url}\n`);
    const item = (n: number) => join(own, `${1_700_000_000_000_000_000n + BigInt(n)}-1-${n}.json`);
    symlinkSync(secret, item(1));
    symlinkSync(join(outside, 'nothing'), item(2));
    mkdirSync(item(3));
    execFileSync('mkfifo', [item(4)]);
    symlinkSync(outside, join(home, 'spool', 'elsewhere'));
    const transcript = join(outside, 'secret.jsonl');
    writeFileSync(transcript, '{"type":"user","uuid":"u","message":{"content":"zebra"}}\n');
    symlinkSync(transcript, join(own, 'link.jsonl'));
    writeFileSync(join(own, 'transcripts', 'stolen-too'), `${join(own, 'link.jsonl')}\napp\n`);
    writeFileSync(item(5), JSON.stringify({ session_id: 'mine', hook_event_name: 'Stop' }));
    writeFileSync(join(own, '1-5.head'), 'telltale-event-id: e-5\n');
    await service.start();
    try {
      await waitFor('the event that is a file', async () =>
        (await service.events()).some(({ sessionId }) => sessionId === 'mine'),
      );
      expect((await service.events()).map(({ sessionId }) => sessionId)).toEqual(['mine']);
      expect((await service.transcript('stolen-too').catch(() => ({ entries: [] }))).entries).toEqual([]);
      expect([existsSync(secret), lstatSync(item(1)).isSymbolicLink(), lstatSync(item(4)).isFIFO()]).toEqual([
        true,
        true,
        true,
      ]);
      expect(readFileSync(secret, 'utf8')).toContain('zebra');
    } finally {
      await service.stop();
    }
  });

  it('that are links among Claude Code’s transcripts are not imported', async () => {
    const home = join(outside, 'import');
    const projects = join(home, '.claude', 'projects', '-p');
    mkdirSync(projects, { recursive: true });
    const [linked, own] = ['11111111-1111-4111-8111-111111111111', '22222222-2222-4222-8222-222222222222'];
    const target = join(outside, 'other.jsonl');
    const line = (id: string) =>
      `${JSON.stringify({ type: 'user', uuid: id, sessionId: id, cwd: '/p', timestamp: new Date().toISOString(), message: { role: 'user', content: 'zebra' } })}\n`;
    writeFileSync(target, line(linked));
    symlinkSync(target, join(projects, `${linked}.jsonl`));
    symlinkSync(outside, join(home, '.claude', 'projects', '-outside'));
    writeFileSync(join(projects, `${own}.jsonl`), line(own));
    const service = await prepareService({ home });
    await service.start();
    try {
      const body = JSON.stringify({ everything: true });
      await fetch(`${service.url}/api/import`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body,
      });
      await waitFor('the import', async () => (await service.get<{ state: string }>('/api/import')).state === 'done');
      expect((await service.transcript(own)).entries).toHaveLength(1);
      expect((await fetch(`${service.url}/api/sessions/${linked}`)).status).toBe(404);
    } finally {
      await service.stop();
    }
  });
});

function allIn(folder: string): string[] {
  return existsSync(folder) ? readdirSync(folder, { recursive: true }).map(String) : [];
}

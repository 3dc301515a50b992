import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Discovery, ImportStatus } from '@telltale/core';
import { afterEach, expect, it } from 'vitest';
import { type Service, startService } from '../service.ts';
import { waitFor } from '../wait.ts';

const sessions = 60;
const lines = 120;
const home = mkdtempSync(join(tmpdir(), 'telltale-import-'));
const idOf = (n: number) => `dddddddd-1111-2222-3333-${String(n).padStart(12, '0')}`;
let service: Service | undefined;

afterEach(async () => {
  await service?.stop();
  rmSync(home, { recursive: true, force: true });
});

/** A history of last year. */
function writeHistory(claude: string): void {
  const project = join(claude, 'projects', '-home-dev-shop');
  mkdirSync(project, { recursive: true });
  for (let n = 0; n < sessions; n += 1) {
    const text = Array.from({ length: lines }, (_, index) =>
      JSON.stringify({
        ...{ type: 'user', uuid: `${idOf(n)}-${index}`, sessionId: idOf(n), cwd: '/home/dev/shop' },
        ...{ timestamp: '2025-08-01T10:00:00.000Z', message: { role: 'user', content: `${index} `.repeat(400) } },
      }),
    );
    writeFileSync(join(project, `${idOf(n)}.jsonl`), `${text.join('\n')}\n`);
  }
}

it('an import of everything that is killed twice goes on by itself, and has every line once', async () => {
  const claude = join(home, 'claude');
  writeHistory(claude);
  service = await startService({ home, env: { CLAUDE_CONFIG_DIR: claude } });
  const running = service;
  const import_ = () => running.get<ImportStatus>('/api/import');
  const started = await fetch(`${running.url}/api/import`, { method: 'POST', body: '{"everything":true}' });
  expect(started.status).toBe(202);
  let kills = 0;
  for (const files of [2, 4]) {
    await waitFor('some files', async () => {
      const { state, filesDone } = await import_();
      return state !== 'running' || filesDone >= files;
    });
    if ((await import_()).state === 'running') kills += 1;
    await running.kill();
    await running.start();
  }
  // The control: it was under way when it was killed.
  expect(kills).toBeGreaterThan(0);
  await waitFor('the end', async () => (await import_()).state !== 'running', 60_000);
  const { here, bytesLacking } = await running.get<Discovery>('/api/import/discover');
  expect({ here, bytesLacking }).toEqual({ here: sessions, bytesLacking: 0 });
  for (let n = 0; n < sessions; n += 1) {
    const { entries } = await running.transcript(idOf(n));
    expect(entries.map(({ uuid }) => uuid)).toEqual(Array.from({ length: lines }, (_, index) => `${idOf(n)}-${index}`));
  }
});

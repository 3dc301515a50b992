import { cpSync, mkdirSync, mkdtempSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Discovery, RetentionReport } from '@telltale/core';
import { afterEach, describe, expect, it } from 'vitest';
import { requires } from '../requires.ts';
import { root } from '../service.ts';
import { waitFor } from '../wait.ts';
import { createSetting, type Setting } from './setting.ts';

const oldId = 'aaaaaaaa-1111-2222-3333-444444444444';
const recorded = join(root, 'packages/core/fixtures/transcripts');

describe.runIf(requires('chromium'))('the archive', () => {
  let setting: Setting | undefined;
  afterEach(() => setting?.close());

  it('offers what lies on this machine, imports it, and lets go of what is old when it is told twice', async () => {
    const home = mkdtempSync(join(tmpdir(), 'telltale-storage-'));
    const claude = join(home, 'claude');
    for (const name of readdirSync(recorded).slice(0, 8)) {
      const project = join(claude, 'projects', `-home-dev-${name}`);
      mkdirSync(project, { recursive: true });
      cpSync(join(recorded, name), project, { recursive: true });
    }
    // Long ago, so that there is something to let go of.
    const old = join(claude, 'projects', '-home-dev-old');
    const line = (n: number) => ({
      ...{
        type: 'user',
        uuid: `old-${n}`,
        sessionId: oldId,
        cwd: '/home/dev/old',
        timestamp: '2025-08-01T10:00:00.000Z',
      },
      message: { role: 'user', content: `A prompt of last year ${n}` },
    });
    mkdirSync(old);
    writeFileSync(join(old, `${oldId}.jsonl`), [1, 2, 3].map((n) => `${JSON.stringify(line(n))}\n`).join(''));
    setting = await createSetting({ home, env: { CLAUDE_CONFIG_DIR: claude } });
    const { service } = setting;
    const ask = async <T>(path: string) => (await (await fetch(service.url + path)).json()) as T;
    const found = await ask<Discovery>('/api/import/discover');
    expect(found.sessions).toBeGreaterThan(5);

    const viewer = await setting.open('/sessions');
    await viewer.page.getByText(`${found.sessions} sessions on this machine, 0 here`).waitFor();
    await viewer.shot('archive-offer-dark');
    await viewer.page.getByRole('button', { name: 'import all' }).click();
    await waitFor('everything', async () => (await ask<Discovery>('/api/import/discover')).bytesLacking === 0);
    await viewer.page.getByText('on this machine').waitFor({ state: 'detached' });
    const sessions = (await service.sessions()).length;
    expect(sessions).toBeGreaterThan(5);

    const table = viewer.page.getByRole('table', { name: 'Sessions' });
    await waitFor('a row each', async () => (await table.locator('.row').count()) === sessions);
    await viewer.page.getByRole('button', { name: 'Settings' }).click();
    const dialog = viewer.page.getByRole('dialog', { name: 'Settings' });
    const transcripts = dialog.getByRole('row', { name: /^Transcripts/ });
    await transcripts.getByRole('spinbutton').fill('200');
    await transcripts.getByText(/of 1 session$/).waitFor();
    await transcripts.scrollIntoViewIfNeeded();
    await viewer.shot('storage-dark');
    await transcripts.getByRole('button', { name: 'free now' }).click();
    expect((await ask<RetentionReport>('/api/retention?transcript=200')).parts[1]?.wouldFree.sessions).toBe(1);
    await transcripts.getByRole('button', { name: 'delete for good' }).click();
    await transcripts.getByText('nothing').waitFor();
    expect((await service.transcript(oldId)).entries).toEqual([]);
    expect((await service.sessions()).length).toBe(sessions);
    await viewer.page.keyboard.press('Escape');
    await table.getByRole('link', { name: 'A prompt of last year 1' }).click();
    await viewer.page.getByText('pruned by retention: transcript').waitFor();
    await viewer.shot('pruned-session-dark');
    await viewer.close();
    const light = await setting.open('/sessions', { colorScheme: 'light' });
    await light.page.getByRole('button', { name: 'Settings' }).click();
    await light.page
      .getByRole('dialog', { name: 'Settings' })
      .getByRole('row', { name: /^Events/ })
      .waitFor();
    await light.shot('storage-light');
    await light.close();
  });
});

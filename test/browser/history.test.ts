import { cpSync, mkdirSync, mkdtempSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { tellSession } from '../../apps/cli/src/demo/tell-session.ts';
import { printed } from '../../apps/cli/src/demo/tool-results.ts';
import { requires } from '../requires.ts';
import { root } from '../service.ts';
import { waitFor } from '../wait.ts';
import { deliver } from './deliver.ts';
import { createSetting, type Setting } from './setting.ts';

describe.runIf(requires('chromium'))('“show my last 7 days”', () => {
  let setting: Setting | undefined;
  afterEach(() => setting?.close());

  it('turns the first run into sessions that read as stories, before any hook has fired', async () => {
    const home = mkdtempSync(join(tmpdir(), 'telltale-history-'));
    const claude = join(home, 'claude');
    const project = join(claude, 'projects', '-home-dev-projects-tools');
    mkdirSync(project, { recursive: true });
    const recorded = ['tools', 'subagents', 'hello'].map((name) =>
      join(root, 'packages/core/fixtures/transcripts', name),
    );
    for (const folder of recorded) cpSync(folder, project, { recursive: true });
    const ids = readdirSync(project)
      .filter((file) => file.endsWith('.jsonl') && file.length > 40)
      .map((file) => file.slice(0, 36));
    setting = await createSetting({ home, env: { CLAUDE_CONFIG_DIR: claude } });

    const viewer = await setting.open('/');
    await viewer.page.getByRole('button', { name: 'Show my last 7 days' }).click();
    const { service } = setting;
    await waitFor('all sessions', async () => (await service.sessions()).length === ids.length);
    expect((await service.sessions()).map((session) => session.id).sort()).toEqual(ids.sort());
    // The way there stays on the page when the first session takes the place of the empty one.
    await viewer.page.getByText(new RegExp(`${ids.length} sessions, [\\d,]+ entries read`)).waitFor();
    await viewer.page.getByRole('link', { name: 'Sessions', exact: true }).click();
    const table = viewer.page.getByRole('table', { name: 'Sessions' });
    await waitFor('a row each', async () => (await table.locator('.row').count()) === ids.length);
    await viewer.shot('last-seven-days');
    await table.getByRole('link', { name: /Have two helpers look/ }).click();
    await viewer.rows.filter({ hasText: 'Both helpers are back' }).waitFor();
    await viewer.rows.filter({ hasText: 'Look at left.txt' }).first().waitFor();
    await viewer.close();
  });
});

describe.runIf(requires('chromium'))('a day of long ago that comes late', () => {
  let setting: Setting | undefined;
  afterEach(() => setting?.close());

  it('empties no lanes, and has its day in the feed', async () => {
    setting = await createSetting();
    const now = tellSession({ name: 'just now', cwd: '/p/now', startMs: Date.now() - 60_000 });
    now.prompt('What the lanes must show');
    now.call('Bash', { command: 'date' }, printed('today'));
    const old = tellSession({ name: 'long ago', cwd: '/p/old', startMs: Date.now() - 3 * 86_400_000 });
    old.prompt('What came late');
    for (let n = 0; n < 80; n += 1) old.call('Bash', { command: `step ${n}` }, printed(''));
    // More than a page has when it is opened.
    expect(old.hooks.length).toBeGreaterThan(200);
    await deliver(setting.service, now);
    await deliver(setting.service, old);

    const viewer = await setting.open('/?view=lanes');
    const lanes = viewer.page.getByRole('list', { name: 'Agents over time' }).locator('li');
    await lanes.filter({ hasText: 'What the lanes must show' }).waitFor();
    expect(await lanes.filter({ hasText: 'What came late' }).count()).toBe(0);
    await viewer.page.getByRole('button', { name: 'Feed' }).click();
    await viewer.rows.filter({ hasText: 'step 79' }).waitFor();
    await viewer.page.locator('.day-above', { hasText: /^\w{3} \d+ \w{3}/ }).waitFor();
    await viewer.close();
  });
});

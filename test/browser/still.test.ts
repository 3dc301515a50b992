/// <reference lib="dom" />
import { afterAll, beforeAll, describe, it } from 'vitest';
import { demoDay, storySession } from '../../apps/cli/src/demo/demo-day.ts';
import { tellSession, uuidOf } from '../../apps/cli/src/demo/tell-session.ts';
import { requires } from '../requires.ts';
import { waitFor } from '../wait.ts';
import { deliver, sendHook } from './deliver.ts';
import { createSetting, type Setting, type Viewer } from './setting.ts';
import { expectStill, movesOf } from './still.ts';

const viewports = { desk: { width: 1440, height: 900 }, telephone: { width: 390, height: 844 } };

/** When a page is whole. */
const pages: Record<string, { path: string; whole(viewer: Viewer): Promise<unknown> }> = {
  live: { path: '/', whole: ({ rows }) => rows.filter({ hasText: 'prisma migrate' }).waitFor() },
  lanes: {
    path: '/?view=lanes',
    whole: ({ page }) => page.getByRole('list', { name: 'Agents over time' }).locator('li').nth(5).waitFor(),
  },
  sessions: { path: '/sessions', whole: ({ page }) => page.getByRole('link', { name: /Which resources/ }).waitFor() },
  session: {
    path: `/sessions/${uuidOf(storySession)}`,
    whole: ({ page, rows }) =>
      Promise.all([
        page.getByRole('status').filter({ hasText: 'reading' }).waitFor({ state: 'detached' }),
        rows.locator('.step').first().waitFor({ state: 'attached' }),
      ]),
  },
  money: { path: '/analytics', whole: allAnswered },
  work: { path: '/analytics?show=work', whole: allAnswered },
  waiting: { path: '/analytics?show=waiting', whole: allAnswered },
  alerts: { path: '/alerts', whole: ({ page }) => page.getByRole('heading', { name: 'Firing now' }).waitFor() },
  search: { path: '/search?q=test', whole: ({ page }) => page.locator('a.hit').first().waitFor() },
  reconciliation: {
    path: '/reconciliation',
    whole: ({ page }) => page.getByRole('table', { name: 'What each source says' }).waitFor(),
  },
  wall: { path: '/wall', whole: ({ page }) => page.getByText('1 needs you').waitFor() },
};

describe.runIf(requires('chromium'))('nothing jumps', () => {
  let setting: Setting;
  beforeAll(async () => {
    setting = await createSetting();
    const { service } = setting;
    const day = demoDay(Date.now());
    await deliver(service, ...day);
    // What is reckoned and indexed behind the events changes rows that are shown already.
    await waitFor('everything indexed', async () => {
      const { index } = await service.get<{ index: { waiting: number } }>('/api/search?q=test');
      return index.waiting === 0;
    });
    await waitFor('every price', async () =>
      (await service.sessions()).every(
        ({ id, costUsd }) => costUsd !== undefined || !day.some((one) => one.sessionId === id),
      ),
    );
  });
  afterAll(() => setting.close());

  for (const [size, viewport] of Object.entries(viewports))
    for (const [name, { path, whole }] of Object.entries(pages))
      it(`while ${name} is loaded, ${size}`, async () => {
        const viewer = await setting.open(path, { viewport });
        await whole(viewer);
        await viewer.page.waitForLoadState('networkidle');
        await expectStill(viewer, name);
        await viewer.close();
      });

  it('while events come to the first page', async () => {
    const viewer = await setting.open('/');
    await viewer.rows.filter({ hasText: 'prisma migrate' }).waitFor();
    const session = tellSession({ name: 'arrives', cwd: '/p/arrives', startMs: Date.now() });
    session.prompt('Begin');
    for (let n = 0; n < 12; n += 1) session.call('Bash', { command: `echo ${n}` }, { stdout: `${n}` });
    for (const hook of session.hooks) await sendHook(setting.service, { ...hook, atMs: Date.now() });
    await viewer.rows.filter({ hasText: 'echo 11' }).filter({ hasNotText: 'running' }).waitFor();
    await viewer.page.getByRole('navigation', { name: 'Sessions' }).getByRole('link', { name: 'Begin' }).waitFor();
    await expectStill(viewer);
    await viewer.close();
  });

  it('names what moves: without this the others could not fail', async () => {
    const viewer = await setting.open('/alerts');
    await viewer.page.getByRole('heading', { name: 'Firing now' }).waitFor();
    await viewer.page.evaluate(() => {
      const first = document.querySelector('main section');
      first?.before(Object.assign(document.createElement('p'), { textContent: 'late', style: 'height: 60px' }));
    });
    await waitFor('the shift', async () => (await movesOf(viewer)).some((words) => words.includes('Firing now')));
    await viewer.close();
  });
});

/** Each card of the view has its answer. */
async function allAnswered({ page }: Viewer): Promise<void> {
  await page.locator('.card .sum').first().waitFor();
  await waitFor('every card', async () => (await page.locator('.card:not(:has(.sum))').count()) === 0);
}

/// <reference lib="dom" />
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { demoDay, storySession } from '../../apps/cli/src/demo/demo-day.ts';
import { uuidOf } from '../../apps/cli/src/demo/tell-session.ts';
import { requires } from '../requires.ts';
import { waitFor } from '../wait.ts';
import { deliver } from './deliver.ts';
import { expectReadableInBoth } from './readable.ts';
import { createSetting, type Setting, type Viewer } from './setting.ts';

/** The states of the pages that are looked at. */
const states: Record<string, { path: string; reach(viewer: Viewer): Promise<void> }> = {
  live: { path: '/', reach: (viewer) => viewer.rows.filter({ hasText: 'prisma migrate' }).waitFor() },
  lanes: {
    path: '/?view=lanes',
    reach: ({ page }) => page.getByRole('list', { name: 'Agents over time' }).locator('li').first().waitFor(),
  },
  'no-hit': {
    path: '/?filter=tool:Teleport',
    reach: ({ page }) => page.getByText('No event matches the filter').waitFor(),
  },
  opened: {
    path: '/?filter=app:api tool:Edit',
    async reach(viewer) {
      await viewer.rows.filter({ hasText: 'src/app.ts' }).click();
      await viewer.page.getByRole('complementary', { name: 'Opened event' }).getByText('rateLimit').first().waitFor();
    },
  },
  sessions: { path: '/sessions', reach: ({ page }) => page.getByRole('link', { name: /Which resources/ }).waitFor() },
  session: {
    path: `/sessions/${uuidOf(storySession)}`,
    async reach(viewer) {
      const failed = viewer.rows.filter({ hasText: /FAIL/ }).getByRole('button').first();
      await failed.click();
      await viewer.page.getByText('17 passed').first().waitFor();
    },
  },
  asked: {
    path: `/sessions/${uuidOf('api limits')}`,
    reach: (viewer) => viewer.rows.filter({ hasText: 'waits for permission' }).waitFor(),
  },
  'since-left': {
    path: '/',
    async reach({ page }) {
      const left = 'telltale.presence';
      await page.waitForFunction((key) => localStorage.getItem(key)?.includes('"seq"'), left);
      await page.evaluate((key) => {
        const last = JSON.parse(localStorage.getItem(key) ?? '{}') as object;
        localStorage.setItem(key, JSON.stringify({ ...last, seq: 20, atMs: Date.now() - 40 * 60_000 }));
      }, left);
      await page.reload();
      await page.getByRole('region', { name: 'Since you left' }).waitFor();
    },
  },
  search: {
    path: '/search?q=test',
    async reach({ page }) {
      // Texts are found a moment after they came.
      await waitFor('something found', async () => {
        if ((await page.locator('a.hit').count()) > 0) return true;
        await page.reload();
        return false;
      });
    },
  },
  'search-help': { path: '/search', reach: ({ page }) => page.getByRole('button', { name: 'useAuth' }).waitFor() },
  wall: { path: '/wall', reach: ({ page }) => page.getByText('1 needs you').waitFor() },
  help: {
    path: '/',
    async reach({ page }) {
      await page.getByRole('button', { name: /Keyboard/ }).click();
      await page.getByRole('dialog', { name: 'Keyboard' }).waitFor();
    },
  },
  settings: {
    path: '/',
    async reach({ page }) {
      await page.getByRole('button', { name: 'Settings' }).click();
      await page.getByRole('dialog', { name: 'Settings' }).waitFor();
    },
  },
  palette: {
    path: '/',
    async reach({ page }) {
      await page.getByRole('button', { name: /Go anywhere/ }).click();
      await page.getByRole('option').first().waitFor();
    },
  },
};

describe.runIf(requires('chromium'))('every page, for every reader', () => {
  let empty: Setting;
  let busy: Setting;
  beforeAll(async () => {
    [empty, busy] = await Promise.all([createSetting(), createSetting()]);
    await deliver(busy.service, ...demoDay(Date.now()));
  });
  afterAll(async () => {
    await empty.close();
    await busy.close();
  });

  it('first run: nothing serious for axe in light and dark, no text below 12 px', async () => {
    const viewer = await empty.open('/');
    await viewer.page.getByText('Waiting for the first event').waitFor();
    await expectReadableInBoth(viewer);
    await viewer.close();
  });

  it('all states: nothing serious for axe in light and dark, no text below 12 px', async () => {
    for (const [name, { path, reach }] of Object.entries(states)) {
      const viewer = await busy.open(path);
      await reach(viewer);
      await expectReadableInBoth(viewer, name, (scheme) => viewer.shot(`${name}-${scheme}`));
      await viewer.close();
    }
  });

  it('fits 390 px: nothing scrolls sideways, touch targets, the opened event is a sheet', async () => {
    for (const [name, { path, reach }] of Object.entries(states)) {
      if (name === 'help') continue; // its button gives way on a narrow page
      const viewer = await busy.open(path, { viewport: { width: 390, height: 844 }, hasTouch: true });
      await reach(viewer);
      const { scroll, inner } = await viewer.page.evaluate(() => ({
        scroll: document.documentElement.scrollWidth,
        inner: innerWidth,
      }));
      expect(scroll, `${name} is as wide as the screen`).toBeLessThanOrEqual(inner);
      await viewer.shot(`${name}-390`);
      if (name === 'opened') {
        const sheet = await viewer.page.getByRole('complementary', { name: 'Opened event' }).boundingBox();
        expect(sheet).toMatchObject({ x: 0, width: 390 });
        expect(sheet?.y).toBeGreaterThan(60);
      }
      await viewer.close();
    }
  });

  it('changes its theme at once, and keeps it', async () => {
    const viewer = await busy.open('/', { colorScheme: 'light' });
    const colour = () => viewer.page.evaluate(() => getComputedStyle(document.body).color);
    const light = await colour();
    await viewer.page.getByRole('button', { name: 'Settings' }).click();
    await viewer.page.getByRole('radio', { name: 'dark' }).check();
    await waitFor('another colour', async () => (await colour()) !== light);
    const dark = await colour();
    await viewer.page.reload();
    await viewer.rows.first().waitFor();
    expect(await colour()).toBe(dark);
    await viewer.page.getByRole('button', { name: 'Settings' }).click();
    await viewer.page.getByRole('radio', { name: 'system' }).check();
    await waitFor('the light one again', async () => (await colour()) === light);
    await viewer.close();
  });
});

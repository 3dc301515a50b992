// biome-ignore-all lint/performance/useDomNodeTextContent: what a reader sees is asked for, not what the DOM holds.
import type { Locator } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { demoDay } from '../../apps/cli/src/demo/demo-day.ts';
import { requires } from '../requires.ts';
import { waitFor } from '../wait.ts';
import { deliver } from './deliver.ts';
import { createSetting, type Setting, type Viewer } from './setting.ts';

describe.runIf(requires('chromium'))('the filter box', () => {
  let setting: Setting;
  beforeAll(async () => {
    setting = await createSetting();
    await deliver(setting.service, ...demoDay(Date.now()));
  });
  afterAll(() => setting.close());

  it('filters rows, cards and pulse by one typed term, and says how many cards it hides', async () => {
    const viewer = await setting.open('/');
    await viewer.rows.filter({ hasText: 'prisma migrate' }).waitFor();
    const before = await waitFor('the pulse', async () => {
      const told = await pulseOf(viewer);
      return /^[1-9]/.test(told ?? '') && told;
    });
    await type(viewer, 'app:docs');
    await waitFor('rows of docs only', async () => {
      const apps = await viewer.page.locator('[role=grid] [role=row] .app').allInnerTexts();
      return apps.length > 5 && apps.every((app) => app === 'docs');
    });
    const cards = viewer.page.getByRole('navigation', { name: 'Sessions' });
    await cards.getByRole('link', { name: 'Fix the links in the guide' }).waitFor();
    await waitFor('no card of another project', async () => (await cardsOfOthers(cards, 'docs')).length === 0);
    await cards.getByText(/\d hidden by the filter/).waitFor();
    await waitFor('another pulse', async () => (await pulseOf(viewer)) !== before);
    await viewer.page.waitForURL(/filter=app:docs/);
    await viewer.shot('filtered');
    await viewer.close();
  });

  it('keeps the cards while it asks which sessions have hits, and the hidden ones for later', async () => {
    const viewer = await setting.open('/');
    const cards = viewer.page.getByRole('navigation', { name: 'Sessions' });
    const limits = cards.locator('.card').filter({ hasText: 'Add rate limiting' });
    await limits.waitFor();
    const element = await limits.elementHandle();
    let release = () => {};
    const released = new Promise<void>((done) => {
      release = done;
    });
    await viewer.page.route(/api\/sessions\?.*filter=/, async (route) => {
      await released;
      await route.continue();
    });
    await type(viewer, 'tool:WebFetch');
    await waitFor('other rows', async () => {
      const texts = await viewer.rowTexts();
      return texts.length > 0 && texts.every((text) => text.includes('WebFetch'));
    });
    expect(await limits.isVisible()).toBe(true);
    release();
    await limits.waitFor({ state: 'hidden' });
    await viewer.page.getByRole('button', { name: 'Clear the filter' }).click();
    await limits.waitFor();
    expect(await element?.evaluate((card) => card.isConnected)).toBe(true);
    await viewer.close();
  });

  it('filters the lanes too', async () => {
    const viewer = await setting.open('/?view=lanes');
    const lanes = viewer.page.getByRole('list', { name: 'Agents over time' }).locator('li');
    await lanes.filter({ hasText: 'Every hard-coded colour' }).waitFor();
    await viewer.shot('lanes');
    await type(viewer, 'app:shop');
    await waitFor('one lane', async () => (await lanes.count()) === 1);
    await expect.poll(() => lanes.first().innerText()).toContain('The checkout test fails');
    await viewer.close();
  });

  it('finds quoted words, negates, and combines terms', async () => {
    const viewer = await setting.open('/');
    await type(viewer, 'app:web tool:Bash,Edit -outcome:ok');
    await waitFor('two kinds of rows', async () => {
      const texts = await viewer.rowTexts();
      return texts.length > 0 && texts.every((text) => / web /.test(text) && /Bash|Edit/.test(text));
    });
    await viewer.page.goto(`${setting.service.url}/?filter=${encodeURIComponent('"saved under the old key" app:web')}`);
    await viewer.rows.filter({ hasText: 'git commit' }).waitFor();
    const texts = await viewer.rowTexts();
    expect(texts.every((text) => text.includes(' web '))).toBe(true);
    await viewer.close();
  });

  it('says in words what is wrong with a term', async () => {
    const viewer = await setting.open('/');
    await viewer.rows.first().waitFor();
    await viewer.page.keyboard.press('/');
    await viewer.page.keyboard.type('is:wating ');
    const words = viewer.page.locator('.box .error');
    await words.waitFor();
    await expect.poll(() => words.innerText()).toMatch(/waiting/);
    await viewer.close();
  });

  it('names the term to drop when nothing is left', async () => {
    const viewer = await setting.open(`/?filter=${encodeURIComponent('app:docs tool:Teleport')}`);
    const drop = viewer.page.getByRole('button', { name: /Drop tool:Teleport · \d+ rows/ });
    await drop.click();
    await waitFor('rows', async () => (await viewer.rows.count()) > 5);
    await viewer.page.waitForURL((url) => url.searchParams.get('filter') === 'app:docs');
    await viewer.close();
  });

  it('keeps everything in the address: reload and back give the same page', async () => {
    const viewer = await setting.open('/');
    await viewer.rows.first().waitFor();
    await type(viewer, 'app:api tool:Edit');
    await waitFor('rows of that project only', async () => {
      const texts = await viewer.rowTexts();
      return texts.length > 0 && texts.every((text) => / api /.test(text) && /Edit/.test(text));
    });
    await viewer.rows.filter({ hasText: 'rate-limit.ts' }).last().click();
    const opened = viewer.page.getByRole('complementary', { name: 'Opened event' });
    // The column is there before its event is.
    await opened.getByRole('button', { name: 'raw', exact: true }).waitFor();
    await opened.getByText('context.header').first().waitFor();
    await viewer.page.getByRole('button', { name: '3', exact: true }).click();
    await viewer.page.getByRole('button', { name: '3 min' }).waitFor();
    await viewer.page.waitForURL(/range=3/);
    const before = await stateOf(viewer);
    await viewer.page.reload();
    await isAgain(viewer, before);
    await viewer.page.goBack();
    await viewer.page.getByRole('button', { name: '10 min' }).waitFor();
    await viewer.page.goBack();
    await viewer.page.getByRole('complementary', { name: 'Opened event' }).waitFor({ state: 'detached' });
    await viewer.page.goForward();
    await viewer.page.goForward();
    await isAgain(viewer, before);
    await viewer.close();
  });
});

async function type({ page }: Viewer, text: string): Promise<void> {
  await page.getByRole('combobox', { name: 'Filter' }).fill(`${text} `);
  await page.keyboard.press('Enter');
}

/** Of what can be seen: cards that the filter hides stay on the page. */
async function cardsOfOthers(cards: Locator, app: string): Promise<string[]> {
  const places = await cards.locator('.card:visible .line.muted').allInnerTexts();
  return places.filter((place) => !place.startsWith(app));
}

const pulseOf = ({ page }: Viewer) => page.locator('figure canvas').getAttribute('aria-label');

/** Fails with what is on screen instead. */
async function isAgain(viewer: Viewer, before: string): Promise<void> {
  await waitFor('the same page', async () => {
    const state = await stateOf(viewer);
    if (state !== before) throw new Error(`${state}\ninstead of ${before}`);
    return true;
  });
}

async function stateOf(viewer: Viewer): Promise<string> {
  const opened = await viewer.page.getByRole('complementary', { name: 'Opened event' }).allInnerTexts();
  const range = await viewer.page.getByRole('group', { name: /Range/ }).locator('[aria-pressed=true]').innerText();
  return JSON.stringify([await viewer.rowTexts(), opened, range, new URL(viewer.page.url()).search]);
}

/// <reference lib="dom" />
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildCommand, commandFile } from '../../apps/cli/fixtures/telltale.ts';
import { requires } from '../requires.ts';
import { waitFor } from '../wait.ts';
import { createSetting, type Setting } from './setting.ts';

buildCommand();
const patienceMs = 90_000;

describe.runIf(requires('chromium'))('after telltale demo', () => {
  let setting: Setting;
  beforeAll(async () => {
    setting = await createSetting();
    const { home, url } = setting.service;
    const env = { PATH: process.env.PATH ?? '', HOME: home, TELLTALE_HOME: home, TELLTALE_URL: url };
    await promisify(execFile)(process.execPath, [await commandFile(), 'demo'], { env });
  });
  afterAll(() => setting.close());

  it('Live has sessions of every group, and a feed', async () => {
    const viewer = await setting.open('/');
    for (const group of ['Needs you', 'Trouble', 'Your turn', 'Working'])
      await viewer.page.getByRole('heading', { name: group }).first().waitFor();
    await waitFor('the feed', async () => (await viewer.rows.count()) > 10, patienceMs);
    await viewer.shot('demo-live');
    await viewer.close();
  });

  it('Sessions lists the week, each with the label and what it cost', async () => {
    const viewer = await setting.open('/sessions');
    await waitFor('the list', async () => (await viewer.page.locator('a.title').count()) > 20, patienceMs);
    await viewer.page.getByText('demo', { exact: true }).first().waitFor();
    await viewer.page.getByText(/^\$\d/).first().waitFor();
    await viewer.close();
  });

  it.each([
    ['web', 'reload the page', 'restoreSession'],
    ['infra', 'Upgrade Postgres', 'ompacted'],
    ['api', 'two seconds', 'mcp__postgres'],
  ])('a session of demo-%s reads as a story: %s', async (project, title, said) => {
    const sessions = await setting.service.sessions();
    const isIt = ({ app, title: words = '' }: (typeof sessions)[number]) =>
      app === `demo-${project}` && words.includes(title);
    const viewer = await setting.open(`/sessions/${sessions.find(isIt)?.id}`);
    await waitFor('its story', async () => (await viewer.rows.count()) > 5, patienceMs);
    await viewer.page
      .getByText(new RegExp(said.replace('mcp__postgres', 'postgres')))
      .first()
      .waitFor();
    await viewer.page.getByText(/^\$\d/).first().waitFor();
    await viewer.close();
  });

  it('a waterfall that goes on says how much is below, until its end is seen', async () => {
    const sessions = await setting.service.sessions();
    const story = sessions.find(({ title = '' }) => title.includes('reload the page'));
    const viewer = await setting.open(`/sessions/${story?.id}`);
    await viewer.page.getByRole('button', { name: 'Where its time went' }).first().click({ timeout: patienceMs });
    const fall = viewer.page.getByRole('treegrid');
    const below = viewer.page.locator('.below');
    const count = async () => Number(await fall.getAttribute('aria-rowcount'));
    await waitFor(
      'the rest',
      async () => (await below.textContent()) === `${(await count()) - 16} more below`,
      patienceMs,
    );
    await waitFor(
      'its end',
      async () => {
        await fall.press('End');
        return (await below.textContent()) === '';
      },
      patienceMs,
    );
    await viewer.close();
  });

  it('Search finds what was said and done', async () => {
    const viewer = await setting.open('/search?q=webhooks');
    await viewer.page.locator('mark').first().waitFor({ timeout: patienceMs });
    await viewer.close();
  });

  it('each analysis of Analytics has something to say', async () => {
    const viewer = await setting.open('/analytics');
    const { page } = viewer;
    for (const view of ['Money', 'Work', 'Waiting', 'API']) {
      await page.getByRole('button', { name: view, exact: true }).click();
      const cards = page.locator('section.card');
      await waitFor(
        `the cards of ${view}`,
        async () => {
          const [all, busy, sums] = await Promise.all([
            cards.count(),
            page.locator('section.card[aria-busy=true]').count(),
            page.locator('section.card .sum').count(),
          ]);
          return all > 0 && busy === 0 && sums === all;
        },
        patienceMs,
      );
      const empty = page.locator('section.card', { hasText: 'Nothing in this time.' });
      const titles = await empty.evaluateAll((list) => list.map((card) => card.getAttribute('aria-label')));
      expect([view, titles]).toEqual([view, []]);
    }
    await viewer.close();
  });

  it('Reconciliation, Wall and Alerts are filled, and no alert was said', async () => {
    const viewer = await setting.open('/reconciliation');
    const { page } = viewer;
    await waitFor(
      'the rows',
      async () => (await page.getByRole('table', { name: 'What each source says' }).getByRole('row').count()) > 10,
      patienceMs,
    );
    await page.goto(`${setting.service.url}/wall`);
    await page.getByText('demo-api').first().waitFor();
    await page.goto(`${setting.service.url}/alerts`);
    await page.locator('section.rules').first().waitFor();
    expect((await setting.service.events('name=alert')).length).toBe(0);
    await viewer.close();
  });
});

/// <reference lib="dom" />
import { moneyWords, shareWords } from '@telltale/core';
import type { Analysis } from '@telltale/core/analysis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { servedIn, sumOf } from '../../packages/core/fixtures/served.ts';
import { requires } from '../requires.ts';
import { waitFor } from '../wait.ts';
import { expectReadableInBoth } from './readable.ts';
import { deliverRecording } from './recorded-whole.ts';
import { createSetting, type Setting } from './setting.ts';
import { deliverWeek, type ToldWeek } from './told-week.ts';

const micros = (usd = 0) => Math.round(usd * 1e6);
/** The recordings' requests cost tenths of a micro-dollar. */
const tenths = (usd = 0) => Math.round(usd * 1e7);

describe.runIf(requires('chromium'))('the page Analytics', () => {
  let setting: Setting;
  let week: ToldWeek;
  let truth: number;
  beforeAll(async () => {
    setting = await createSetting({ env: { TELLTALE_TZ: 'Asia/Kolkata' } });
    week = await deliverWeek(setting.service, Date.now());
    truth = [...week.microsBySession.values()].reduce((sum, one) => sum + one, 0);
    await waitFor('the totals', async () => micros((await ask('spend?from=0')).total.costUsd) === truth, 30_000);
  });
  afterAll(() => setting.close());

  const ask = (path: string): Promise<Analysis> => setting.service.get(`/api/analysis/${path}`);
  const card = (page: Awaited<ReturnType<Setting['open']>>['page'], name: string) =>
    page.getByRole('region', { name, exact: true });

  it('is reached by its keys and says what was told, to the micro-dollar', async () => {
    const viewer = await setting.open('/');
    const { page } = viewer;
    await page.getByRole('navigation', { name: 'Pages' }).getByText('Analytics').waitFor();
    await page.keyboard.press('g');
    await page.keyboard.press('a');
    await page.waitForURL('**/analytics');
    await page.getByRole('button', { name: 'all', exact: true }).click();
    const spend = card(page, 'Spend');
    await spend
      .getByText(moneyWords(truth / 1e6))
      .first()
      .waitFor();
    await spend.getByLabel('by').selectOption('project');
    await page.waitForURL((url) => url.search === '?range=all&by-spend=project');
    const byProject = await ask('spend?from=0&by=project');
    for (const { label, values, sessions } of byProject.rows) {
      const row = spend.getByRole('row').filter({ has: page.getByRole('button', { name: label, exact: true }) });
      await row.getByText(moneyWords(values.costUsd)).first().waitFor();
      await expect.poll(() => row.getByRole('button', { name: `${sessions} sessions of ${label}` }).count()).toBe(1);
    }
    expect(byProject.rows.reduce((sum, { values }) => sum + micros(values.costUsd), 0)).toBe(truth);
    await viewer.close();
  });

  it('opens the sessions behind a row, a bar, an hour and the total', async () => {
    const viewer = await setting.open('/analytics?range=all&by-spend=project');
    const { page } = viewer;
    const [first] = (await ask('spend?from=0&by=project')).rows;
    await card(page, 'Spend')
      .getByRole('button', { name: `${first?.sessions} sessions of ${first?.label}` })
      .click();
    await page.waitForURL(/\/sessions\?filter=session/);
    await waitFor('its sessions', async () => (await page.locator('a.title').count()) === first?.sessions);
    await page.getByText(`${first?.sessions} sessions`, { exact: true }).waitFor();

    await page.goBack();
    const spend = card(page, 'Spend');
    await spend.getByRole('button', { name: 'As a table' }).click();
    await spend.getByRole('group', { name: 'Spend by day' }).getByRole('row').nth(2).getByRole('button').click();
    await page.waitForURL(/\/sessions\?filter=session/);

    await page.goBack();
    await page.getByRole('button', { name: 'Work' }).click();
    await card(page, 'Activity').locator('td.some').first().click();
    await page.waitForURL(/\/sessions/);

    await page.goBack();
    const { sessions } = await ask('tools?from=0');
    await card(page, 'Tools').locator('button.total').click();
    await page.waitForURL(/\/sessions\?filter=session/);
    await page.getByText(`${sessions} sessions`, { exact: true }).waitFor();
    await viewer.close();
  });

  it('shows in the chart what is under the pointer, and opens that day', async () => {
    const viewer = await setting.open('/analytics?range=all');
    const { page } = viewer;
    const chart = card(page, 'Spend').getByRole('img');
    await chart.locator('canvas').waitFor();
    const { buckets = [], rows } = await ask('spend?from=0');
    // The middle of the third of the days that are drawn.
    const over = await chart.locator('.u-over').boundingBox();
    const [x, y] = [(over?.x ?? 0) + ((over?.width ?? 0) * 2.5) / buckets.length, (over?.y ?? 0) + 60];
    const sum = rows.reduce((total, { series }) => total + micros(series?.costUsd?.[2]), 0);
    const words = card(page, 'Spend')
      .locator('.tip')
      .getByText(moneyWords(sum / 1e6));
    // A chart that is drawn anew, with news, waits for the pointer to move.
    await waitFor('the day under the pointer', async () => {
      await page.mouse.move(x - 2, y);
      await page.mouse.move(x, y);
      return (await words.count()) > 0;
    });
    await viewer.shot('analytics-pointer');
    await page.mouse.click(x, y);
    await page.waitForURL(/\/sessions\?filter=session/);
    await viewer.close();
  });

  it('switches rows of a chart off and on, and prices by the table', async () => {
    const viewer = await setting.open('/analytics?range=all');
    const { page } = viewer;
    const spend = card(page, 'Spend');
    const swatch = spend.getByRole('button', { name: /^Show / }).first();
    await swatch.click();
    await expect.poll(() => swatch.getAttribute('aria-pressed')).toBe('false');
    await swatch.click();
    await expect.poll(() => swatch.getAttribute('aria-pressed')).toBe('true');
    await page.getByRole('button', { name: 'by the price table' }).click();
    const byTable = await ask('spend?from=0&prices=table');
    expect(micros(byTable.total.costUsd)).not.toBe(truth);
    await spend.getByText(moneyWords(byTable.total.costUsd)).first().waitFor();
    await viewer.close();
  });

  it('follows the filter of the other pages', async () => {
    const viewer = await setting.open('/analytics?range=all&filter=app:web');
    const { page } = viewer;
    const web = await ask('spend?from=0&app=web');
    await card(page, 'Spend').getByText(moneyWords(web.total.costUsd)).first().waitFor();
    await viewer.close();
  });

  it('takes any days of the service, both included, and keeps them in its address', async () => {
    const viewer = await setting.open('/analytics');
    const { page } = viewer;
    const spend = card(page, 'Spend');
    const { buckets = [], rows } = await ask('spend?from=0&bucket=day');
    const cost = (index: number) => rows.reduce((sum, { series }) => sum + micros(series?.costUsd?.[index]), 0);
    const dayOf = (index: number) =>
      new Intl.DateTimeFormat('en-CA', { timeZone: 'Asia/Kolkata' }).format(new Date(buckets[index] ?? 0));
    await page.getByRole('button', { name: 'from … to' }).click();
    await page.getByLabel('From', { exact: true }).fill(dayOf(1));
    await page.getByLabel('To', { exact: true }).fill(dayOf(2));
    await spend
      .getByText(moneyWords((cost(1) + cost(2)) / 1e6))
      .first()
      .waitFor();
    await page.waitForURL((url) => url.search === `?range=custom&from=${dayOf(1)}&to=${dayOf(2)}`);
    await page.reload();
    await spend
      .getByText(moneyWords((cost(1) + cost(2)) / 1e6))
      .first()
      .waitFor();
    await viewer.close();
  });

  it('tells its series apart where colours are the reader’s own: by few colours and by patterns', async () => {
    const viewer = await setting.open('/analytics?range=all&by-spend=project');
    const { page } = viewer;
    const spend = card(page, 'Spend');
    const chart = spend.getByRole('img');
    await chart.locator('canvas').waitFor();
    await page.emulateMedia({ forcedColors: 'active' });
    /** Colours that cover more of the chart than letters and edges do. */
    const drawn = () =>
      chart.locator('canvas').evaluate((canvas) => {
        const { width, height } = canvas as HTMLCanvasElement;
        const { data = [] } = (canvas as HTMLCanvasElement).getContext('2d')?.getImageData(0, 0, width, height) ?? {};
        const counts = new Map<string, number>();
        for (let at = 0; at < data.length; at += 4) {
          const colour = data.slice(at, at + 4).join();
          if (data[at + 3] === 255) counts.set(colour, (counts.get(colour) ?? 0) + 1);
        }
        return [...counts].filter(([, count]) => count > (width * height) / 500).map(([colour]) => colour);
      });
    const own = await page.evaluate(() =>
      ['Canvas', 'CanvasText', 'LinkText'].map((name) => {
        const probe = document.createElement('i');
        probe.style.setProperty('forced-color-adjust', 'none');
        probe.style.color = name;
        document.body.append(probe);
        const [, words = ''] = /rgb\((.*)\)/.exec(getComputedStyle(probe).color) ?? [];
        probe.remove();
        return `${words.replaceAll(' ', '')},255`;
      }),
    );
    expect(new Set(own).size).toBe(3);
    // The ground within patterns, and two inks.
    await waitFor('the reader’s colours', async () => {
      const found = await drawn();
      return own.every((colour) => found.includes(colour));
    });
    const swatches = spend.locator('.swatch .series');
    const looks = await swatches.evaluateAll((all) => all.map((one) => getComputedStyle(one).background));
    expect(looks.length).toBe(4);
    expect(new Set(looks).size).toBe(4);
    await viewer.shot('analytics-forced');
    await viewer.close();
  });

  it('bills the waiting, with the rule to copy', async () => {
    const viewer = await setting.open('/analytics?range=all&show=waiting');
    const bill = card(viewer.page, 'The waiting bill');
    await bill.getByRole('button', { name: 'Bash(npm test:*)', exact: true }).waitFor();
    await bill.getByRole('cell', { name: '21', exact: true }).first().waitFor();
    await bill.getByRole('button', { name: 'copy rule' }).waitFor();
    await viewer.close();
  });

  it('changes while it is looked at, and nothing jumps', async () => {
    const viewer = await setting.open('/analytics?range=all&show=work');
    const { page } = viewer;
    const started = (await ask('sessions?from=0')).total.started ?? 0;
    const sum = card(page, 'Sessions').locator('.sum b');
    await waitFor('the number of sessions', async () => (await sum.textContent()) === `${started}`);
    await waitFor('every card', async () => (await page.locator('.card:not(:has(.sum))').count()) === 0);
    const before = await card(page, 'Tools').boundingBox();
    const response = await fetch(`${setting.service.url}/ingest/hook`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'telltale-app': 'web' },
      body: JSON.stringify({ session_id: 'one-more', cwd: '/home/ada/code/web', hook_event_name: 'SessionStart' }),
    });
    expect(response.status).toBe(200);
    await waitFor('one more session', async () => (await sum.textContent()) === `${started + 1}`, 30_000);
    expect(await card(page, 'Tools').boundingBox()).toEqual(before);
    await viewer.close();
  });

  it('says how telemetry is turned on where nothing of money is known', async () => {
    const bare = await createSetting();
    await fetch(`${bare.service.url}/ingest/hook`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ session_id: 's-1', cwd: '/p', hook_event_name: 'SessionStart' }),
    });
    const viewer = await bare.open('/analytics');
    await viewer.page.getByText('CLAUDE_CODE_ENABLE_TELEMETRY').waitFor();
    await viewer.shot('analytics-nothing');
    await viewer.close();
    await bare.close();
  });

  it('tells of sessions that were imported what their transcripts tell, and what none can', async () => {
    const imported = await createSetting();
    const [id = ''] = await deliverRecording(imported.service, 'tools', { transcript: true });
    const calls = async () => (await imported.service.get<Analysis>('/api/analysis/tools?from=0')).rows.length;
    await waitFor('its calls', async () => (await calls()) > 0);
    const viewer = await imported.open('/analytics?range=all&show=work');
    const { page } = viewer;
    await card(page, 'Tools').getByRole('button', { name: 'Bash', exact: true }).waitFor();
    await page.getByRole('button', { name: 'Waiting' }).click();
    const words = 'Not known of 1 session: who allowed a call, and how long it waited, is in no transcript.';
    for (const name of ['Permissions', 'The waiting bill']) {
      const unknown = card(page, name);
      await unknown.getByText(words).waitFor();
      await expect.poll(() => unknown.locator('.sum b').textContent()).toBe('–');
      expect(await unknown.getByText('Nothing in this time').count()).toBe(0);
    }
    await viewer.shot('analytics-imported');
    expect((await imported.service.session(id)).prompts).toBeGreaterThan(0);

    // The way there from the session itself, for its days.
    await page.goto(`${imported.service.url}/sessions/${id}`);
    await page.getByRole('link', { name: 'tools and timing' }).click();
    await page.waitForURL((url) => url.searchParams.get('filter') === `session:${id}`);
    await card(page, 'Tools').getByRole('button', { name: 'Bash', exact: true }).waitFor();
    await viewer.close();
    await imported.close();
  });

  it('says of recordings what the API served, and how much of it is estimated', async () => {
    const recorded = await createSetting();
    await deliverRecording(recorded.service, 'subagents', { hooks: true, transcript: true, telemetry: true });
    await deliverRecording(recorded.service, 'tools', { hooks: true, transcript: true });
    const [told, estimated] = ['subagents', 'tools'].map((name) => sumOf(servedIn(name).requests).micros);
    const { total } = await recorded.service.get<Analysis>('/api/analysis/spend?from=0&to=4000000000000');
    expect(tenths(total.costUsd)).toBe(Math.round(((told ?? 0) + (estimated ?? 0)) * 10));
    expect(tenths(total.estimatedUsd)).toBe(Math.round((estimated ?? 0) * 10));
    const viewer = await recorded.open('/analytics?range=all');
    const spend = card(viewer.page, 'Spend');
    await spend.getByText(moneyWords(total.costUsd)).first().waitFor();
    await spend.getByText(`${shareWords((total.estimatedUsd ?? 0) / (total.costUsd ?? 1))} is estimated`).waitFor();
    await viewer.close();
    await recorded.close();
  });

  it.each([1440, 390])('has no serious fault in light and dark (%i px)', async (width) => {
    for (const view of ['money', 'work', 'waiting', 'api']) {
      const viewer = await setting.open(`/analytics?range=all&show=${view}`, { viewport: { width, height: 900 } });
      const { page } = viewer;
      await waitFor('every card', async () => {
        const busy = await page.locator('.card[aria-busy=true]').count();
        return busy === 0 && (await page.locator('.card .sum').count()) > 1;
      });
      expect(await page.locator('.card').count()).toBeLessThanOrEqual(6);
      await expectReadableInBoth(viewer, view, (scheme) => viewer.shot(`analytics-${view}-${scheme}-${width}`));
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      expect(overflow).toBeLessThanOrEqual(0);
      await viewer.close();
    }
  });
});

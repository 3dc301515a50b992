/// <reference lib="dom" />
// biome-ignore-all lint/performance/useDomNodeTextContent: what a reader sees is asked for, not what the DOM holds.
import { moneyWords, type ServiceStatus, type Session, type SessionCost, shareWords } from '@telltale/core';
import { cacheHitRatio } from '@telltale/core/story';
import type { Locator } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { requires } from '../requires.ts';
import { waitFor } from '../wait.ts';
import { sendHook } from './deliver.ts';
import { expectReadableInBoth } from './readable.ts';
import { deliverRecording } from './recorded-whole.ts';
import { createSetting, type Setting, type Viewer } from './setting.ts';
import { expectStill } from './still.ts';

const wide = { width: 1440, height: 1600 };

describe.runIf(requires('chromium'))('what a session cost, and where its time went', () => {
  let setting: Setting;
  /** With telemetry, with a transcript alone, and without anything that knows of money. */
  const ids: Record<string, string> = {};
  beforeAll(async () => {
    setting = await createSetting({ env: { TELLTALE_TZ: 'UTC' } });
    const { service } = setting;
    const all = { hooks: true, transcript: true, telemetry: true };
    for (const name of ['subagents', 'interactive', 'compact'])
      [ids[name] = ''] = await deliverRecording(service, name, all);
    [ids.estimated = ''] = await deliverRecording(service, 'tools', { hooks: true, transcript: true });
    [ids.unknown = ''] = await deliverRecording(service, 'multi-turn', { hooks: true });
    await waitFor('the totals', async () => {
      const priced = await Promise.all(['subagents', 'interactive', 'compact', 'estimated'].map(sessionOf));
      return priced.every(({ costUsd, lastRequest }) => costUsd !== undefined && lastRequest !== undefined);
    });
  });
  afterAll(() => setting.close());

  const sessionOf = (name: string): Promise<Session> => setting.service.session(ids[name] ?? '');
  const costOf = (name: string): Promise<SessionCost> => setting.service.get(`/api/sessions/${ids[name]}/cost`);
  async function open(name: string, query = '', how = {}): Promise<Viewer> {
    const viewer = await setting.open(`/sessions/${ids[name]}${query}`, { viewport: wide, ...how });
    await viewer.rows.first().waitFor();
    return viewer;
  }

  for (const name of ['subagents', 'interactive', 'compact', 'estimated'])
    it(`tells the numbers of the API, in the head, at each prompt and at each request: ${name}`, async () => {
      const cost = await costOf(name);
      const isEstimated = cost.estimatedUsd > 0;
      const viewer = await open(name);
      const line = viewer.page.locator('.money-line');
      await viewer.rows.locator('.step').first().waitFor();
      await expect.poll(() => line.locator('.cost').innerText()).toBe(moneyWords(cost.costUsd, isEstimated));
      await expect
        .poll(() => line.innerText())
        .toContain(isEstimated ? 'estimated from the transcript' : 'list price, as the client reckoned');

      const ofPrompts = cost.byPrompt.filter(({ key }) => key !== undefined);
      await expect
        .poll(() => viewer.rows.locator('.prompt-line .cost').allInnerTexts())
        .toEqual(ofPrompts.map(({ costUsd }) => moneyWords(costUsd, isEstimated)));
      await unfoldAgents(viewer);
      const steps = viewer.rows.locator('.step');
      const shown = cost.requests.filter(({ querySource }) => querySource !== 'compact');
      await waitFor('each request once', async () => (await steps.count()) === shown.length);
      const hits = shown.map(({ tokens }) => `${shareWords(cacheHitRatio(tokens) ?? Number.NaN)} cached`);
      expect((await steps.locator('.cached').allInnerTexts()).sort()).toEqual(hits.sort());
      const micros = await steps.evaluateAll((all) =>
        all.map((one) => (one as HTMLElement).title.split('\n')[0] ?? ''),
      );
      const sum = micros.reduce(
        (total, words) => total + Number(words.replaceAll(',', '').match(/([\d.]+) µ\$/)?.[1]),
        0,
      );
      expect(Math.round(sum * 1000)).toBe(Math.round(shown.reduce((total, { costUsd }) => total + costUsd, 0) * 1e9));
      await viewer.close();
    });

  it('says – where nothing is known, and $0.00 nowhere', async () => {
    const viewer = await open('unknown', '?panel=cost');
    await viewer.page.getByText('cost not known').first().waitFor();
    await expect.poll(() => viewer.page.locator('.money-line .cost').innerText()).toBe('–');
    expect(await viewer.page.locator('main').innerText()).not.toContain('$');
    await viewer.close();
  });

  it('warns where a model has no price, and counts nothing for it', async () => {
    const reword = (json: string) => json.replaceAll('claude-opus-5-5', 'someone-9');
    const [id] = await deliverRecording(setting.service, 'git-commit', { hooks: true, transcript: true, reword });
    const viewer = await setting.open(`/sessions/${id}`, { viewport: wide });
    await viewer.page.locator('.money-line').getByText('no price known for someone-9').waitFor();
    await expect.poll(() => viewer.page.locator('.money-line .cost').innerText()).toBe('–');
    await viewer.rows.locator('.step').first().waitFor();
    await expect.poll(() => viewer.rows.locator('.prompt-line .cost').first().innerText()).toBe('–');
    expect(await viewer.page.locator('main').innerText()).not.toContain('$');
    await viewer.close();
  });

  it('names what only the metric knows: it belongs to no prompt', async () => {
    const [id] = await deliverRecording(setting.service, 'denied', { hooks: true, telemetry: ['metrics'] });
    const viewer = await setting.open(`/sessions/${id}?panel=cost`, { viewport: wide });
    const line = viewer.page.locator('.money-line');
    await line.getByText('not attributed to a prompt').waitFor();
    const { costUsd, unattributedUsd } = await setting.service.session(id ?? '');
    expect([costUsd !== undefined && costUsd > 0, unattributedUsd]).toEqual([true, costUsd]);
    await expect.poll(() => line.innerText()).toContain(`${moneyWords(unattributedUsd)} not attributed to a prompt`);
    const panel = viewer.page.getByRole('complementary', { name: 'Cost, context and files' });
    await panel.getByRole('heading', { name: /By prompt/ }).waitFor();
    expect(await partsIn(panel, 'By prompt')).toEqual([['not attributed to a prompt', moneyWords(costUsd)]]);
    await viewer.close();
  });

  it('says by how much the client’s own price and the table differ', async () => {
    const reword = (json: string) =>
      json.replaceAll(/("cost_usd","value":\{"doubleValue":)([\d.]+)/g, (_, key, usd) => `${key}${Number(usd) * 3}`);
    const [id] = await deliverRecording(setting.service, 'thinking', { hooks: true, telemetry: ['logs'], reword });
    const viewer = await setting.open(`/sessions/${id}`, { viewport: wide });
    await viewer.page.locator('.money-line .warning').waitFor();
    const { costUsd = 0 } = await setting.service.session(id ?? '');
    await expect
      .poll(() => viewer.page.locator('.money-line .warning').allInnerTexts())
      .toEqual([`client 2.1.329 reckons ${moneyWords(costUsd)}, the table says ${moneyWords(costUsd / 3)}`]);
    await viewer.close();
  });

  it('gives the exact sum to whoever copies it', async () => {
    const viewer = await open('subagents', '', { permissions: ['clipboard-read', 'clipboard-write'] });
    await viewer.rows.locator('.step').first().waitFor();
    await viewer.page.evaluate(() => {
      const money = document.querySelector('.money-line .money');
      if (money) getSelection()?.selectAllChildren(money);
    });
    await viewer.page.keyboard.press('ControlOrMeta+c');
    const copied = await viewer.page.evaluate(() => navigator.clipboard.readText());
    const { costUsd } = await costOf('subagents');
    expect(Number(/^\$([\d.]+) · /.exec(copied)?.[1])).toBe(costUsd);
    await viewer.close();
  });

  it('sums a subagent’s requests on its line, and parts of the whole in its panel', async () => {
    const cost = await costOf('subagents');
    const viewer = await open('subagents');
    await viewer.rows.locator('.step').first().waitFor();
    await viewer.page.keyboard.press('c');
    const panel = viewer.page.getByRole('complementary', { name: 'Cost, context and files' });
    await panel.getByRole('heading', { name: /By agent/ }).waitFor();
    expect(new URL(viewer.page.url()).searchParams.get('panel')).toBe('cost');
    const agents = cost.byAgent.filter(({ key }) => key !== undefined);
    expect(agents.length).toBe(2);
    for (const { label, costUsd } of agents) {
      const row = viewer.rows.filter({ hasText: label ?? '' }).filter({ hasText: 'open' });
      await expect.poll(() => row.innerText()).toContain(moneyWords(costUsd));
    }
    const parts = await partsIn(panel, 'By agent');
    const main = cost.byAgent.find(({ key }) => key === undefined);
    expect(parts.map(([, words]) => words).sort()).toEqual(
      [main, ...agents].map((part) => moneyWords(part?.costUsd)).sort(),
    );
    expect((await partsIn(panel, 'By prompt')).map(([, words]) => words)).toEqual([moneyWords(cost.costUsd)]);
    const explore = panel.getByRole('button', { name: /Explore/ });
    await explore.click();
    await viewer.page.locator('[role=row][aria-selected=true]', { hasText: 'Explore' }).waitFor();
    await panel.getByRole('button', { name: /Close/ }).click();
    await panel.waitFor({ state: 'detached' });
    await viewer.close();
  });

  it('says who let a call run', async () => {
    const viewer = await open('interactive');
    const call = viewer.rows.locator('.line', { hasText: 'Write' }).last();
    await call.getByText('you allowed it once').waitFor();
    await call.click();
    const card = viewer.page.locator('.card footer');
    await card.getByText('you allowed it once').waitFor();
    await expect
      .poll(() => card.innerText())
      .toMatch(/asked for by a request of \$0\.010 · 3\.7 k in · 82 out · first token 59 ms/);
    await viewer.close();
    const ruled = await open('subagents');
    await unfoldAgents(ruled);
    await ruled.rows.locator('.line', { hasText: 'left.txt' }).getByText('Read').click();
    await ruled.page.locator('.card footer').getByText('allowed by rule or mode').waitFor();
    await ruled.close();
  });

  it('cuts what was asked, never what was answered', async () => {
    const viewer = await open('interactive', '', { viewport: { width: 320, height: 900 } });
    const line = viewer.rows.locator('.line', { hasText: 'for permission' }).first();
    await expect
      .poll(() =>
        line.evaluate((one) => {
          const [asked, answer] = [one.querySelector('.ellipsis'), one.querySelector('.answer')];
          const right = (element: Element | null | undefined) => element?.getBoundingClientRect().right ?? 0;
          return {
            isCut: asked !== null && asked.scrollWidth > asked.clientWidth,
            isWhole: right(answer) > 0 && right(answer) <= right(answer?.parentElement) + 1,
            said: answer?.textContent,
            hover: asked?.getAttribute('title'),
          };
        }),
      )
      .toEqual({
        ...{ isCut: true, isWhole: true, said: '→ allowed' },
        hover: expect.stringMatching(/^waited 7\.\d s for permission: Write asked\.txt$/),
      });
    await viewer.close();
  });

  it('shows a prompt’s waterfall: requests, calls, subagents and waits, by the keyboard and in the address', async () => {
    const cost = await costOf('subagents');
    const viewer = await open('subagents');
    await viewer.rows.locator('.step').first().waitFor();
    await viewer.page.keyboard.press('o');
    const fall = viewer.page.getByRole('treegrid');
    await fall.waitFor();
    await viewer.page.getByText('times from traces').waitFor();
    const rows = fall.getByRole('row');
    const { tools, subagents } = await sessionOf('subagents');
    // Each call once, those that started a subagent as that subagent.
    await expect.poll(() => rows.count()).toBe(cost.requests.length + tools);
    expect(subagents).toBe(2);
    await expect.poll(() => rows.locator('.first').count()).toBe(cost.requests.length);
    const levels = await rows.evaluateAll((all) => all.map((row) => row.getAttribute('aria-level')));
    const inAgents = cost.requests.filter(({ agentId }) => agentId !== undefined).length + tools - subagents;
    expect(levels.filter((level) => level === '2').length).toBe(inAgents);

    await fall.focus();
    await viewer.page.keyboard.press('ArrowDown');
    await viewer.page.keyboard.press('Enter');
    await viewer.page.locator('[role=row][aria-selected=true]', { hasText: /Look at (left|right)/ }).waitFor();
    await viewer.page.reload();
    await fall.waitFor();
    await viewer.page.getByRole('button', { name: 'Where its time went' }).first().click();
    await fall.waitFor({ state: 'detached' });
    await viewer.close();

    const asked = await open('interactive');
    await asked.page.getByRole('button', { name: 'Where its time went' }).first().click();
    await asked.page.getByText(/waiting for you 7\.\d s/).waitFor();
    await expect.poll(() => asked.page.getByRole('treegrid').locator('.blocked').count()).toBe(1);
    await asked.close();
  });

  it('says that it reckoned where only the transcript tells of requests', async () => {
    const viewer = await open('estimated');
    await viewer.rows.locator('.step').first().waitFor();
    await viewer.page.getByRole('button', { name: 'Where its time went' }).first().click();
    await viewer.page.getByText('starts of requests reckoned').waitFor();
    const { requests } = await costOf('estimated');
    await expect.poll(() => viewer.page.getByRole('treegrid').locator('.guessed').count()).toBe(requests.length);
    await viewer.close();
  });

  it('tells the context over time with its compactions, hooks by what they took, and files with the way to their diff', async () => {
    const compact = await open('compact');
    const table = compact.page.getByRole('table', { name: /Context of the main agent/ });
    await table.waitFor({ state: 'attached' });
    await expect.poll(() => table.locator('caption').textContent()).toContain('1 compaction');
    const { lastRequest } = await sessionOf('compact');
    await expect
      .poll(() => table.locator('td').last().textContent())
      .toBe(`<1 % · ${Math.round((lastRequest?.contextTokens ?? 0) / 100) / 10} k of 1.0 M tokens`);
    await compact.close();

    const viewer = await open('interactive', '?panel=cost');
    const panel = viewer.page.getByRole('complementary', { name: 'Cost, context and files' });
    const events = await setting.service.events(`session=${ids.interactive}`);
    const done = events.filter(({ name }) => name === 'hook_execution_complete');
    const ms = done.reduce((sum, { payload }) => sum + Number(payload?.total_duration_ms), 0);
    await panel.getByText(`${ms} ms in all`).waitFor();
    await panel.getByRole('button', { name: /asked\.txt/ }).click();
    await panel.getByRole('button', { name: /^Write/ }).click();
    await viewer.page.locator('.card').first().waitFor();
    await viewer.close();
  });

  it('shows how near the context came to its window', async () => {
    const reword = (json: string) =>
      json.replaceAll(
        /("cache_read_tokens","value":\{"intValue":)(\d+)/g,
        (_, key, count) => `${key}${Number(count) * 420}`,
      );
    const [id] = await deliverRecording(setting.service, 'api-errors', { hooks: true, telemetry: ['logs'], reword });
    const requests = (await setting.service.get<SessionCost>(`/api/sessions/${id}/cost`)).requests;
    const held = requests.map(({ tokens }) => tokens.input + tokens.cacheRead + tokens.cacheCreation);
    const viewer = await setting.open(`/sessions/${id}`, { viewport: wide });
    const label = `context ${Math.round((held.at(-1) ?? 0) / 10_000)} %`;
    await viewer.page.locator('.overview').getByText(label).waitFor();
    expect(Math.max(...held)).toBeGreaterThan(850_000);
    const canvas = viewer.page.locator('.overview canvas');
    const box = await canvas.boundingBox();
    await canvas.hover({ position: { x: (box?.width ?? 0) - 2, y: (box?.height ?? 0) - 4 } });
    await viewer.page
      .locator('.pointed')
      .getByText(new RegExp(`^${label} · \\d+ k of 1\\.0 M tokens$`))
      .waitFor();
    await viewer.shot('cost-context');
    await viewer.close();
  });

  it('lists sessions with cost, tokens and context, sorts by a click, and filters by cost', async () => {
    const viewer = await setting.open('/sessions', { viewport: wide });
    const table = viewer.page.getByRole('table', { name: 'Sessions' });
    const sessions = await setting.service.sessions();
    await waitFor('all rows', async () => (await table.locator('.row').count()) === sessions.length);
    const heads = await table.getByRole('columnheader').allInnerTexts();
    for (const session of sessions) {
      const row = table.locator('.row', { has: viewer.page.locator(`a[href*="${session.id}"]`) });
      const cells = await row.locator('[role=cell]').allInnerTexts();
      expect(cells[heads.indexOf('cost')]?.trim()).toBe(moneyWords(session.costUsd, (session.estimatedUsd ?? 0) > 0));
    }
    await table.getByRole('button', { name: 'cost', exact: true }).click();
    await table.getByText('by cost, the most first').waitFor();
    const order = [...sessions].sort((a, b) => (b.costUsd ?? -1) - (a.costUsd ?? -1));
    const first = await table.locator('.row a.title').first().getAttribute('href');
    expect(first).toBe(`/sessions/${order[0]?.id}`);
    await viewer.shot('sessions-by-cost');

    const box = viewer.page.getByRole('combobox', { name: 'Filter' });
    await box.fill('cos');
    await viewer.page.getByRole('option', { name: /cost>/ }).click();
    await expect.poll(() => box.inputValue()).toContain('cost>');
    const dear = sessions.filter(({ costUsd = 0 }) => costUsd > 0.04);
    await box.fill('cost>0.04 ');
    await viewer.page.keyboard.press('Escape');
    await waitFor('the dear ones', async () => (await table.locator('.row').count()) === dear.length);
    expect([dear.length > 0, dear.length < sessions.length]).toEqual([true, true]);
    await viewer.close();
  });

  it('tells what today cost on the head and on the wall, as much as all sessions of today together', async () => {
    const { today } = await setting.service.get<ServiceStatus>('/api/status');
    const viewer = await setting.open('/');
    const words = moneyWords(today.costUsd, today.estimatedUsd > 0);
    await viewer.page.locator('.counts').getByText(words).waitFor();
    await viewer.page.goto(`${setting.service.url}/wall`);
    await viewer.page.getByRole('heading', { name: `${words} today` }).waitFor();
    await viewer.shot('cost-wall');
    const sum = (await setting.service.sessions()).reduce(
      (total, { costUsd = 0 }) => total + Math.round(costUsd * 1e9),
      0,
    );
    const isOneDay = new Date(Date.now() - 180_000).getUTCDate() === new Date().getUTCDate();
    if (isOneDay) expect(Math.round((today.costUsd ?? 0) * 1e9)).toBe(sum);
    await viewer.close();
  });

  it('is readable: nothing serious for axe in light and dark, no text below 12 px, nothing shifts', async () => {
    for (const name of ['subagents', 'interactive', 'compact', 'estimated', 'unknown']) {
      const viewer = await open(name, '?panel=cost', { viewport: { width: 1440, height: 1000 } });
      await viewer.page.waitForLoadState('networkidle');
      if (name !== 'unknown') await viewer.rows.locator('.step').first().waitFor();
      await expectStill(viewer, name);
      await viewer.page.getByRole('button', { name: 'Where its time went' }).first().click();
      await viewer.page.getByRole('treegrid').waitFor();
      await expectReadableInBoth(viewer, name, (scheme) => viewer.shot(`cost-${name}-${scheme}`));
      await viewer.close();
    }
  });

  it('fits 390 px: nothing scrolls sideways, the panel lies over the story', async () => {
    const how = { viewport: { width: 390, height: 844 }, hasTouch: true };
    const isFitting = async ({ page }: Viewer) =>
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
    const viewer = await open('subagents', '', how);
    await viewer.page.getByRole('button', { name: 'Where its time went' }).first().click();
    await viewer.page.getByRole('treegrid').waitFor();
    await isFitting(viewer);
    await viewer.shot('cost-fall-390');
    await viewer.close();
    const panel = await open('subagents', '?panel=cost', how);
    await panel.page.getByRole('heading', { name: /By agent/ }).waitFor();
    await isFitting(panel);
    await panel.shot('cost-panel-390');
    await panel.close();
  });

  it('counts down the price of coming back on a card and in the head, until the session has ended', async () => {
    const [id = ''] = await deliverRecording(
      ...([setting.service, 'hello', { hooks: true, telemetry: true, without: 'SessionEnd' }, 2000] as const),
    );
    const viewer = await setting.open('/');
    const clock = viewer.page.locator('.card .cache');
    await clock.getByText(/^cache warm [1-4]:\d\d · then \+\$[\d.]+$/).waitFor();
    const { lastRequest } = await setting.service.session(id);
    await expect.poll(() => clock.innerText()).toContain(`+${moneyWords(lastRequest?.coldUsd)}`);
    const told = await clock.innerText();
    await waitFor('the next second', async () => (await clock.innerText()) !== told);
    await viewer.shot('cost-comes-back');
    const head = await setting.open(`/sessions/${id}`);
    await head.page
      .locator('.money-line')
      .getByText(/^cache warm [1-4]:\d\d · then \+\$[\d.]+ to continue$/)
      .waitFor();
    await sendHook(setting.service, {
      input: { session_id: id, hook_event_name: 'SessionEnd', reason: 'other', cwd: '/home/dev/hello' },
      headers: { 'telltale-app': 'hello', 'telltale-install': 'project' },
    });
    await head.page.locator('.money-line .cache').waitFor({ state: 'detached' });
    await clock.waitFor({ state: 'detached' });
    await head.close();
    await viewer.close();
  });

  it('tells what was spent since somebody left', async () => {
    const viewer = await setting.open('/');
    await viewer.page.waitForFunction(() => localStorage.getItem('telltale.presence')?.includes('"seq"'));
    await viewer.page.evaluate(() => {
      const last = JSON.parse(localStorage.getItem('telltale.presence') ?? '{}') as object;
      const left = { ...last, seq: 1, atMs: Date.now() - 40 * 60_000 };
      localStorage.setItem('telltale.presence', JSON.stringify(left));
    });
    await viewer.page.reload();
    const panel = viewer.page.getByRole('region', { name: 'Since you left' });
    const { costUsd } = await costOf('subagents');
    await panel.getByText(`finished 1 turn · ended · 1 failed · ${moneyWords(costUsd)}`).waitFor();
    await viewer.shot('cost-since-left');
    await viewer.close();
  });
});

async function unfoldAgents({ rows }: Viewer): Promise<void> {
  const folded = rows.locator('.line[aria-expanded=false]:has(.open)').first();
  for (let round = 0; round < 5 && (await folded.count()) > 0; round += 1) await folded.click();
}

/** The rows of a part of the panel: name and sum. */
async function partsIn(panel: Locator, title: string): Promise<[string, string][]> {
  const rows = panel.locator('section', { hasText: title }).locator('tbody tr');
  return (await rows.all()).reduce<Promise<[string, string][]>>(async (told, row) => {
    const name = await row.locator('th').innerText();
    return [...(await told), [name.trim(), (await row.locator('td').last().innerText()).trim()]];
  }, Promise.resolve([]));
}

/// <reference lib="dom" />
// biome-ignore-all lint/performance/useDomNodeTextContent: what a reader sees is asked for, not what the DOM holds.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { demoDay } from '../../apps/cli/src/demo/demo-day.ts';
import { otlpBodies } from '../../packages/core/fixtures/otlp.ts';
import { entriesOf, sessionsOf } from '../../packages/core/fixtures/transcript.ts';
import { requires } from '../requires.ts';
import { waitFor } from '../wait.ts';
import { deliver, deliverTranscript } from './deliver.ts';
import { createSetting, type Setting, type Viewer } from './setting.ts';

describe.runIf(requires('chromium'))('the search', () => {
  let setting: Setting;
  const viewers: Viewer[] = [];
  beforeAll(async () => {
    setting = await createSetting();
    await deliver(setting.service, ...demoDay(Date.now()));
    await waitFor('everything indexed', async () => {
      const response = await fetch(`${setting.service.url}/api/search?q=the`);
      const { index } = (await response.json()) as { index: { waiting: number } };
      return index.waiting === 0;
    });
  });
  afterAll(async () => {
    for (const viewer of viewers) await viewer.close();
    await setting.close();
  });

  async function open(path: string, how: Parameters<Setting['open']>[1] = {}): Promise<Viewer> {
    const viewer = await setting.open(path, how);
    viewers.push(viewer);
    return viewer;
  }
  const hits = ({ page }: Viewer) => page.locator('a.hit');
  const marked = (viewer: Viewer) =>
    hits(viewer)
      .locator('mark')
      .evaluateAll((marks) => marks.map((mark) => mark.textContent));
  const box = ({ page }: Viewer) => page.getByRole('searchbox', { name: 'Search all sessions' });

  it('is reached by g f, teaches its language, and finds what is typed, by session, with the words marked', async () => {
    const viewer = await open('/');
    await viewer.rows.first().waitFor();
    await viewer.page.keyboard.press('g');
    await viewer.page.keyboard.press('f');
    await viewer.page.waitForURL('**/search');
    await viewer.page.getByRole('button', { name: '"rate limiter"' }).waitFor();
    await waitFor('the box has the focus', () => box(viewer).evaluate((input) => input === document.activeElement));
    await viewer.shot('search-empty');
    await viewer.page.keyboard.type('tokens');
    await viewer.page.waitForURL('**/search?q=tokens');
    // The name migrateTokens has the word, too. What was found for "token" stands until its answer is there.
    await waitFor('that word alone', async () => {
      const words = new Set((await marked(viewer)).map((text) => text?.toLowerCase()));
      return words.size === 1 && words.has('tokens');
    });
    await expect.poll(() => viewer.page.getByRole('heading', { name: /Users are signed out/ }).count()).toBe(1);
    await viewer.shot('search-dark');
  });

  it('narrows down by facets, whose counts say what else there is, and the address is all its state', async () => {
    const viewer = await open('/search?q=test');
    await hits(viewer).first().waitFor();
    const all = await hits(viewer).count();
    const facets = viewer.page.getByRole('complementary', { name: 'Narrow down' });
    const prompts = facets.getByRole('button', { name: /^prompts/ });
    const told = Number(((await prompts.textContent()) ?? '').replaceAll(/\D/g, ''));
    expect(told).toBeGreaterThan(0);
    expect(told).toBeLessThan(all);
    await prompts.click();
    await waitFor('only prompts', async () => (await hits(viewer).count()) === told);
    await viewer.page.waitForURL(/kind=prompt/);
    await expect.poll(() => facets.getByRole('button', { name: /^tool results/ }).count()).toBe(1);
    await viewer.page.reload();
    await waitFor('the same again', async () => (await hits(viewer).count()) === told);
    await expect.poll(() => box(viewer).inputValue()).toBe('test');
    await expect.poll(() => prompts.getAttribute('aria-pressed')).toBe('true');
    await prompts.click();
    await waitFor('all of them', async () => (await hits(viewer).count()) === all);
  });

  it('goes with j and Enter to the place: opened, before the eyes, and marked', async () => {
    const viewer = await open('/search?q=%22command+not+found%22');
    await hits(viewer).first().waitFor();
    await viewer.page.keyboard.press('j');
    await viewer.page.keyboard.press('Enter');
    await viewer.page.waitForURL('**/sessions/*?*find=command*');
    await viewer.page.getByRole('grid', { name: 'The story of the session' }).waitFor();
    // Of a subagent's failed call: both are folded.
    const output = viewer.page.getByText('/bin/bash: rg: command not found').last();
    await output.waitFor();
    await waitFor('it is on screen', () =>
      output.evaluate((element) => {
        const { top, bottom } = element.getBoundingClientRect();
        return top >= 0 && bottom <= innerHeight;
      }),
    );
    await waitFor('it is marked', () =>
      viewer.page.evaluate(() => {
        const here = CSS.highlights.get('found-here');
        return [...(here ?? [])].some((range) => range.toString().toLowerCase() === 'command not found');
      }),
    );
    await expect
      .poll(() => viewer.page.getByRole('searchbox', { name: 'Find in this session' }).inputValue())
      .toBe('command not found');
    await viewer.shot('search-place');
    await viewer.page.goBack();
    await hits(viewer).first().waitFor();
  });

  it('leads to prompts and answers, too', async () => {
    const viewer = await open('/search?q=%22only+the+old+key%22&kind=answer');
    await hits(viewer).first().click();
    await viewer.page.waitForURL('**/sessions/*');
    const answer = viewer.page.getByText(/a test for a load with only the old key/).first();
    await answer.waitFor();
    await waitFor('it is marked', () => viewer.page.evaluate(() => (CSS.highlights.get('found-here')?.size ?? 0) > 0));
  });

  it('leads to what only telemetry tells', async () => {
    for (const body of otlpBodies('tools-logs')) {
      const headers = { 'content-type': 'application/json' };
      const response = await fetch(`${setting.service.url}/v1/logs`, {
        ...{ method: 'POST', headers, body: JSON.stringify(body) },
      });
      expect(response.status).toBe(200);
    }
    await found('friendlier now');
    const viewer = await open('/search?q=%22friendlier+now%22');
    await hits(viewer).first().click();
    await viewer.page.waitForURL('**/sessions/*');
    await viewer.page.getByText('The greeting is friendlier now.').first().waitFor();
    await waitFor('it is marked', () => viewer.page.evaluate(() => (CSS.highlights.get('found-here')?.size ?? 0) > 0));
    await viewer.shot('search-heard');
  });

  it('finds what a fork copied once, where it was said, and leads to the fork', async () => {
    const [origin = '', fork = ''] = sessionsOf('forked-new');
    for (const sessionId of [fork, origin])
      await deliverTranscript(setting.service, {
        ...{ sessionId, app: 'shop', hooks: [] },
        entries: entriesOf('forked-new', sessionId).map(({ line }) => ({ line })),
      });
    await found('turn-2 Another way');
    await found('turn-1 First');
    const viewer = await open('/search?q=%22turn-1+First%22');
    await hits(viewer).first().waitFor();
    await expect.poll(() => hits(viewer).count()).toBe(1);
    await expect.poll(() => hits(viewer).first().getAttribute('href')).toContain(origin);
    await viewer.shot('search-fork');
    await viewer.page.getByRole('link', { name: 'also in a fork' }).click();
    await viewer.page.waitForURL(`**/sessions/${fork}?*entry=*`);
    await viewer.page.getByText('Another way.').first().waitFor();
  });

  /** Waits until the index holds the phrase. */
  async function found(phrase: string): Promise<void> {
    await waitFor(`"${phrase}" is found`, async () => {
      const response = await fetch(`${setting.service.url}/api/search?q=${encodeURIComponent(`"${phrase}"`)}`);
      const { total, index } = (await response.json()) as { total: { hits: number }; index: { waiting: number } };
      return total.hits > 0 && index.waiting === 0;
    });
  }

  it('says what could be dropped where nothing is found', async () => {
    const viewer = await open('/search?q=tokens+nowhere-at-all&kind=prompt');
    await viewer.page.getByRole('heading', { name: 'No text holds these words' }).waitFor();
    await viewer.shot('search-nothing');
    await viewer.page.getByRole('button', { name: 'without kind: prompt' }).click();
    await viewer.page.getByRole('button', { name: 'any of the words' }).click();
    await hits(viewer).first().waitFor();
    await expect.poll(() => box(viewer).inputValue()).toBe('tokens OR nowhere-at-all');
    await box(viewer).fill('->');
    await viewer.page.getByRole('heading', { name: 'There is no word in it' }).waitFor();
  });

  it('can be asked again where it was not answered', async () => {
    const viewer = await open('/search', { excused: /ERR_FAILED/ });
    await viewer.page.getByRole('button', { name: 'useAuth' }).waitFor();
    await viewer.page.route('**/api/search?*', (route) => route.abort());
    await box(viewer).fill('tokens');
    await viewer.page.getByRole('heading', { name: 'The search was not answered' }).waitFor();
    await viewer.page.unroute('**/api/search?*');
    await viewer.page.getByRole('button', { name: 'Ask again' }).click();
    await hits(viewer).first().waitFor();
  });

  it('puts the best first where it is asked', async () => {
    const viewer = await open('/search?q=tokens');
    await hits(viewer).first().waitFor();
    await viewer.page.getByRole('button', { name: 'best' }).click();
    await viewer.page.waitForURL('**/search?q=tokens&order=best');
    await hits(viewer).first().waitFor();
  });

  it('finds prompts of all sessions for ctrl-k, by the beginning of a word', async () => {
    const viewer = await open('/sessions');
    await viewer.page.keyboard.press('Control+k');
    await viewer.page.getByRole('dialog').waitFor();
    await viewer.page.keyboard.type('page load with on');
    await viewer.page.getByRole('option', { name: /Add a test for a page load/ }).waitFor();
    await viewer.page.keyboard.press('Enter');
    await viewer.page.waitForURL('**/sessions/*');
    await viewer.page.getByText('Add a test for a page load').first().waitFor();
  });

  it('fits a telephone and both themes', async () => {
    const light = await open('/search?q=test', { colorScheme: 'light' });
    await hits(light).first().waitFor();
    await light.shot('search-light');
    const small = await open('/search?q=test', { viewport: { width: 390, height: 844 }, hasTouch: true });
    await hits(small).first().waitFor();
    expect(await small.page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
    await small.shot('search-390');
    await small.page.goto(`${setting.service.url}/search`);
    await small.page.getByRole('button', { name: 'useAuth' }).waitFor();
    await small.shot('search-390-empty');
  });
});

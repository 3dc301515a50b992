import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { requires } from '../requires.ts';
import { createSetting, type Setting } from './setting.ts';

describe.runIf(requires('chromium'))('usage limits and context, as a status line told them', () => {
  let setting: Setting;
  beforeAll(async () => {
    setting = await createSetting();
  });
  afterAll(() => setting.close());

  const inHours = (hours: number) => Math.floor(Date.now() / 1000) + hours * 3600;

  async function post(path: string, body: object): Promise<void> {
    const headers = {
      ...{ 'content-type': 'application/json', 'telltale-user': 'ada', 'telltale-host': 'ws', 'telltale-app': 'shop' },
      ...{ 'telltale-repo': 'github.com/ada/shop', 'telltale-commit': '0123456789abcdef' },
    };
    const sent = await fetch(setting.service.url + path, { method: 'POST', headers, body: JSON.stringify(body) });
    expect(sent.ok).toBe(true);
  }

  it('stand on Live, on the wall, in the list and on the session’s page', async () => {
    await post('/ingest/hook', { session_id: 's1', cwd: '/src/shop', hook_event_name: 'SessionStart' });
    await post('/ingest/hook', {
      session_id: 's1',
      cwd: '/src/shop',
      hook_event_name: 'UserPromptSubmit',
      prompt: 'Hello',
    });
    await post('/ingest/statusline', {
      session_id: 's1',
      context_window: { context_window_size: 200_000, current_usage: { cache_read_input_tokens: 126_000 } },
      rate_limits: {
        five_hour: { used_percentage: 42.4, resets_at: inHours(2) },
        seven_day: { used_percentage: 81, resets_at: inHours(72) },
      },
    });

    const viewer = await setting.open('/');
    const { page } = viewer;
    await page.getByText(/^5 h 42 % resets \d\d:\d\d$/).waitFor();
    await page.getByText(/^7 d 81 % resets \w{3} \d\d:\d\d$/).waitFor();
    await viewer.shot('quota-live');

    await page.goto(`${setting.service.url}/wall`);
    await page.getByRole('heading', { name: /today 5 h 42 % · 7 d 81 %$/ }).waitFor();
    await viewer.shot('quota-wall');

    await page.goto(`${setting.service.url}/sessions`);
    await page.locator('.row').getByText('63 %', { exact: true }).waitFor();

    await page.goto(`${setting.service.url}/sessions/s1`);
    const context = page.locator('.money-line').getByText('context 63 %', { exact: true });
    await context.waitFor();
    await expect
      .poll(() => context.getAttribute('title'))
      .toMatch(/^126 k of 200 k tokens, as its status line told \d+ [sm] ago$/);
    await page.getByText('ada@ws', { exact: true }).waitFor();
    await expect
      .poll(() => page.locator('.place').getAttribute('title'))
      .toBe('/src/shop\ngithub.com/ada/shop at 0123456789ab');
    await viewer.close();
  });
});

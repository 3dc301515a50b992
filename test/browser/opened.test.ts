// biome-ignore-all lint/performance/useDomNodeTextContent: what a reader sees is asked for, not what the DOM holds.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { demoDay, storySession } from '../../apps/cli/src/demo/demo-day.ts';
import { uuidOf } from '../../apps/cli/src/demo/tell-session.ts';
import { requires } from '../requires.ts';
import { deliver } from './deliver.ts';
import { createSetting, type Setting } from './setting.ts';

describe.runIf(requires('chromium'))('an opened event', () => {
  let setting: Setting;
  beforeAll(async () => {
    setting = await createSetting();
    await deliver(setting.service, ...demoDay(Date.now()));
  });
  afterAll(() => setting.close());

  it('shows an edit as a diff, then as the JSON it came as, which can be copied', async () => {
    const viewer = await setting.open('/?filter=app:api tool:Edit', {
      permissions: ['clipboard-read', 'clipboard-write'],
    });
    await viewer.rows.filter({ hasText: 'src/app.ts' }).click();
    const opened = viewer.page.getByRole('complementary', { name: 'Opened event' });
    await opened.getByText('rateLimit({ perMinute: 100 })').first().waitFor();
    await viewer.shot('opened-edit');
    await opened.getByRole('button', { name: 'raw' }).click();
    const json = opened.getByLabel('PostToolUse as JSON');
    await json.waitFor();
    const shown = JSON.parse(await json.innerText()) as { seq: number; name: string };
    expect(shown).toEqual(await setting.service.get(`/api/events/${shown.seq}`));
    expect(shown.name).toBe('PostToolUse');
    await viewer.page.evaluate('navigator.clipboard.writeText("")');
    await opened.locator('section', { hasText: '"PostToolUse"' }).getByRole('button', { name: /copy/i }).click();
    const copied = () => viewer.page.evaluate<string>('navigator.clipboard.readText()');
    await expect.poll(copied).not.toBe('');
    expect(JSON.parse(await copied())).toEqual(shown);
    await viewer.close();
  });

  it('shows the output of a failed command', async () => {
    const viewer = await setting.open('/?filter=app:api tool:Bash -outcome:ok "Retry-After"');
    await viewer.rows.filter({ hasText: 'npm test' }).click();
    const opened = viewer.page.getByRole('complementary', { name: 'Opened event' });
    await opened.getByText('expected header "retry-after" to be "60", got null').waitFor();
    await opened.getByText('failed').first().waitFor();
    await viewer.close();
  });

  it('leads to its place in the story, and back', async () => {
    const viewer = await setting.open('/?filter=app:web "git commit" tool:Bash');
    await viewer.rows.filter({ hasText: 'git commit' }).click();
    const way = viewer.page.getByRole('link', { name: 'in session' });
    await way.waitFor();
    await viewer.page.waitForURL(/[?&]event=/);
    const live = viewer.page.url();
    await way.click();
    await viewer.page.waitForURL(`**/sessions/${uuidOf(storySession)}?**`);
    const selected = viewer.page.locator('[role=row][aria-selected=true]');
    await selected.filter({ hasText: 'git commit' }).waitFor();
    await selected.getByText('2 files changed, 14 insertions(+)').waitFor();
    await viewer.shot('place-in-story');
    await viewer.page.goBack();
    await viewer.page.getByRole('complementary', { name: 'Opened event' }).waitFor();
    await viewer.page.waitForURL(live);
    await viewer.close();
  });
});

import { readFileSync } from 'node:fs';
import { amsSessionSchema } from '@telltale/core/export';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { demoDay, storySession } from '../../apps/cli/src/demo/demo-day.ts';
import { uuidOf } from '../../apps/cli/src/demo/tell-session.ts';
import { deliver } from '../browser/deliver.ts';
import { createSetting, type Setting, type Viewer } from '../browser/setting.ts';
import { requires } from '../requires.ts';

const id = uuidOf(storySession);
const extra = { session_id: 'with-a-person', cwd: '/home/dev/shop', hook_event_name: 'UserPromptSubmit' };

describe.runIf(requires('chromium'))('the export menu of a session', () => {
  let setting: Setting;
  beforeAll(async () => {
    setting = await createSetting();
    await deliver(setting.service, ...demoDay(Date.now()));
    await fetch(`${setting.service.url}/ingest/hook`, {
      ...{ method: 'POST', headers: { 'content-type': 'application/json' } },
      body: JSON.stringify({ ...extra, prompt: 'write to ada@example.com' }),
    });
  });
  afterAll(() => setting?.close());

  async function open(session: string): Promise<Viewer> {
    const viewer = await setting.open(`/sessions/${session}`);
    await viewer.page.getByRole('button', { name: 'Export this session' }).click();
    await viewer.page.getByText('Mask personal data').waitFor();
    return viewer;
  }

  async function saved({ page }: Viewer, label: string): Promise<{ name: string; text: string }> {
    const coming = page.waitForEvent('download');
    await page.getByRole('link', { name: new RegExp(`^${label} `) }).click();
    const download = await coming;
    return { name: download.suggestedFilename(), text: readFileSync(await download.path(), 'utf8') };
  }

  it('saves each format under a name that says what it is', async () => {
    const viewer = await open(id);
    const { title = '' } = await setting.service.session(id);
    const endings = { HTML: '.html', JSON: '.json', NDJSON: '.ndjson', CSV: '.csv', AMS: '.ams.json' };
    for (const [label, ending] of Object.entries(endings)) {
      const { name, text } = await saved(viewer, label);
      expect(name).toMatch(new RegExp(`^telltale-.+-\\d{4}-\\d\\d-\\d\\d-${id.slice(0, 8)}\\${ending}$`));
      expect(text.length, label).toBeGreaterThan(1000);
      if (label === 'AMS') expect(amsSessionSchema.parse(JSON.parse(text)).title).toBe(title);
    }
    await viewer.shot('export-menu');
    await viewer.close();
  });

  it('masks personal data where that is ticked', async () => {
    const viewer = await open('with-a-person');
    expect((await saved(viewer, 'CSV')).text).toContain('write to ada@example.com');
    await viewer.page.getByRole('checkbox', { name: 'Mask personal data' }).check();
    const { text } = await saved(viewer, 'CSV');
    expect(text).toContain('write to [redacted:email]');
    expect(text).not.toContain('ada@example.com');
    await viewer.close();
  });

  it('is reached and used by keyboard alone', async () => {
    const viewer = await setting.open(`/sessions/${id}`);
    const button = viewer.page.getByRole('button', { name: 'Export this session' });
    await button.focus();
    await viewer.page.keyboard.press('Enter');
    await viewer.page.getByRole('link', { name: /^HTML / }).waitFor();
    const coming = viewer.page.waitForEvent('download');
    await viewer.page.getByRole('link', { name: /^HTML / }).press('Enter');
    expect((await coming).suggestedFilename()).toMatch(/\.html$/);
    await viewer.page.keyboard.press('Escape');
    await viewer.page.getByRole('link', { name: /^HTML / }).waitFor({ state: 'detached' });
    await viewer.close();
  });
});

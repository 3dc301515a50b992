import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tellSession } from '../../apps/cli/src/demo/tell-session.ts';
import { requires } from '../requires.ts';
import type { Service } from '../service.ts';
import { waitFor } from '../wait.ts';
import { deliver } from './deliver.ts';
import { createSetting, type Setting, type Viewer } from './setting.ts';

describe.runIf(requires('chromium'))('the feed among thousands of notes of the client', () => {
  let setting: Setting;
  beforeAll(async () => {
    setting = await createSetting();
    await work(setting.service, 'older', 60);
    await sendNotes(setting.service, 'between', 5000);
    await work(setting.service, 'newer', 150);
  });
  afterAll(() => setting.close());

  it('goes back behind them to older rows, without a hand on the wheel', async () => {
    const viewer = await setting.open('/');
    await viewer.rows.filter({ hasText: 'newer-149.ts' }).waitFor();
    // At its top no scroll event tells that older rows are wanted.
    const scrollToTop = () => viewer.page.locator('[role=grid]').evaluate((grid) => grid.scrollTo(0, 0));
    await waitFor('the oldest row', async () => {
      await scrollToTop();
      return viewer.rows.filter({ hasText: 'older-0.ts' }).isVisible();
    });
    await viewer.close();
  });

  it('is full on opening, also where the newest 5,000 events are notes', async () => {
    await sendNotes(setting.service, 'newest', 5000);
    const viewer = await setting.open('/');
    // Three hooks tell of a call: 200 of them make 66 rows. The notes of a session are one.
    await waitFor('the rows', async () => (await rowCount(viewer)) > 66);
    await viewer.rows.filter({ hasText: /5,?000 notes of the client/ }).waitFor();
    expect(await viewer.rows.count()).toBeGreaterThan(25);
    expect((await viewer.rowTexts()).filter((text) => text.includes('notes of the client')).length).toBe(1);
    expect((await viewer.rowTexts()).filter((text) => /newer-\d+\.ts/.test(text)).length).toBeGreaterThan(20);
    await viewer.shot('feed-among-notes');
    await viewer.close();
  });
});

/** The rows in the list, of which only those in view are in the page. */
async function rowCount({ page }: Viewer): Promise<number> {
  return Number(await page.locator('[role=grid]').getAttribute('aria-rowcount'));
}

/** A session of one prompt and so many calls. */
async function work(service: Service, name: string, calls: number): Promise<void> {
  const session = tellSession({ name, cwd: `/p/${name}`, startMs: Date.now() - 60_000 });
  session.prompt(`Read it all, ${name}`);
  for (let n = 0; n < calls; n += 1) session.call('Read', { file_path: `/p/${name}/${name}-${n}.ts` }, 'read');
  await deliver(service, session);
}

async function sendNotes(service: Service, name: string, count: number): Promise<void> {
  const nowMs = Date.now();
  const records = Array.from({ length: count }, (_, n) => ({
    timeUnixNano: `${nowMs + n}000000`,
    body: { stringValue: 'claude_code.hook_registered' },
    attributes: Object.entries({
      'event.name': 'hook_registered',
      'event.sequence': `${n}`,
      'session.id': `notes-${name}`,
      hook_event: 'PreToolUse',
    }).map(([key, stringValue]) => ({ key, value: { stringValue } })),
  }));
  const body = JSON.stringify({ resourceLogs: [{ scopeLogs: [{ logRecords: records }] }] });
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(`${service.url}/v1/logs`, { method: 'POST', headers, body });
  expect([response.status, await response.json()]).toEqual([200, {}]);
}

import { type AnnotationPage, annotationLimits } from '@telltale/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { requires } from '../requires.ts';
import { waitFor } from '../wait.ts';
import { captured, sendHook } from './deliver.ts';
import { createSetting, type Setting, type Viewer } from './setting.ts';

describe.runIf(requires('chromium'))('notes, labels, bookmarks and pins', () => {
  let setting: Setting;
  let viewer: Viewer;
  let sessionId: string;
  beforeAll(async () => {
    setting = await createSetting();
    const tools = captured('tools');
    sessionId = tools.sessionId;
    for (const hook of tools.hooks) await sendHook(setting.service, hook);
    viewer = await setting.open(`/sessions/${sessionId}`);
    await viewer.rows.filter({ hasText: 'Bash' }).first().waitFor();
  });
  afterAll(async () => {
    await viewer.close();
    await setting.close();
  });
  const kept = async () => {
    const response = await fetch(`${setting.service.url}/api/annotations?session=${sessionId}`);
    return ((await response.json()) as AnnotationPage).annotations;
  };
  const press = async (...keys: string[]) => {
    for (const key of keys) await viewer.page.keyboard.press(key);
  };
  const dialog = (name: string) => viewer.page.getByRole('dialog', { name });

  it('bookmarks, labels and notes on a row by keys, and shows all of it there and on the rail', async () => {
    const row = viewer.rows.filter({ hasText: 'Bash' }).first();
    await row.getByRole('button').first().click();
    await viewer.page.getByRole('grid').focus();
    await press('b');
    await row.getByLabel('bookmarked').waitFor();
    const rail = viewer.page.getByRole('navigation', { name: 'Prompts and failures' });
    await rail.getByLabel('bookmark', { exact: true }).waitFor();

    await press('t');
    await dialog('Labels').getByRole('combobox', { name: 'Label' }).fill('regression');
    await press('Enter');
    await dialog('Labels').getByRole('listitem').filter({ hasText: 'regression' }).waitFor();
    await press('Escape');
    await dialog('Labels').waitFor({ state: 'detached' });
    await row.getByText('regression', { exact: true }).waitFor();

    await viewer.page.getByRole('grid').focus();
    await press('m');
    await dialog('Notes').getByRole('textbox', { name: 'Note' }).fill('Why does it list the folder twice?');
    await viewer.page.getByRole('button', { name: 'Add note' }).click();
    await dialog('Notes').waitFor({ state: 'detached' });
    await row.getByText('Why does it list the folder twice?').waitFor();

    const told = await kept();
    expect(told.map(({ kind, text }) => [kind, text]).sort()).toEqual([
      ['bookmark', undefined],
      ['label', 'regression'],
      ['note', 'Why does it list the folder twice?'],
    ]);
    expect(new Set(told.map(({ toolUseId }) => toolUseId)).size).toBe(1);
    expect(told[0]?.toolUseId).toMatch(/^toolu_/);
    await viewer.shot('annotations-dark');
  });

  it('pins the session from its head, and tells another tab of everything', async () => {
    const other = await setting.open('/sessions', { colorScheme: 'light' });
    const line = other.page.getByRole('table', { name: 'Sessions' }).locator('.row').first();
    await line.waitFor();
    await viewer.page.getByRole('button', { name: /^Pin this session/ }).click();
    await line.getByLabel('pinned').waitFor();
    await line.getByText('regression').waitFor();
    const box = other.page.getByRole('combobox', { name: 'Filter' });
    await box.fill('label:regression is:pinned');
    await box.press('Enter');
    await waitFor('the session alone', async () => (await other.page.locator('.table .row').count()) === 1);
    await other.shot('annotations-sessions-light');
    await box.fill('-is:bookmarked');
    await box.press('Enter');
    await other.page.getByText('No session matches the filter').waitFor();
    await other.close();
  });

  it('shows them on the opened event of the feed, and takes them away', async () => {
    const seqOf = async () => {
      const response = await fetch(
        `${setting.service.url}/api/events?session=${sessionId}&tool=Bash&order=asc&limit=1`,
      );
      return ((await response.json()) as { events: { seq: number }[] }).events[0]?.seq;
    };
    const live = await setting.open(`/?event=${await seqOf()}`, { colorScheme: 'light' });
    const opened = live.page.getByRole('complementary', { name: 'Opened event' });
    await opened.getByRole('button', { name: 'bookmarked' }).waitFor();
    await opened.getByRole('button', { name: '1 label', exact: true }).waitFor();
    await live.shot('annotations-opened-light');
    await opened.getByRole('button', { name: 'bookmarked' }).click();
    await opened.getByRole('button', { name: 'bookmark', exact: true }).waitFor();
    await opened.getByRole('button', { name: '1 note', exact: true }).click();
    const notes = live.page.getByRole('dialog', { name: 'Notes' });
    await notes.getByRole('button', { name: /^Delete “Why/ }).click();
    await waitFor('the note to be gone', async () => (await kept()).every(({ kind }) => kind !== 'note'));
    await live.close();
    await viewer.page.getByLabel('bookmark', { exact: true }).waitFor({ state: 'detached' });
    expect((await kept()).map(({ kind }) => kind).sort()).toEqual(['label', 'pin']);
  });
});

describe.runIf(requires('chromium'))('a session that has all the notes it may have', () => {
  let setting: Setting;
  let sessionId: string;
  beforeAll(async () => {
    setting = await createSetting();
    const hello = captured('hello');
    sessionId = hello.sessionId;
    for (const hook of hello.hooks) await sendHook(setting.service, hook);
    const left = Array.from({ length: annotationLimits.perSession }, (_, n) => n);
    const send = async () => {
      for (let n = left.pop(); n !== undefined; n = left.pop()) expect(await annotate(`Note ${n}`)).toBe(201);
    };
    await Promise.all(Array.from({ length: 8 }, send));
  });
  afterAll(() => setting.close());

  async function annotate(text: string): Promise<number> {
    const response = await fetch(`${setting.service.url}/api/annotations`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ sessionId, kind: 'note', text }),
    });
    return response.status;
  }
  const full = 'a session has at most 1000 annotations; delete some first';
  /** The browser itself says that the service refused. */
  const excused = /status of 409/;

  it('says so at the row, at the pin and in the dialog, where one more is tried', async () => {
    const viewer = await setting.open(`/sessions/${sessionId}`, { excused });
    const { page } = viewer;
    const row = viewer.rows.filter({ hasText: 'Say hello' }).first();
    await row.getByRole('button').first().click();
    await page.locator('[role=row][aria-selected=true]').waitFor();
    await page.getByRole('grid').focus();
    await page.keyboard.press('b');
    await row
      .getByRole('alert')
      .filter({ hasText: `The bookmark was not kept: ${full}` })
      .waitFor();
    await viewer.shot('annotations-refused-dark');

    await page.getByRole('button', { name: /^Pin this session/ }).click();
    const head = page.locator('.head');
    await head
      .getByRole('alert')
      .filter({ hasText: `The pin was not kept: ${full}` })
      .waitFor();
    await row.getByRole('alert').waitFor({ state: 'detached' });
    await viewer.shot('annotations-refused-pin-dark');
    await head.getByRole('button', { name: 'Put this aside' }).click();
    await head.getByRole('alert').waitFor({ state: 'detached' });

    await page.getByRole('button', { name: 'Labels of this session' }).click();
    const labels = page.getByRole('dialog', { name: 'Labels' });
    await labels.getByRole('combobox', { name: 'Label' }).fill('one too many');
    await labels.getByRole('button', { name: 'Add label' }).click();
    await labels
      .getByRole('alert')
      .filter({ hasText: `The label was not kept: ${full}` })
      .waitFor();
    await labels.getByRole('button', { name: 'Close' }).first().click();
    await labels.waitFor({ state: 'detached' });
    expect(await page.getByRole('alert').count()).toBe(0);
    await viewer.close();
  });

  it('says so at the opened event of the feed, and takes it when there is room again', async () => {
    const { service } = setting;
    const prompt = (await service.events(`session=${sessionId}`)).find(({ name }) => name === 'UserPromptSubmit');
    const viewer = await setting.open(`/?event=${prompt?.seq}`, { colorScheme: 'light', excused });
    const opened = viewer.page.getByRole('complementary', { name: 'Opened event' });
    await opened.getByRole('button', { name: 'bookmark', exact: true }).click();
    const refusal = opened.getByRole('alert').filter({ hasText: `The bookmark was not kept: ${full}` });
    await refusal.waitFor();
    await viewer.shot('annotations-refused-light');
    const page = await service.get<AnnotationPage>(`/api/annotations?session=${sessionId}&limit=1`);
    const gone = await fetch(`${service.url}/api/annotations/${page.annotations[0]?.id}`, { method: 'DELETE' });
    expect(gone.status).toBe(204);
    await opened.getByRole('button', { name: 'bookmark', exact: true }).click();
    await opened.getByRole('button', { name: 'bookmarked' }).waitFor();
    await refusal.waitFor({ state: 'detached' });
    await viewer.close();
  });
});

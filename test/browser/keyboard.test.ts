/// <reference lib="dom" />
// biome-ignore-all lint/performance/useDomNodeTextContent: what a reader sees is asked for, not what the DOM holds.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { demoDay } from '../../apps/cli/src/demo/demo-day.ts';
import { requires } from '../requires.ts';
import { waitFor } from '../wait.ts';
import { deliver } from './deliver.ts';
import { createSetting, type Setting, type Viewer } from './setting.ts';

describe.runIf(requires('chromium'))('the keyboard', () => {
  let setting: Setting;
  let viewer: Viewer;
  beforeAll(async () => {
    setting = await createSetting();
    await deliver(setting.service, ...demoDay(Date.now()));
    viewer = await setting.open('/');
    await viewer.rows.filter({ hasText: 'prisma migrate' }).waitFor();
  });
  afterAll(async () => {
    await viewer.close();
    await setting.close();
  });
  const press = (...keys: string[]) =>
    keys.reduce((before, key) => before.then(() => viewer.page.keyboard.press(key)), Promise.resolve());
  const selected = () => viewer.page.locator('[role=row][aria-selected=true]');
  const opened = () => viewer.page.getByRole('complementary', { name: 'Opened event' });

  it('moves with j and k, opens with Enter and closes with Escape', async () => {
    await viewer.page.getByRole('grid').focus();
    await press('j');
    const last = await selected().innerText();
    await press('k', 'k');
    const earlier = await selected().innerText();
    expect(earlier).not.toBe(last);
    await press('Enter');
    const heading = opened().getByRole('heading').first();
    await waitFor('the same opened', async () => {
      const words = await heading.innerText();
      return words !== '' && earlier.includes(words);
    });
    await press('j');
    await waitFor('the next one opened', async () => (await selected().innerText()) !== earlier);
    await press('Escape');
    await opened().waitFor({ state: 'detached' });
    await press('j');
    await expect.poll(() => selected().innerText()).toBe(last);
  });

  it('goes to the box with / and leaves it with Escape', async () => {
    await press('/');
    const box = viewer.page.getByRole('combobox', { name: 'Filter' });
    await waitFor('the focus in it', () => box.evaluate((element) => element === document.activeElement));
    await viewer.page.keyboard.type('jjk');
    await expect.poll(() => box.inputValue()).toBe('jjk');
    await press('Backspace', 'Backspace', 'Backspace', 'Escape', 'Escape');
    await waitFor('the focus elsewhere', () => box.evaluate((element) => element !== document.activeElement));
  });

  it('goes to the sessions with g s, into one with Enter, and back to Live with g l', async () => {
    await press('g', 's');
    await viewer.page.waitForURL('**/sessions');
    await viewer.page.getByRole('table', { name: 'Sessions' }).getByRole('link').first().waitFor();
    await press('j', 'Enter');
    await viewer.page.waitForURL('**/sessions/*');
    await viewer.page.getByRole('grid', { name: 'The story of the session' }).waitFor();
    await press('g', 'l');
    await viewer.page.waitForURL((url) => url.pathname === '/');
    await viewer.rows.first().waitFor();
  });

  it('opens what needs me with n', async () => {
    await press('n');
    await opened().getByText('npx prisma migrate deploy').first().waitFor();
    await press('Escape');
  });

  it('goes anywhere with ctrl-k: to a session by its words', async () => {
    await press('Control+k');
    await viewer.page.getByRole('dialog').waitFor();
    await viewer.page.keyboard.type('signed out');
    await viewer.page
      .getByRole('option', { name: /Users are signed out/ })
      .first()
      .waitFor();
    await press('Enter');
    await viewer.page.waitForURL('**/sessions/*');
    await viewer.page.getByRole('heading', { name: /Users are signed out/ }).waitFor();
    await press('g', 'l');
  });

  it('keeps what is typed before the palette is there', async () => {
    const other = await setting.open('/');
    await other.rows.first().waitFor();
    let arrive = (): void => {};
    const typed = new Promise<void>((resolve) => {
      arrive = resolve;
    });
    await other.page.route('**/CommandPalette-*.js', async (route) => {
      await typed;
      await route.continue();
    });
    await other.page.keyboard.press('Control+k');
    await other.page.keyboard.type('signed ouz');
    await other.page.keyboard.press('Backspace');
    expect(await other.page.getByRole('dialog').count()).toBe(0);
    arrive();
    await other.page.getByRole('dialog').waitFor();
    await other.page.keyboard.type('t');
    const box = other.page.getByRole('textbox', { name: 'Session, project or prompt' });
    await waitFor('the words', async () => (await box.inputValue()) === 'signed out');
    await other.page
      .getByRole('option', { name: /Users are signed out/ })
      .first()
      .waitFor();
    await other.close();
  });

  it('lists all its keys with ?, and single keys can be switched off', async () => {
    await press('?');
    const help = viewer.page.getByRole('dialog', { name: 'Keyboard' });
    await help.waitFor();
    await expect
      .poll(() => help.locator('kbd').allInnerTexts())
      .toEqual(expect.arrayContaining(['j', 'k', 'enter', 'esc', '/', '.', 'n', 'g', 'l', 's', 'w', '?', 'ctrl-k']));
    await viewer.shot('help');
    await help.getByRole('checkbox').uncheck();
    await press('Escape');
    await help.waitFor({ state: 'detached' });
    await press('?');
    await viewer.page.waitForTimeout(300);
    expect(await help.count()).toBe(0);
    await viewer.page.evaluate('localStorage.clear()');
    await viewer.page.reload();
    await viewer.rows.first().waitFor();
  });

  it('shows the lanes with l and the wall with w', async () => {
    await press('l');
    await viewer.page.getByRole('list', { name: 'Agents over time' }).waitFor();
    await press('l', 'w');
    await viewer.page.waitForURL('**/wall');
    await press('Escape');
    await viewer.page.waitForURL((url) => url.pathname === '/');
  });
});

/// <reference lib="dom" />
import { randomUUID } from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type AuditPage, type CreatedToken, type TokenScope, tokenScopes } from '@telltale/core/access-view';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tellSession, uuidOf } from '../../apps/cli/src/demo/tell-session.ts';
import { requires } from '../requires.ts';
import { prepareService } from '../service.ts';
import { waitFor } from '../wait.ts';
import { deliver } from './deliver.ts';
import { expectReadable } from './readable.ts';
import { createSetting, type Setting } from './setting.ts';

const secret = 'zebra';
/** A browser says so itself of what is answered 401 or 403. */
const refusals = /the server responded with a status of 40[13]/;

describe.runIf(requires('chromium'))('a service that asks for a token', () => {
  let setting: Setting;
  const tokens = {} as Record<TokenScope, CreatedToken>;
  const linkOf = (scope: TokenScope, to = '') => `/sign-in${to}#token=${tokens[scope].token}`;
  const ask = (scope: TokenScope, path: string, init: RequestInit = {}) => {
    const authorization = `Bearer ${tokens[scope].token}`;
    return fetch(setting.service.url + path, { ...init, headers: { ...init.headers, authorization } });
  };

  beforeAll(async () => {
    const home = mkdtempSync(join(tmpdir(), 'telltale-sign-in-'));
    const open = await prepareService({ home });
    await open.start();
    const session = tellSession({ name: secret, cwd: '/p/shop', startMs: Date.now() - 8000 });
    session.prompt(`Look for the ${secret}`);
    session.call('Bash', { command: `grep -r ${secret} src` }, `src/${secret}.ts`);
    await deliver(open, session);
    for (const scope of tokenScopes) {
      const headers = { 'content-type': 'application/json' };
      const body = JSON.stringify({ name: `${scope}s`, scope });
      const response = await fetch(`${open.url}/api/access/tokens`, { method: 'POST', headers, body });
      tokens[scope] = (await response.json()) as CreatedToken;
    }
    await open.stop();
    setting = await createSetting({ home, env: { TELLTALE_REQUIRE_TOKENS: 'on' } });
  });
  afterAll(() => setting.close());

  it('lets in by hand, goes on where one was going, and shows out who signs out', async () => {
    const viewer = await setting.open('/sessions?sort=cost', { excused: refusals });
    const { page } = viewer;
    await page.waitForURL('**/sign-in?to=*');
    const field = page.getByLabel('Token');
    await field.waitFor();
    expect(await page.evaluate(() => document.activeElement?.tagName)).toBe('INPUT');
    await expectReadable(viewer);
    await viewer.shot('sign-in-dark');
    await field.fill('ttk_wrong');
    await page.keyboard.press('Enter');
    await page.getByText('the token is unknown, revoked or expired').waitFor();
    await field.fill(`${tokens.viewer.token} `);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.waitForURL('**/sessions?sort=cost');
    await page.getByRole('link', { name: `Look for the ${secret}` }).waitFor();
    expect(await page.evaluate(() => document.cookie)).toBe('');

    await page.getByRole('button', { name: 'Settings' }).click();
    const dialog = page.getByRole('dialog', { name: 'Settings' });
    await dialog.getByText('Signed in as viewers (viewer)').waitFor();
    await dialog.getByRole('button', { name: 'Sign out' }).click();
    await page.waitForURL('**/sign-in*');
    await page.getByLabel('Token').waitFor();
    await page.goto(`${setting.service.url}/sessions`);
    await page.waitForURL('**/sign-in?to=%2Fsessions');
    await viewer.close();
  });

  it('lets in by a link whose token no server hears and no history keeps', async () => {
    const viewer = await setting.open('/sign-in');
    const { page } = viewer;
    const heard: string[] = [];
    page.on('request', (request) => heard.push(request.url()));
    await page.goto(setting.service.url + linkOf('viewer', '?to=%2Fsearch%3Fq%3Dgrep'));
    await page.waitForURL('**/search?q=grep');
    await page.getByRole('navigation', { name: 'Pages' }).waitFor();
    expect(heard.some((url) => url.includes(tokens.viewer.token))).toBe(false);
    await page.goBack();
    expect(page.url()).not.toContain(tokens.viewer.token);
    await viewer.close();
  });

  it('pairs a phone by a link that lets no other device in', async () => {
    const name = `phone ${randomUUID()}`;
    const asked = { name, scope: 'viewer', forOneDevice: true };
    const body = { method: 'POST', body: JSON.stringify(asked), headers: { 'content-type': 'application/json' } };
    const { token } = (await (await ask('admin', '/api/access/tokens', body)).json()) as CreatedToken;
    const phone = { viewport: { width: 390, height: 844 }, hasTouch: true };

    const viewer = await setting.open('/sign-in', phone);
    const { page } = viewer;
    const heard: string[] = [];
    page.on('request', (request) => heard.push(request.url()));
    // Into the page that is there: only what stands behind the # changes.
    await page.getByLabel('Token').waitFor();
    await page.goto(`${setting.service.url}/sign-in#token=${token}`);
    await page.waitForURL(`${setting.service.url}/`);
    await page
      .getByRole('link', { name: `Look for the ${secret}` })
      .first()
      .waitFor();
    expect(heard.some((url) => url.includes(token))).toBe(false);
    await page.goBack();
    expect(page.url()).not.toContain(token);
    // The phone itself may follow its link again.
    await page.goto(`${setting.service.url}/sign-in#token=${token}`);
    await page.waitForURL(`${setting.service.url}/`);

    const other = await setting.open(`/sign-in#token=${token}`, { ...phone, excused: /status of 410/ });
    await other.page.getByText('this link was used already, and opens one browser only').waitFor();
    expect(other.page.url()).toBe(`${setting.service.url}/sign-in`);
    expect(await other.page.evaluate(() => document.documentElement.scrollWidth)).toBe(390);
    await expectReadable(other);
    await other.shot('pair-second-device-390');
    await other.close();

    await page.getByRole('button', { name: 'Settings' }).click();
    const dialog = page.getByRole('dialog', { name: 'Settings' });
    await dialog.getByText(`Signed in as ${name} (viewer)`).waitFor();
    await dialog.getByRole('button', { name: 'Sign out' }).click();
    await page.waitForURL('**/sign-in*');
    expect(await (await ask('admin', '/api/access/tokens')).text()).not.toContain(name);
    await viewer.close();
  });

  it('shows a token for numbers no words, and says so', async () => {
    const viewer = await setting.open(linkOf('numbers'), { excused: refusals });
    const { page } = viewer;
    await page.getByText('Your token shows numbers: no events, and no words of anybody.').waitFor();
    await page
      .getByText(`Session ${uuidOf(secret).slice(0, 8)}`)
      .first()
      .waitFor();
    expect(await page.content()).not.toContain(secret);
    await viewer.shot('numbers-only-dark');
    await page.goto(`${setting.service.url}/sessions/${uuidOf(secret)}`);
    await page.getByRole('heading', { name: 'Your token shows numbers' }).waitFor();
    await page.getByText('1 prompt').waitFor();
    expect(await page.content()).not.toContain(secret);
    await expectReadable(viewer);
    await viewer.shot('numbers-session-dark');
    await viewer.close();
  });

  it('offers nobody what would be refused', async () => {
    const offers = {
      head: [
        'Pin this session: nothing of it is pruned',
        'Labels of this session',
        'Notes on this session',
        'Delete this session',
      ],
      event: ['bookmark', 'labels', 'notes'],
      settings: ['Show my last 7 days', 'free now'],
    };
    /** Which of these buttons stand there, by place. */
    const visit = async (scope: TokenScope) => {
      const viewer = await setting.open(linkOf(scope));
      const { page } = viewer;
      const refused: string[] = [];
      page.on('response', (response) => response.status() >= 400 && refused.push(response.url()));
      const isThere = (names: readonly string[]) =>
        Promise.all(names.map((name) => page.getByRole('button', { name, exact: true }).first().isVisible()));
      const seen: Record<keyof typeof offers, boolean[]> = { head: [], event: [], settings: [] };

      await page.getByRole('button', { name: 'Settings' }).click();
      await page.getByText(`Signed in as ${scope}s (${scope})`).waitFor();
      await page.getByText(/^(Sessions and what they cost stay|Your token reads; only an admin frees space)/).waitFor();
      seen.settings = await isThere(offers.settings);
      await page.keyboard.press('Escape');
      if (scope !== 'numbers') {
        await viewer.rows.filter({ hasText: 'grep' }).first().click();
        await page.getByRole('complementary', { name: 'Opened event' }).getByRole('button', { name: 'raw' }).waitFor();
        seen.event = await isThere(offers.event);
        await page.keyboard.press('b');
      }
      await page.getByRole('link', { name: 'Analytics' }).click();
      await page
        .getByRole('heading', { name: /^What did/ })
        .first()
        .waitFor();
      await page.getByRole('link', { name: 'Sessions', exact: true }).click();
      await page.getByRole('table', { name: 'Sessions' }).getByRole('link').first().click();
      await page.getByText('1 prompt').waitFor();
      if (scope !== 'numbers') await page.getByRole('button', { name: 'Find in this session' }).waitFor();
      seen.head = await isThere(offers.head);
      const links = await page.getByRole('navigation', { name: 'Pages' }).getByRole('link').allInnerTexts();
      await viewer.close();
      return { seen, refused, links };
    };
    const all = { head: [true, true, true, true], event: [true, true, true], settings: [true, true] };
    const none = { head: [false, false, false, false], event: [false, false, false], settings: [false, false] };
    const pages = ['Live', 'Sessions', 'Search', 'Analytics'];
    expect(await visit('admin')).toEqual({ seen: all, refused: [], links: pages });
    expect(await visit('viewer')).toEqual({ seen: none, refused: [], links: pages });
    expect(await visit('numbers')).toEqual({
      ...{ seen: { ...none, event: [] }, refused: [], links: pages.filter((page) => page !== 'Search') },
    });
  });

  it('shows the admin tokens and who looked at what; a token that is revoked shows its page out', async () => {
    const colleague = await setting.open(linkOf('viewer'), { excused: refusals });
    await colleague.page
      .getByRole('link', { name: `Look for the ${secret}` })
      .first()
      .click();
    await colleague.page.waitForURL(`**/sessions/${uuidOf(secret)}*`);
    await colleague.page.getByText(`Look for the ${secret}`).first().waitFor();
    await waitFor('what the colleague looked at', async () => {
      const { entries } = (await (await ask('admin', '/api/audit')).json()) as AuditPage;
      return entries.some(
        ({ action, who, sessionId }) => action === 'looked' && who === 'viewers' && sessionId === uuidOf(secret),
      );
    });

    const admin = await setting.open(linkOf('admin', '?to=%2Faccess'));
    const { page } = admin;
    await page.getByText('everyone needs a token').waitFor();
    const rows = page.getByRole('table', { name: 'Tokens' }).getByRole('row');
    await waitFor('a row each', async () => (await rows.count()) === 5);
    const log = page.getByRole('list', { name: 'Audit log' });
    await log
      .getByRole('listitem')
      .filter({ hasText: `viewers looked at ${uuidOf(secret).slice(0, 8)} from 127.0.0.1` })
      .first()
      .waitFor();
    await page.getByLabel('Name').fill('Ada’s phone');
    await page.getByLabel('May').selectOption('numbers');
    await page.getByRole('button', { name: 'Make a token' }).click();
    const made = page.getByRole('status').filter({ hasText: 'It is shown this once' });
    await expect.poll(() => made.getByText(/^ttk_/).textContent()).toMatch(/^ttk_[\w-]{43}$/);
    await log.getByText('made the token Ada’s phone (numbers)').waitFor();
    await expectReadable(admin);
    await admin.shot('access-dark');

    const revoke = page.getByRole('button', { name: 'Revoke viewers' });
    await revoke.click();
    await page.getByText('revoke for good').waitFor();
    await revoke.click();
    await waitFor('one less', async () => (await rows.count()) === 5);
    await log.getByText('revoked the token viewers (viewer)').waitFor();
    await colleague.page.waitForURL('**/sign-in?to=*');
    await colleague.page.getByLabel('Token').waitFor();
    expect((await ask('viewer', '/api/sessions')).status).toBe(401);
    await colleague.close();
    await admin.close();
  });

  it('is readable on a phone, in the light', async () => {
    const viewer = await setting.open(linkOf('admin', '?to=%2Faccess'), {
      ...{ colorScheme: 'light', viewport: { width: 390, height: 844 } },
    });
    await viewer.page.getByRole('table', { name: 'Tokens' }).waitFor();
    await viewer.page.getByRole('list', { name: 'Audit log' }).getByRole('listitem').first().waitFor();
    await expectReadable(viewer);
    const wide = await viewer.page.evaluate(() => document.documentElement.scrollWidth);
    expect(wide).toBeLessThanOrEqual(390);
    await viewer.shot('access-phone-light');
    await viewer.close();
  });
});

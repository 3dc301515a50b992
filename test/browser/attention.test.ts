/// <reference lib="dom" />
import { afterEach, describe, expect, it } from 'vitest';
import { tellSession } from '../../apps/cli/src/demo/tell-session.ts';
import { requires } from '../requires.ts';
import { waitFor } from '../wait.ts';
import { deliver, sendHook } from './deliver.ts';
import { createSetting, type Setting } from './setting.ts';

describe.runIf(requires('chromium'))('what needs me', () => {
  let setting: Setting;
  afterEach(() => setting.close());

  it('stands in NEEDS YOU with its reason, and in the title of the tab, until it is answered', async () => {
    setting = await createSetting();
    const { service } = setting;
    const session = tellSession({ name: 'asks', cwd: '/p/asks', startMs: Date.now() - 4000, tmuxPane: '%3' });
    session.prompt('Clean up');
    const command = { command: 'rm -rf dist', description: 'Remove the build' };
    const id = session.ask('Bash', command);
    await deliver(service, session);
    const viewer = await setting.open('/');
    const card = viewer.page.locator('.needs-you .card');
    await card.getByText('permission: Bash rm -rf dist').waitFor();
    await waitFor('the title', async () => (await viewer.page.title()) === '(1) Telltale');
    await expect.poll(() => viewer.page.locator('link[rel=icon]').getAttribute('href')).toMatch(/^data:image\/svg/);
    await viewer.page.locator('header').getByText('needs you').waitFor();
    await viewer.rows.filter({ hasText: 'rm -rf dist' }).filter({ hasText: 'waiting for you' }).waitFor();
    await viewer.shot('needs-you');

    const wall = await setting.open('/wall', { viewport: { width: 1600, height: 1000 } });
    await wall.page.getByText('1 needs you').waitFor();
    await wall.page.getByText('permission: Bash rm -rf dist').waitFor();
    const sizes = await wall.page
      .locator('main :is(h1, p, b, i, span)')
      .evaluateAll((all) => all.map((one) => Number.parseFloat(getComputedStyle(one).fontSize)));
    expect(Math.min(...sizes)).toBeGreaterThanOrEqual(48);
    await wall.shot('wall');

    const sent = session.hooks.length;
    session.allow(id, 'Bash', command, { stdout: '' }, 3000);
    for (const hook of session.hooks.slice(sent)) await sendHook(service, hook);
    await card.waitFor({ state: 'detached' });
    await wall.page.getByText('nobody waits').waitFor();
    await waitFor('the title', async () => (await viewer.page.title()) === 'Telltale');
    await viewer.close();
    await wall.close();
  });

  it('counts a call that failed three times as trouble until somebody acknowledges it', async () => {
    setting = await createSetting();
    const session = tellSession({ name: 'stuck', cwd: '/p/stuck', startMs: Date.now() - 60_000 });
    session.prompt('Make it pass');
    for (let attempt = 0; attempt < 3; attempt += 1) session.fail('Bash', { command: 'make test' }, 'Exit code 2\nno');
    await deliver(setting.service, session);
    const viewer = await setting.open('/');
    const card = viewer.page.locator('.trouble .card');
    await card.getByText('failed 3 times').waitFor();
    await waitFor('the title', async () => (await viewer.page.title()) === '(1) Telltale');
    await viewer.shot('trouble');
    await card.getByRole('button', { name: 'Acknowledge' }).click();
    await viewer.page.mouse.move(800, 500);
    await card.waitFor({ state: 'detached' });
    await waitFor('the title', async () => (await viewer.page.title()) === 'Telltale');
    await viewer.page.reload();
    await viewer.rows.first().waitFor();
    await viewer.page.locator('.working .card').waitFor();
    expect(await card.count()).toBe(0);
    await viewer.close();
  });

  it('keeps in sight that something is wrong, however many wait before it and however small the screen', async () => {
    setting = await createSetting();
    const startMs = Date.now() - 60_000;
    const waiting = Array.from({ length: 11 }, (_, n) => {
      const session = tellSession({ name: `asks ${n}`, cwd: `/p/asks-${n}`, startMs });
      session.prompt(`Clean up ${n}`);
      session.ask('Bash', { command: `rm -rf dist-${n}`, description: 'Remove the build' });
      return session;
    });
    const stuck = tellSession({ name: 'stuck', cwd: '/p/stuck', startMs });
    stuck.prompt('Make it pass');
    for (let attempt = 0; attempt < 3; attempt += 1) stuck.fail('Bash', { command: 'make test' }, 'Exit code 2\nno');
    const busy = tellSession({ name: 'busy', cwd: '/p/busy', startMs });
    busy.prompt('Go on');
    busy.begin('Bash', { command: 'make all' });
    await deliver(setting.service, ...waiting, stuck, busy);
    for (const viewport of [
      { width: 1440, height: 900 },
      { width: 390, height: 844 },
    ]) {
      const viewer = await setting.open('/', { viewport });
      const column = viewer.page.getByRole('navigation', { name: 'Sessions' });
      await column.getByRole('heading', { name: 'NEEDS YOU 11' }).waitFor();
      await viewer.page.locator('header').getByText('trouble').waitFor({ state: 'attached' });
      const head = column.getByRole('heading', { name: 'TROUBLE 1' });
      const isSeen = () =>
        head.evaluate((element) => {
          const { left, top, bottom } = element.getBoundingClientRect();
          const within = element.closest('nav')?.getBoundingClientRect();
          const over = document.elementFromPoint(left + 20, (top + bottom) / 2);
          return !!within && top >= within.top && bottom <= within.bottom + 1 && element.contains(over);
        });
      await waitFor('the head of TROUBLE', isSeen);
      await viewer.shot(`waiting-many-${viewport.width}`);
      // It leads to the card.
      await head.getByRole('button').click();
      const card = column.locator('.card.trouble');
      await waitFor('its card', () =>
        card.evaluate((element) => {
          const { left, top } = element.getBoundingClientRect();
          return element.contains(document.elementFromPoint(left + 40, top + 10));
        }),
      );
      expect(await isSeen()).toBe(true);
      await column.evaluate((element) => element.scrollTo(0, element.scrollHeight));
      await waitFor('the head of what works', () => column.getByRole('heading', { name: 'WORKING 1' }).isVisible());
      await viewer.close();
    }
  });

  it('tells a turn that an API error ended, with its words', async () => {
    setting = await createSetting();
    const session = tellSession({ name: 'overloaded', cwd: '/p/overloaded', startMs: Date.now() - 60_000 });
    session.prompt('Try');
    session.stopFailure('overloaded_error');
    await deliver(setting.service, session);
    const viewer = await setting.open('/');
    await viewer.page.locator('.trouble .card').waitFor();
    await viewer.rows.filter({ hasText: 'API error' }).waitFor();
    await viewer.close();
  });
});

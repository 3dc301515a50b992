import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tellSession } from '../../apps/cli/src/demo/tell-session.ts';
import { registeredEvents } from '../installs.ts';
import { requires } from '../requires.ts';
import { waitFor } from '../wait.ts';
import { captured, deliver, sendHook } from './deliver.ts';
import { createSetting, type Setting } from './setting.ts';

describe.runIf(requires('chromium'))('the live feed', () => {
  let setting: Setting;
  beforeAll(async () => {
    setting = await createSetting();
  });
  afterAll(() => setting.close());

  it('turns the first-run page into the feed at the first event', async () => {
    const viewer = await setting.open('/');
    await viewer.page.getByText('Waiting for the first event').waitFor();
    await viewer.page.getByText(new RegExp(`run connect -- .* --url ${setting.service.url}$`)).waitFor();
    await viewer.shot('first-run');
    const session = tellSession({ name: 'first', cwd: '/p/first', startMs: Date.now() });
    session.prompt('Say hello to the first page');
    await deliver(setting.service, session);
    await viewer.rows.filter({ hasText: 'Say hello to the first page' }).waitFor();
    await viewer.close();
  });

  it('shows an event once, as it comes', async () => {
    const viewer = await setting.open('/');
    await viewer.page.getByText('live', { exact: true }).waitFor();
    const session = tellSession({ name: 'arrival', cwd: '/p/arrival', startMs: Date.now() });
    session.prompt('A prompt that nobody has typed before');
    await deliver(setting.service, session);
    const row = viewer.rows.filter({ hasText: 'A prompt that nobody has typed before' });
    await row.waitFor();
    await expect.poll(() => row.count()).toBe(1);
    await viewer.close();
  });

  it('counts an event once in the pulse, also when the last events come behind the history', async () => {
    const session = tellSession({ name: 'counted', cwd: '/p/counted', startMs: Date.now() });
    session.prompt('Count me once');
    await deliver(setting.service, session);
    const viewer = await setting.open('/');
    const count = async () => (await setting.service.events()).length;
    const pulse = (events: number) => viewer.page.getByRole('img', { name: new RegExp(`^${events} events?, `) });
    /** What comes over the socket as events, until it is let through. */
    let late: (() => void)[] | undefined = [];
    await viewer.page.routeWebSocket('**/live', (page) => {
      const service = page.connectToServer();
      service.onMessage((message) => {
        if (late && String(message).startsWith('{"events"')) late.push(() => page.send(message));
        else page.send(message);
      });
    });
    await viewer.page.reload();
    await pulse(await count()).waitFor();
    await waitFor('the last events', () => (late?.length ?? 0) > 0);
    expect(await viewer.rows.count()).toBe(0);
    for (const send of late) send();
    late = undefined;
    await viewer.rows.first().waitFor();
    for (const hook of tellMore('counted', 2)) await sendHook(setting.service, hook);
    await pulse(await count()).waitFor();
    await viewer.close();
  });

  it('shows a whole recorded session while it comes, a row for each action and no more', async () => {
    const viewer = await setting.open('/?filter=app:tools');
    await viewer.page.getByText('No event matches the filter').waitFor();
    const registered = registeredEvents();
    const hooks = captured('tools').hooks.filter(({ input }) => registered.has(String(input.hook_event_name)));
    for (const hook of hooks) await sendHook(setting.service, hook);
    const calls = new Set(hooks.flatMap(({ input }) => (input.tool_use_id ? [input.tool_use_id] : [])));
    const others = ['SessionStart', 'UserPromptSubmit', 'Stop', 'SessionEnd'];
    const expected = calls.size + hooks.filter(({ input }) => others.includes(String(input.hook_event_name))).length;
    await waitFor('the rows', async () => (await viewer.rows.count()) === expected);
    const online = await viewer.rowTexts();
    await viewer.page.reload();
    await viewer.showsRows(online);
    expect(online.filter((text) => text.includes('running'))).toEqual([]);
    await viewer.close();
  });

  it('changes the row of a call when it ends, and adds none', async () => {
    const viewer = await setting.open('/?filter=app:pairs');
    const session = tellSession({ name: 'pairs', cwd: '/p/pairs', startMs: Date.now() - 5000 });
    session.prompt('Run it');
    session.fail('Bash', { command: 'make check' }, 'Exit code 2\nmake: *** no rule', { ms: 3200 });
    const [start, prompt, pre, post] = session.hooks;
    if (!start || !prompt || !pre || !post) throw new Error('four hooks were told');
    for (const hook of [start, prompt, pre]) await sendHook(setting.service, hook);
    const call = viewer.rows.filter({ hasText: 'make check' });
    await call.filter({ hasText: 'running' }).waitFor();
    const before = await viewer.rows.count();
    await sendHook(setting.service, post);
    await call.filter({ hasText: 'failed' }).filter({ hasText: 'exit 2' }).waitFor();
    expect(await viewer.rows.count()).toBe(before);
    await expect.poll(() => call.count()).toBe(1);
    await viewer.close();
  });

  it('keeps the place of whoever scrolled away and says how many are new', async () => {
    const session = tellSession({ name: 'many', cwd: '/p/many', startMs: Date.now() - 60_000 });
    session.prompt('Read everything');
    for (let file = 0; file < 60; file += 1)
      session.call('Read', { file_path: `/p/many/${file}.ts` }, { type: 'text', file: {} });
    await deliver(setting.service, session);
    const viewer = await setting.open('/?filter=app:many');
    await viewer.rows.filter({ hasText: '59.ts' }).waitFor();
    const grid = viewer.page.getByRole('grid');
    await grid.evaluate((element) => element.scrollTo(0, 300));
    await waitFor('another window', async () => !(await viewer.rowTexts()).some((text) => text.includes('59.ts')));
    const before = await viewer.rowTexts();
    for (const hook of tellMore('many', 7)) await sendHook(setting.service, hook);
    await viewer.page.getByRole('button', { name: '7 new' }).waitFor();
    expect(await viewer.rowTexts()).toEqual(before);
    await viewer.page.getByRole('button', { name: '7 new' }).click();
    await viewer.rows.filter({ hasText: 'more-6.ts' }).waitFor();
    await viewer.close();
  });

  it('holds still while paused', async () => {
    const viewer = await setting.open('/?filter=app:many');
    await viewer.rows.filter({ hasText: 'more-6.ts' }).waitFor();
    await viewer.page.keyboard.press('.');
    await viewer.page.getByText('paused', { exact: true }).waitFor();
    const before = await viewer.rowTexts();
    for (const hook of tellMore('many', 2, 'paused')) await sendHook(setting.service, hook);
    await viewer.page.getByRole('button', { name: '2 new' }).waitFor();
    expect(await viewer.rowTexts()).toEqual(before);
    await viewer.page.keyboard.press('.');
    await viewer.rows.filter({ hasText: 'paused-1.ts' }).waitFor();
    await viewer.close();
  });
});

/** Some more calls of a session that was told before. */
function tellMore(name: string, count: number, word = 'more') {
  const session = tellSession({ name, cwd: `/p/${name}`, startMs: Date.now() - 1000 });
  return Array.from({ length: count }, (_, index) => ({
    ...{ atMs: Date.now(), headers: { 'telltale-app': name } },
    input: {
      ...{ session_id: session.sessionId, cwd: `/p/${name}`, hook_event_name: 'PreToolUse', tool_name: 'Read' },
      ...{ tool_use_id: `toolu_${word}_${index}`, tool_input: { file_path: `/p/${name}/${word}-${index}.ts` } },
    },
  }));
}

import type { Session } from '@telltale/core';
import type { Browser, Locator } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { openBrowser, openPage, type WatchedPage } from '../browser.ts';
import type { Stage } from '../client/stage.ts';
import type { Terminal } from '../client/terminal.ts';
import { requires, requiresClaude } from '../requires.ts';
import { serviceFor } from '../running-service.ts';
import { asksPermission, isReady } from '../scenarios/terminal.ts';
import type { Service } from '../service.ts';
import { createConnectedStage } from '../system.ts';
import { waitFor } from '../wait.ts';
import { exporting } from './exporting.ts';

const canPlay = requires('tmux') && (await requiresClaude());

describe.runIf(canPlay)('a permission answered by hand', () => {
  const running = serviceFor('tests');
  let service: Service;
  let stage: Stage;
  let terminal: Terminal;
  let browser: Browser | undefined;
  let watched: WatchedPage | undefined;
  beforeAll(async () => {
    service = running.current;
    if (!requires('chromium')) return;
    browser = await openBrowser();
    watched = await openPage(browser, { url: service.url });
  });
  afterEach(async () => {
    await stage.close();
    expect(watched?.complaints ?? []).toEqual([]);
  });
  afterAll(() => browser?.close());

  async function askFor(name: string, command: string, env: Record<string, string> = {}): Promise<string> {
    stage = await createConnectedStage({ service, project: name, env });
    terminal = await stage.open({ permissionMode: 'default' });
    await terminal.see(isReady);
    const call = { name: 'Bash', input: { command, description: 'Ask first' } };
    await terminal.say(stage.prompt('Ask me first.', [{ calls: [call] }, { say: 'It is done.' }]));
    await terminal.see(asksPermission);
    const asked = await waitFor('a session that waits', async () =>
      (await service.sessions()).find((one) => one.app === name && one.state === 'waiting-permission'),
    );
    expect(asked.group).toBe('needs-you');
    expect(asked.waiting).toMatchObject([{ kind: 'permission', toolName: 'Bash' }]);
    expect(asked.waiting[0]?.summary).toContain(command);
    await card(command)?.waitFor({ timeout: 5_000 });
    return asked.id;
  }

  it('leaves NEEDS YOU within 5 s of a yes', async () => {
    const id = await askFor('allowed', 'touch allowed.txt');
    await terminal.press('Enter');
    const [after] = await Promise.all([
      waitFor('the end of the wait', () => session(id, (one) => one.group !== 'needs-you'), 5_000),
      card('touch allowed.txt')?.waitFor({ state: 'detached', timeout: 5_000 }),
    ]);
    expect(after.waiting).toEqual([]);
    await terminal.see(/It is done\./);
    await waitFor('the end of the turn', () =>
      session(id, (one) => one.state === 'waiting-input' || one.state === 'idle'),
    );
  });

  it('says that it cannot know while a long call that was allowed runs, and leaves NEEDS YOU when it ends', async () => {
    const id = await askFor('long', 'sleep 7 && touch long.txt');
    await terminal.press('Enter');
    await Promise.all([
      waitFor('a session that leaves or says that it cannot know', () => session(id, knowsOrSaysSo), 5_000),
      expectCardKnowsOrSaysSo('sleep 7 && touch long.txt'),
    ]);
    await terminal.see(/It is done\./);
    await waitFor('the end of the wait', () => session(id, (one) => one.waiting.length === 0));
  });

  it('says that it cannot know after a no by Esc, and leaves NEEDS YOU with the next prompt', async () => {
    const id = await askFor('refused', 'touch refused.txt');
    await terminal.press('Escape');
    await Promise.all([
      waitFor('a session that leaves or says that it cannot know', () => session(id, knowsOrSaysSo), 5_000),
      expectCardKnowsOrSaysSo('touch refused.txt'),
    ]);
    await terminal.see(/Interrupted|What should Claude do instead/);
    await terminal.say(stage.prompt('Never mind.', [{ say: 'All right.' }]));
    await terminal.see(/All right\./);
    await waitFor('the end of the wait', () => session(id, (one) => one.waiting.length === 0));
  });

  it('with telemetry, is known: the wait ends with the yes, and the turn with a no by Esc', async () => {
    const telemetry = exporting(service.url, 'http/protobuf');
    const allowed = await askFor('allowed-told', 'sleep 9 && touch told.txt', telemetry);
    await terminal.press('Enter');
    const runs = (one: Session) => one.state === 'working' && one.waiting.length === 0;
    await waitFor('a session that works', () => session(allowed, runs), 5_000);
    await stage.close();

    const refused = await askFor('refused-told', 'touch refused.txt', telemetry);
    await terminal.press('Escape');
    const rests = (one: Session) => one.state === 'idle' && one.group === 'your-turn' && one.waiting.length === 0;
    await waitFor('a session that rests', () => session(refused, rests), 5_000);
  });

  async function session(id: string, is: (one: Session) => boolean): Promise<Session | false> {
    const one = await service.session(id);
    return is(one) && one;
  }

  /** The card under NEEDS YOU that shows the command. */
  const card = (command: string): Locator | undefined =>
    watched?.page.locator('section.needs-you li').filter({ hasText: command });

  async function expectCardKnowsOrSaysSo(command: string): Promise<void> {
    const unsure = card(command)?.filter({ hasNotText: 'may be running' });
    await unsure?.waitFor({ state: 'detached', timeout: 5_000 });
  }

  const knowsOrSaysSo = (one: Session): boolean =>
    one.group !== 'needs-you' || one.waiting.every((wait) => wait.mayBeRunning);
});

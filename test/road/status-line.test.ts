import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Session } from '@telltale/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openBrowser, openPage } from '../browser.ts';
import type { ClientAge } from '../client/binary.ts';
import type { Stage } from '../client/stage.ts';
import { requires, requiresClaude } from '../requires.ts';
import { serviceFor } from '../running-service.ts';
import { asksPermission } from '../scenarios/terminal.ts';
import { root, type Service } from '../service.ts';
import { createConnectedStage } from '../system.ts';
import { waitFor } from '../wait.ts';

const ages: ClientAge[] = ['new', 'old'];
const canPlay = requires('tmux') && (await requiresClaude('new')) && (await requiresClaude('old'));
/** A client that starts on a busy machine takes its time. */
const patientMs = 60_000;
const own = { statusLine: { type: 'command', command: "printf '\\033[32mown line\\033[0m'", padding: 0 } };

describe.runIf(canPlay)('the status line of the real client', () => {
  const running = serviceFor('each test');
  let service: Service;
  const stages: Stage[] = [];
  beforeEach(() => {
    service = running.current;
  });
  afterEach(async () => {
    for (const stage of stages.splice(0)) await stage.close();
  });

  async function stageWithLine(project: string, age: ClientAge = 'new') {
    const stage = await createConnectedStage({ service, project, age, install: ['copied'] });
    stages.push(stage);
    const settings = join(stage.world.home, '.claude', 'settings.json');
    mkdirSync(join(stage.world.home, '.claude'), { recursive: true });
    const before = JSON.stringify(own, null, 2);
    writeFileSync(settings, before);
    const plan = pathToFileURL(join(root, 'hooks', 'connect', 'plan-status-line.mjs'));
    const run = (name: string) =>
      stage.execute(process.execPath, ['--input-type=module', '-e', `(await import('${plan}')).${name}().apply()`]);
    await run('planStatusLine');
    return { stage, settings, before, undo: () => run('planStatusLineAway') };
  }
  const sessionOf = (project: string, is: (session: Session) => boolean) =>
    waitFor(
      `a session of ${project}`,
      async () => (await service.sessions()).find((session) => session.app === project && is(session)),
      patientMs,
    );

  it.each(ages)('brings the exact context to the session, and says who else waits (%s)', async (age) => {
    const { stage: other } = await stageWithLine(`waits-${age}`);
    const asking = await other.open({ permissionMode: 'default' });
    await asking.see(/own line/, patientMs);
    const call = { name: 'Bash', input: { command: 'touch asked.txt', description: 'Ask first' } };
    await asking.say(other.prompt('Ask me first.', [{ calls: [call] }, { say: 'Done.' }]));
    await asking.see(asksPermission, patientMs);
    await waitFor(
      'who waits, for status lines',
      () => {
        const file = join(service.home, 'attention');
        return existsSync(file) && readFileSync(file, 'utf8').includes(`waits-${age}`);
      },
      patientMs,
    );

    const { stage, settings, before, undo } = await stageWithLine(`works-${age}`, age);
    const terminal = await stage.open({ permissionMode: 'default' });
    await terminal.see(/own line/, patientMs);
    await terminal.say(stage.prompt('Say something.', [{ say: 'Something.' }]));
    await terminal.see(/Something\./, patientMs);
    // The own line, and behind it the others; its own session never.
    await terminal.see(new RegExp(`own line +▲ 1 needs you: waits-${age} \\d+ [sm]`), patientMs);
    expect(await asking.screen()).not.toContain('▲');

    // What the API served last in the conversation is what its context holds.
    const usage = stage.api.requests.findLast(({ kind }) => kind === 'main')?.usage;
    const {
      input_tokens: input = 0,
      cache_creation_input_tokens: written = 0,
      cache_read_input_tokens: read = 0,
    } = usage ?? {};
    const tokens = input + written + read;
    const { id, statusLine } = await sessionOf(`works-${age}`, (one) => one.statusLine?.context?.tokens === tokens);
    expect(statusLine?.context).toEqual({ tokens, windowTokens: 1_000_000 });
    // The older one does not tell of its cache.
    expect(statusLine?.cache?.isWarm).toBe(age === 'new' ? true : undefined);
    expect(statusLine?.costUsd).toBeGreaterThan(0);
    if (requires('chromium')) await expectOnPage(id);

    await undo();
    expect(readFileSync(settings, 'utf8')).toBe(before);
  });

  async function expectOnPage(id: string): Promise<void> {
    const browser = await openBrowser();
    try {
      const { page, complaints } = await openPage(browser, { url: `${service.url}/sessions/${id}` });
      const context = page.locator('.money-line').getByText(/^context <1 %$/);
      await context.waitFor();
      await waitFor('the source of it', async () =>
        /of 1\.0 M tokens, as its status line told /.test((await context.getAttribute('title')) ?? ''),
      );
      expect(complaints).toEqual([]);
    } finally {
      await browser.close();
    }
  }
});

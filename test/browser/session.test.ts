// biome-ignore-all lint/performance/useDomNodeTextContent: what a reader sees is asked for, not what the DOM holds.
import type { Session } from '@telltale/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { demoDay, storySession } from '../../apps/cli/src/demo/demo-day.ts';
import { uuidOf } from '../../apps/cli/src/demo/tell-session.ts';
import { registeredEvents } from '../installs.ts';
import { requires } from '../requires.ts';
import { waitFor } from '../wait.ts';
import { captured, deliver, sendHook } from './deliver.ts';
import { createSetting, type Setting, type Viewer } from './setting.ts';

const recordings = ['tools', 'subagents', 'denied', 'api-errors', 'multi-turn', 'bad-calls', 'mcp', 'interactive'];

describe.runIf(requires('chromium'))('a session, read as a story', () => {
  let setting: Setting;
  beforeAll(async () => {
    setting = await createSetting();
    const registered = registeredEvents();
    for (const name of recordings) {
      const { hooks } = captured(name, 60_000);
      for (const hook of hooks)
        if (registered.has(String(hook.input.hook_event_name))) await sendHook(setting.service, hook);
    }
    await deliver(setting.service, ...demoDay(Date.now()));
  });
  afterAll(() => setting.close());

  for (const name of recordings) {
    it(`tells the recording “${name}”: each prompt, call, failure and subagent once, with the numbers of the API`, async () => {
      const { sessionId, hooks: all } = captured(name);
      const hooks = all.filter(({ input }) => input.session_id === sessionId); // after /clear comes another
      const session = await setting.service.session(sessionId);
      const viewer = await setting.open(`/sessions/${sessionId}`, { viewport: { width: 1440, height: 4000 } });
      await isWhole(viewer);
      await expect.poll(() => headOf(viewer)).toEqual(numbersOf(session));
      await unfold(viewer);
      const typed = hooks.flatMap(({ input }) =>
        input.hook_event_name === 'UserPromptSubmit' ? [String(input.prompt)] : [],
      );
      for (const message of typed)
        await expect.poll(() => viewer.rows.filter({ hasText: message }).count(), { message }).toBe(1);
      const texts = (await viewer.rowTexts()).filter((text) => !text.startsWith('asked '));
      for (const word of callsOf(hooks))
        expect(texts.filter((text) => text.includes(word)).length, `${word} in ${texts.join('\n')}`).toBe(1);
      const failed = await viewer.rows.locator('.line > .state', { hasText: /^(failed|never ran)$/ }).count();
      expect(failed, 'failures').toBe(session.failures);
      await viewer.close();
    });
  }

  it('tells what was said and done in order, from the transcript and the events', async () => {
    const viewer = await setting.open(`/sessions/${uuidOf(storySession)}`, { viewport: { width: 1440, height: 2400 } });
    await isWhole(viewer);
    await viewer.rows.filter({ hasText: 'Committed as 4be21c7' }).waitFor();
    const texts = await viewer.rowTexts();
    const order = [
      "I'll look at how",
      'Grep',
      'Read',
      'Explore',
      'The hook reads',
      'Edit',
      'exit 1',
      'Fixed.',
      'Good. Add a test',
      'waited 42 s',
      'git commit -am',
      'Committed as',
    ];
    let from = 0;
    for (const word of order) {
      const at = texts.findIndex((text, index) => index >= from && text.includes(word));
      expect(at, `${word} behind ${texts[from - 1] ?? 'the start'}`).toBeGreaterThanOrEqual(0);
      from = at + 1;
    }
    const agent = viewer.rows.filter({ hasText: 'Where tokens are read' }).first();
    expect(await viewer.rows.filter({ hasText: 'Count reads' }).count()).toBe(0);
    await agent.getByRole('button').click();
    await viewer.rows.filter({ hasText: 'readToken(" src | wc -l' }).waitFor();
    await viewer.shot('session');
    await viewer.close();
  });

  it('lists all sessions with the numbers of the API, and opens one', async () => {
    const viewer = await setting.open('/sessions');
    const sessions = await setting.service.sessions();
    const table = viewer.page.getByRole('table', { name: 'Sessions' });
    await waitFor('all rows', async () => (await table.locator('.row').count()) === sessions.length);
    await viewer.shot('sessions');
    const heads = await table.getByRole('columnheader').allInnerTexts();
    for (const session of sessions) {
      const row = table.locator('.row', { has: viewer.page.locator(`a[href*="${session.id}"]`) });
      const cells = (await row.locator('[role=cell]').allInnerTexts()).map((text) => text.trim());
      const cell = (title: string) => Number(cells[heads.indexOf(title)] || 0);
      const shown = {
        prompts: cell('prompts'),
        tools: cell('tools'),
        failures: cell('failed'),
        subagents: cell('agents'),
      };
      const { prompts, tools, failures, subagents } = session;
      expect(shown, session.title).toEqual({ prompts, tools, failures, subagents });
    }
    await viewer.page.getByRole('combobox', { name: 'Filter' }).fill('app:infra ');
    await viewer.page.keyboard.press('Escape');
    await waitFor('one row', async () => (await table.locator('.row').count()) === 1);
    await table.getByRole('link', { name: /Which resources/ }).click();
    await viewer.page.getByRole('heading', { name: /Which resources/ }).waitFor();
    await viewer.close();
  });

  it('goes on while it is read', async () => {
    const live = captured('hello', 0);
    const id = crypto.randomUUID();
    const hooks = live.hooks.map((hook) => ({ ...hook, input: { ...hook.input, session_id: id } }));
    const [start, prompt] = hooks;
    if (!start || !prompt) throw new Error('a hello begins with two hooks');
    for (const hook of [start, prompt]) await sendHook(setting.service, hook);
    const viewer = await setting.open(`/sessions/${id}`);
    await viewer.page.getByText('working', { exact: true }).first().waitFor();
    for (const hook of hooks.slice(2)) await sendHook(setting.service, hook);
    await viewer.page.locator('.head').getByText('ended', { exact: true }).waitFor();
    await viewer.close();
  });
});

/** Until all of the session has been read. */
async function isWhole({ page, rows }: Viewer): Promise<void> {
  await rows.first().waitFor();
  await page.getByRole('status').filter({ hasText: 'reading' }).waitFor({ state: 'detached' });
}

/** Opens prompts and subagents until nothing is folded but the calls. */
async function unfold({ page }: Viewer): Promise<void> {
  for (let round = 0; round < 20; round += 1) {
    const folded = page
      .locator('.row .prompt[aria-expanded=false], .row.item .line[aria-expanded=false]:has(.open)')
      .first();
    if ((await folded.count()) === 0) return;
    await folded.click();
  }
  throw new Error('still folded');
}

interface Numbers {
  prompts: number;
  tools: number;
  subagents: number;
  failures: number;
}

const numbersOf = ({ prompts, tools, subagents, failures }: Session): Numbers => ({
  prompts,
  tools,
  subagents,
  failures,
});

async function headOf({ page }: Viewer): Promise<Numbers> {
  const text = (await page.locator('.head .facts').innerText()).replaceAll(/\s+/g, ' ');
  const number = (pattern: RegExp) => Number(pattern.exec(text)?.[1] ?? 0);
  return {
    prompts: number(/(\d+) prompts?\b/),
    tools: number(/(\d+) tools?\b/),
    subagents: number(/(\d+) subagents?\b/),
    failures: number(/✕ (\d+) failed/),
  };
}

/** A word for each call that ran or was to run: its command or description. */
function callsOf(hooks: readonly { input: Record<string, unknown> }[]): string[] {
  const words = new Map<string, string>();
  for (const { input } of hooks) {
    if (input.hook_event_name !== 'PreToolUse') continue;
    const { command, description, subagent_type } = input.tool_input as Record<string, unknown>;
    const word = subagent_type === undefined ? command : description;
    if (typeof word === 'string') words.set(String(input.tool_use_id), word.split('\n')[0] ?? '');
  }
  return [...new Set(words.values())].filter(
    (word) => ![...words.values()].some((other) => other !== word && other.includes(word)),
  );
}

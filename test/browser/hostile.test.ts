/// <reference lib="dom" />
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tellSession } from '../../apps/cli/src/demo/tell-session.ts';
import type { SessionTeller } from '../../apps/cli/src/demo/told.ts';
import { edited, fileText, printed } from '../../apps/cli/src/demo/tool-results.ts';
import { requires } from '../requires.ts';
import { deliver, sendHook } from './deliver.ts';
import { createSetting, type Setting, type Viewer } from './setting.ts';

/** Each would call `pwned` if any page took it for markup, a link or a script. */
const attacks = {
  script: '<script>pwned(1)</script>',
  image: '<img src=x onerror="pwned(2)">',
  vector: '<svg/onload=pwned(3)>',
  frame: '<iframe srcdoc="<script>parent.pwned(4)</script>"></iframe>',
  attribute: '"\' onmouseover=pwned(5) autofocus onfocus=pwned(5) x="',
  link: '[click](javascript:pwned(6)) ![i](x" onerror="pwned(6)) <javascript:pwned(6)>',
  // biome-ignore lint/suspicious/noTemplateCurlyInString: the text of a template that must not run
  template: '{{constructor.constructor("pwned(7)")()}} ${pwned(7)}',
  terminal: '\u001b]8;;javascript:pwned(8)\u0007press\u001b]8;;\u0007 \u001b[31m<img src=x onerror=pwned(8)>\u001b[0m',
  code: '```html\n<img src=x onerror=pwned(9)>\n```\n<details open ontoggle=pwned(9)>',
} as const;
const everything = Object.values(attacks).join(' ');

describe.runIf(requires('chromium'))('hostile content', () => {
  let setting: Setting;
  let session: SessionTeller;
  let lastPrompt = 0;
  beforeAll(async () => {
    setting = await createSetting();
    session = hostileSession();
    await deliver(setting.service, session);
    const events = await setting.service.events(`session=${session.sessionId}`);
    lastPrompt = events.at(-1)?.seq ?? 0;
    await sendHook(setting.service, {
      input: { session_id: session.sessionId, cwd: '/p', hook_event_name: everything, message: everything },
    });
  });
  afterAll(() => setting.close());

  it('runs no script in the feed, nor in any opened event', async () => {
    const viewer = await open(setting, '/', { width: 1600, height: 3000 });
    await viewer.rows.filter({ hasText: 'the last' }).first().waitFor();
    const events = await setting.service.events(`session=${session.sessionId}`);
    const actions = new Map(events.map((event) => [event.toolUseId ?? event.agentId ?? event.id, event.seq]));
    for (const seq of actions.values()) {
      await viewer.page.goto(`${setting.service.url}/?event=${seq}`);
      await viewer.page.locator('aside .content').waitFor();
      await viewer.page.waitForTimeout(80); // a renderer that is loaded on demand
      await expectHarmless(viewer);
    }
    await viewer.page.getByRole('button', { name: 'raw' }).click();
    await expectHarmless(viewer);
    await viewer.close();
  });

  it('runs no script in the story, with everything unfolded', async () => {
    const viewer = await open(setting, `/sessions/${session.sessionId}`, { width: 1600, height: 6000 });
    await viewer.rows.filter({ hasText: 'the last' }).first().waitFor();
    for (let round = 0; round < 40; round += 1) {
      const folded = viewer.page.locator('[role=row] [aria-expanded=false]').first();
      if ((await folded.count()) === 0) break;
      await folded.click();
    }
    await viewer.page.waitForTimeout(500);
    await expectHarmless(viewer);
    expect(lastPrompt).toBeGreaterThan(0);
    await viewer.close();
  });

  it('runs no script in sessions, lanes, wall, palette and the filter box', async () => {
    for (const path of [
      '/sessions',
      '/?view=lanes',
      '/wall',
      `/?filter=${encodeURIComponent(everything)}`,
      `/sessions/${encodeURIComponent(attacks.image)}`,
    ]) {
      const viewer = await open(setting, path, { width: 1600, height: 1000 });
      await viewer.page.locator('main').waitFor();
      await viewer.page.waitForTimeout(300);
      await expectHarmless(viewer);
      await viewer.close();
    }
    const viewer = await open(setting, '/', { width: 1600, height: 1000 });
    await viewer.page.keyboard.press('Control+k');
    await viewer.page.getByRole('option').first().waitFor();
    await viewer.page.keyboard.type('the first');
    await viewer.page.waitForTimeout(400);
    await expectHarmless(viewer);
    await viewer.close();
  });
});

function open(setting: Setting, path: string, viewport: { width: number; height: number }): Promise<Viewer> {
  // A session of that name is not there; the browser itself says so.
  return setting.open(path, { viewport, excused: /status of 404/ });
}

async function expectHarmless({ page, complaints }: Viewer): Promise<void> {
  const found = await page.evaluate(() => ({
    ran: 'pwned' in window,
    handlers: [...document.querySelectorAll('*')].flatMap((element) =>
      element.getAttributeNames().filter((name) => name.startsWith('on')),
    ),
    links: [...document.querySelectorAll('a')].filter((link) =>
      /^\s*javascript:/i.test(link.getAttribute('href') ?? ''),
    ).length,
    frames: document.querySelectorAll('iframe, object, embed, script:not([src])').length,
  }));
  expect(found).toEqual({ ran: false, handlers: [], links: 0, frames: 0 });
  expect(complaints()).toEqual([]);
}

/** Every field that a page shows holds every attack. */
function hostileSession(): SessionTeller {
  const file = `/p/${attacks.image.replaceAll('/', '')}/${attacks.attribute}.ts`;
  const session = tellSession({
    name: 'hostile',
    cwd: `/p/${attacks.image.replaceAll('/', '')}`,
    branch: everything,
    startMs: Date.now() - 120_000,
    model: attacks.script,
  });
  session.prompt(`the first ${everything}`);
  session.say(everything);
  session.call('Bash', { command: everything, description: everything }, printed(everything));
  session.fail('Bash', { command: everything, description: everything }, `Exit code 1\n${everything}`);
  session.call('Read', { file_path: file }, fileText(file, everything));
  session.call(
    'Edit',
    ...edited(file, everything, `${everything} more`, { before: everything, after: everything, line: 1 }),
  );
  session.call(
    'Write',
    { file_path: file, content: everything },
    { type: 'create', filePath: file, content: everything, structuredPatch: [] },
  );
  session.call(
    'Grep',
    { pattern: everything, path: file },
    { mode: 'content', numFiles: 1, filenames: [file], content: everything },
  );
  session.call('Glob', { pattern: everything }, { filenames: [file], numFiles: 1, durationMs: 1, truncated: false });
  session.call(
    'WebFetch',
    { url: 'javascript:pwned(10)', prompt: everything },
    { bytes: 1, code: 200, codeText: everything, result: everything, durationMs: 1 },
  );
  session.call(
    'WebSearch',
    { query: everything },
    {
      query: everything,
      results: [{ tool_use_id: 'x', content: [{ title: everything, url: 'javascript:pwned(11)' }] }, everything],
      durationSeconds: 1,
    },
  );
  session.call(
    'TodoWrite',
    { todos: [{ content: everything, status: 'pending', activeForm: everything }] },
    { oldTodos: [], newTodos: [{ content: everything, status: 'completed', activeForm: everything }] },
  );
  session.call(`mcp__${attacks.script}__${attacks.image}`, { [attacks.image]: everything }, [
    { type: 'text', text: everything },
  ]);
  session.call('ExitPlanMode', { plan: everything }, { plan: everything });
  const questions = [
    {
      question: everything,
      header: everything,
      multiSelect: false,
      options: [{ label: everything, description: everything }],
    },
  ];
  session.call('AskUserQuestion', { questions }, { questions, answers: { [everything]: everything } });
  session.subagent(
    everything,
    everything,
    everything,
    (agent) => agent.call('Bash', { command: everything }, printed(everything)),
    everything,
  );
  session.call(everything, { [everything]: everything }, { [everything]: everything });
  session.stop(everything);
  session.prompt(`the last ${everything}`);
  session.ask('Bash', { command: everything, description: everything });
  return session;
}

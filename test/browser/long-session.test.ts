// biome-ignore-all lint/performance/useDomNodeTextContent: what a reader sees is asked for, not what the DOM holds.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tellSession } from '../../apps/cli/src/demo/tell-session.ts';
import { printed } from '../../apps/cli/src/demo/tool-results.ts';
import { requires } from '../requires.ts';
import { waitFor } from '../wait.ts';
import { deliverTranscript, sendHook } from './deliver.ts';
import { createSetting, type Setting, type Viewer } from './setting.ts';

const turns = 8;
const calls = 60;
/** One event each: start, per turn a prompt, three of each call, a stop. */
const events = 1 + turns * (2 + 3 * calls);

describe.runIf(requires('chromium'))('a session of several pages', () => {
  let setting: Setting;
  const session = tellSession({ name: 'several pages', cwd: '/p/pages', startMs: Date.now() - 3_600_000 });
  beforeAll(async () => {
    setting = await createSetting();
    for (let turn = 1; turn <= turns; turn += 1) {
      session.prompt(`Part ${turn}`);
      for (let n = 0; n < calls; n += 1) session.call('Bash', { command: `step ${turn}.${n}` }, printed(`${n}`));
      session.stop(`Part ${turn} is done.`);
    }
    const waiting = [...session.hooks];
    const send = async () => {
      for (let hook = waiting.shift(); hook; hook = waiting.shift()) await sendHook(setting.service, hook);
    };
    await Promise.all(Array.from({ length: 8 }, send));
    await deliverTranscript(setting.service, session);
  });
  afterAll(() => setting.close());

  /** A page whose reading of what came before is held until `release`. */
  async function openHeld(query = ''): Promise<Viewer & { release(): void }> {
    const viewer = await setting.open('/sessions');
    let release = () => {};
    const released = new Promise<void>((done) => {
      release = done;
    });
    await viewer.page.route(/[?&]before=/, async (route) => {
      await released;
      await route.continue();
    });
    await viewer.page.goto(`${setting.service.url}/sessions/${session.sessionId}${query}`);
    return Object.assign(viewer, { release });
  }

  const prompts = (viewer: Viewer) => viewer.rows.filter({ hasText: /Part \d/ });
  const reading = (viewer: Viewer) => viewer.page.getByRole('status').filter({ hasText: 'reading' });

  it('shows its end while what came before is read, and then the whole without moving it', async () => {
    expect(session.hooks.length).toBe(events);
    const viewer = await openHeld();
    const last = viewer.rows.filter({ hasText: `Part ${turns} is done.` }).last();
    await last.waitFor();
    await viewer.rows.filter({ hasText: `step ${turns}.${calls - 1}` }).waitFor();
    await reading(viewer).getByText('reading what came before … 1,000 events').waitFor();
    await viewer.shot('session-being-read');
    const isAtEnd =
      '(() => { const { scrollHeight, scrollTop, clientHeight } = document.querySelector("[role=grid]"); return scrollHeight - scrollTop - clientHeight < 1; })()';
    await waitFor('the end', () => viewer.page.evaluate<boolean>(isAtEnd));
    // Rows that are measured for the first time move the end a last time.
    let before = await last.boundingBox();
    await waitFor('a place that holds', async () => {
      const seen = before;
      await viewer.page.evaluate('new Promise((done) => requestAnimationFrame(() => setTimeout(done, 100)))');
      before = await last.boundingBox();
      return JSON.stringify(before) === JSON.stringify(seen);
    });
    viewer.release();
    await reading(viewer).waitFor({ state: 'detached' });
    await viewer.page
      .locator('.rail .mark')
      .nth(turns - 1)
      .waitFor();
    expect(await last.boundingBox()).toEqual(before);

    await viewer.page.locator('.rail .mark').first().click();
    await prompts(viewer).filter({ hasText: 'Part 1' }).first().waitFor();
    const told = await viewer.page.evaluate<string>('document.querySelector(".rail").innerText');
    expect(told.replaceAll(/\s+/g, ' ').trim()).toBe(
      Array.from({ length: turns }, (_, at) => `${at + 1} Part ${at + 1}`).join(' '),
    );
    await viewer.close();
  });

  it('waits for the place that the address names, where that has not been read yet', async () => {
    const early = (await setting.service.events(`session=${session.sessionId}`)).find(
      ({ summary, name }) => name === 'PreToolUse' && summary.includes('step 2.7'),
    );
    const viewer = await openHeld(`?at=${early?.seq}`);
    await waitFor(
      'a page of it',
      async () => (await reading(viewer).innerText()) === 'reading the session … 1,000 events',
    );
    expect(await viewer.rows.count()).toBe(0);
    viewer.release();
    await viewer.page.locator('[role=row][aria-selected=true]', { hasText: 'step 2.7' }).waitFor();
    await viewer.close();
  });

  it('opens at once at a place near its end', async () => {
    const all = await setting.service.events(`session=${session.sessionId}`);
    const late = all.findLast(({ summary, name }) => name === 'PreToolUse' && summary.includes(`step ${turns}.7`));
    const viewer = await openHeld(`?at=${late?.seq}`);
    await viewer.page.locator('[role=row][aria-selected=true]', { hasText: `step ${turns}.7` }).waitFor();
    await reading(viewer).waitFor();
    viewer.release();
    await reading(viewer).waitFor({ state: 'detached' });
    await viewer.close();
  });
});

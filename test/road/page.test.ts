import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { openBrowser, openPage, type WatchedPage } from '../browser.ts';
import type { Stage } from '../client/stage.ts';
import { requires, requiresClaude } from '../requires.ts';
import { serviceFor } from '../running-service.ts';
import { parallelSubagents } from '../scenarios/subagents.ts';
import { longSession, tools } from '../scenarios/tools.ts';
import type { Service } from '../service.ts';
import { createConnectedStage, delivered } from '../system.ts';
import { waitFor } from '../wait.ts';
import { expectedRows, sentTo, shownRows } from './shown.ts';

const canPlay = requires('chromium') && (await requiresClaude());

describe.runIf(canPlay)('the page while the real client works', () => {
  const running = serviceFor('tests');
  let service: Service;
  let browser: Browser;
  let stage: Stage;
  let watched: WatchedPage;
  beforeAll(async () => {
    service = running.current;
    browser = await openBrowser();
  });
  afterEach(async () => {
    await watched.close();
    await stage.close();
  });
  afterAll(() => browser.close());

  it('shows each hook within a second', async () => {
    watched = await openPage(browser, { url: service.url });
    stage = await createConnectedStage({ service, project: 'within-a-second' });
    await tools.play(stage);
    await delivered(stage, service);
    await expectWholeFeed('within-a-second');
    const lags = watched.frames.flatMap(({ atMs, message }) =>
      'events' in message ? message.events.map((event) => atMs - Date.parse(event.at)) : [],
    );
    expect(Math.max(...lags), `ms after the hook: ${lags.join(', ')}`).toBeLessThan(1_000);
    expect(watched.complaints).toEqual([]);
  });

  it('goes on without a gap or a repetition after the service was killed and started twice', async () => {
    watched = await openPage(browser, { url: `${service.url}/?filter=app:reconnect`, height: 3000 });
    stage = await createConnectedStage({ service, project: 'reconnect' });
    const working = longSession.play(stage);
    for (const calls of [8, 20]) {
      await stage.api.reached('turn-1', calls);
      await service.kill();
      await service.start();
    }
    await working;
    await delivered(stage, service);
    await expectWholeFeed('reconnect');
    const shown = await waitForRows(expectedRows(stage.recorder.recorded()).length);
    for (let n = 0; n < 40; n++) expect(shown.filter((row) => row.includes(` echo ${n} `)).length, `echo ${n}`).toBe(1);
    // The browser itself reports a connection that is refused; the page has nothing to add.
    expect(
      watched.complaints.filter((what) => !/ERR_CONNECTION_REFUSED|WebSocket connection .* failed/.test(what)),
    ).toEqual([]);
  });

  it('tells the session as a story: the prompt, what was said, what was done and by whom', async () => {
    stage = await createConnectedStage({ service, project: 'story' });
    await parallelSubagents.play(stage);
    await delivered(stage, service);
    const [first] = stage.recorder.recorded();
    watched = await openPage(browser, { url: `${service.url}/sessions/${first?.input.session_id}`, height: 3000 });
    const said = ['Have two helpers look at it.', 'Sending two.', 'Both are back.', 'Scout', 'Build', 'story'];
    for (const words of said) await watched.page.getByText(words).first().waitFor();
    expect(watched.complaints).toEqual([]);
  });

  /** What the service holds has come over the socket, each event once. */
  async function expectWholeFeed(app: string): Promise<void> {
    const ids = (await service.events(`app=${app}`)).map((event) => event.id).sort();
    await waitFor('the last live frame', () => sentTo(watched, app).length >= ids.length);
    expect(sentTo(watched, app)).toEqual(ids);
  }

  async function waitForRows(count: number): Promise<string[]> {
    await waitFor(`${count} rows`, async () => (await shownRows(watched)).length >= count);
    return shownRows(watched);
  }
});

import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openBrowser, openPage, type WatchedPage } from '../browser.ts';
import type { ClientAge } from '../client/binary.ts';
import type { Recorded } from '../client/recorder.ts';
import { requires, requiresClaude } from '../requires.ts';
import { serviceFor } from '../running-service.ts';
import { scenarios } from '../scenarios/index.ts';
import type { Scenario } from '../scenarios/scenario.ts';
import type { Service } from '../service.ts';
import { rejectedIn } from '../spool.ts';
import { isSoak } from '../stack/size.ts';
import { createConnectedStage, delivered } from '../system.ts';
import { waitFor } from '../wait.ts';
import { disorder } from './causal-order.ts';
import { fired, stored } from './compare.ts';
import { expectedRows, sentTo, shownRows } from './shown.ts';
import { storedTranscript, writtenTranscripts } from './transcripts.ts';

const ages: ClientAge[] = ['new', 'old'];

for (const age of ages) {
  const title = `what the real client (${age}) fired is what the service holds and the page shows`;
  describe.runIf(await requiresClaude(age))(title, () => {
    const service = serviceFor('tests');
    let browser: Browser | undefined;
    let live: WatchedPage | undefined;
    beforeAll(async () => {
      if (age !== 'new' || !requires('chromium')) return;
      browser = await openBrowser();
      live = await openPage(browser, { url: service.current.url });
    });
    afterAll(() => browser?.close());

    for (const scenario of scenarios) {
      if (age === 'old' && scenario.isAlikeInOld && !isSoak) continue;
      const canPlay = scenario.needs ? requires(scenario.needs) : true;
      it.runIf(canPlay)(`${scenario.name}: ${scenario.about}`, async () => {
        const recorded = await play(scenario, age, service.current);
        if (!browser || !live || scenario.unawaited) return;
        await expectShown(scenario, service.current, recorded, live, browser);
      });
    }
  });
}

async function play(scenario: Scenario, age: ClientAge, service: Service): Promise<Recorded[]> {
  const settings = scenario.settings ?? {};
  const stage = await createConnectedStage({ service, age, settings, project: scenario.name });
  try {
    await scenario.play(stage);
    await delivered(stage, service);
    const isAwaited = ({ name }: { name: string }) => !scenario.unawaited?.includes(name);
    const recorded = stage.recorder.recorded();
    const events = await service.events(`app=${scenario.name}`);

    const fires = typeof scenario.fires === 'function' ? scenario.fires(age) : scenario.fires;
    expect({ ...fires, ...countByName(recorded.filter(isAwaited)) }).toEqual(fires);
    expect(stored(events.filter(isAwaited))).toEqual(fired(recorded.filter(isAwaited)));
    expect(stored(events).length).toBeLessThanOrEqual(sumOf(fires));
    expect(disorder(events)).toEqual([]);
    expect(rejectedIn(service.home)).toEqual([]);
    for (const written of writtenTranscripts(stage.transcripts)) {
      expect(await storedTranscript(service, written)).toEqual(written);
    }
    return recorded;
  } finally {
    await stage.close();
  }
}

/** On a page that was open all the time: each event sent once. On a fresh one: a line for each action. */
async function expectShown(
  { name }: Scenario,
  service: Service,
  recorded: readonly Recorded[],
  live: WatchedPage,
  browser: Browser,
): Promise<void> {
  const ids = (await service.events(`app=${name}`)).map((event) => event.id).sort();
  await waitFor('the last live frame', () => sentTo(live, name).length >= ids.length);
  expect(sentTo(live, name)).toEqual(ids);
  expect(live.complaints).toEqual([]);

  const fresh = await openPage(browser, { url: `${service.url}/?filter=app:${name}`, height: 3000 });
  const expected = expectedRows(recorded);
  const isWhole = async () => (await shownRows(fresh)).length >= expected.length;
  await waitFor('the rows', isWhole, 20_000).catch(() => undefined); // compared below
  const shown = await shownRows(fresh);
  for (const word of expected) {
    const index = shown.findIndex((row) => row.includes(word));
    expect(index, `a line with “${word}” among ${JSON.stringify(shown)}`).toBeGreaterThanOrEqual(0);
    shown.splice(index, 1);
  }
  expect(shown, 'lines that nothing explains').toEqual([]);
  expect(fresh.complaints).toEqual([]);
  await fresh.close();
}

function countByName(recorded: readonly Recorded[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { name } of recorded) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}

const sumOf = (counts: Record<string, number>): number => Object.values(counts).reduce((sum, count) => sum + count, 0);

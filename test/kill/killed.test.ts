import { beforeEach, describe, expect, it } from 'vitest';
import { requiresClaude } from '../requires.ts';
import { fired, stored } from '../road/compare.ts';
import { serviceFor } from '../running-service.ts';
import { longSession } from '../scenarios/tools.ts';
import type { Service } from '../service.ts';
import { size } from '../stack/size.ts';
import { createConnectedStage, delivered } from '../system.ts';
import { waitFor } from '../wait.ts';
import { createAnswerDropper } from './answer-dropper.ts';
import { startEarlyAcknowledger } from './early-acknowledger.ts';
import { killAgain } from './kill-again.ts';
import { type Load, startHooks } from './load.ts';

const hasClaude = await requiresClaude();

describe('a service that is killed again and again', { timeout: size.timeoutMs }, () => {
  const running = serviceFor('each test');
  let service: Service;
  beforeEach(() => {
    service = running.current;
  });

  it(`holds every acknowledged event once after ${size.serviceKills} kills under load`, async () => {
    const load = startHooks({ url: service.url, sessionId: 'under-load' });
    await killAgain(service, size.serviceKills);
    await waitFor('1,000 events', () => load.acknowledged.size >= 1_000);
    await load.finish();
    expect(load.retries()).toBeGreaterThan(size.serviceKills);
    expect(await storedNumbers(service)).toEqual(acknowledgedNumbers(load));
  });

  it.runIf(hasClaude)(`holds every hook once after ${size.workKills} kills while the client works`, async () => {
    const stage = await createConnectedStage({ service, project: 'at-work' });
    try {
      let isOver = false;
      const killing = killAgain(service, size.workKills).finally(() => {
        isOver = true;
      });
      let sessions = 0;
      do {
        await Promise.all([longSession.play(stage), longSession.play(stage)]);
        sessions += 2;
      } while (!isOver);
      await killing;
      await delivered(stage, service);
      const told = stored(await service.events('app=at-work'));
      expect(told).toEqual(fired(stage.recorder.recorded()));
      expect(told.length).toBe(sessions * (3 * 40 + 4));
    } finally {
      await stage.close();
    }
  });

  it('control: a sender that makes up a new id for every try leaves duplicates', async () => {
    const dropper = await createAnswerDropper(service.url);
    const load = startHooks({ url: dropper.url, sessionId: 'under-load', ignoresIds: true });
    await killAgain(service, 3);
    await load.finish();
    await dropper.close();
    const numbers = await storedNumbers(service);
    expect(new Set(numbers)).toEqual(new Set(acknowledgedNumbers(load)));
    expect(numbers.length).toBeGreaterThan(acknowledgedNumbers(load).length);
  });

  it('control: a server that acknowledges before it has stored leaves losses', async () => {
    const early = await startEarlyAcknowledger(service.url);
    const load = startHooks({ url: early.url, sessionId: 'under-load' });
    await waitFor('some acknowledged', () => load.acknowledged.size >= 20);
    await early.kill();
    const acknowledged = acknowledgedNumbers(load);
    await service.kill();
    await service.start();
    await early.start();
    await load.finish();
    await early.kill();
    const numbers = new Set(await storedNumbers(service));
    const lost = acknowledged.filter((n) => !numbers.has(n));
    expect(lost.length).toBeGreaterThan(0);
  });
});

/** The numbers the stored events carry, in order, each as often as it is stored. */
async function storedNumbers(service: Service): Promise<number[]> {
  const events = await service.events('session=under-load');
  return events.map((event) => Number(event.toolUseId?.slice('toolu_'.length))).sort((a, b) => a - b);
}

const acknowledgedNumbers = (load: Load): number[] => [...load.acknowledged].sort((a, b) => a - b);

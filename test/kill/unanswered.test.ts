import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Stage } from '../client/stage.ts';
import { requiresClaude } from '../requires.ts';
import { fired, stored } from '../road/compare.ts';
import { storedTranscript, writtenTranscripts } from '../road/transcripts.ts';
import { serviceFor } from '../running-service.ts';
import { longSession, tools } from '../scenarios/tools.ts';
import type { Service } from '../service.ts';
import { waitingIn } from '../spool.ts';
import { createConnectedStage, delivered } from '../system.ts';
import { waitFor } from '../wait.ts';
import { createAnswerDropper } from './answer-dropper.ts';
import { createHangingServer } from './hanging-server.ts';
import { startHooks } from './load.ts';

const hasClaude = await requiresClaude();

describe('a service whose answers do not come', () => {
  const running = serviceFor('each test', false);
  let service: Service;
  let stage: Stage | undefined;
  beforeEach(() => {
    service = running.current;
  });
  afterEach(async () => {
    await stage?.close();
    stage = undefined;
  });

  async function expectEverythingOnce(played: Stage, app: string): Promise<void> {
    await delivered(played, service);
    const events = await service.events(`app=${app}`);
    expect(stored(events)).toEqual(fired(played.recorder.recorded()));
    expect(events.length).toBeGreaterThan(10);
    for (const written of writtenTranscripts(played.transcripts)) {
      expect(await storedTranscript(service, written)).toEqual(written);
    }
  }

  it('stores once what was posted again because every tenth answer was lost', async () => {
    await service.start();
    const dropper = await createAnswerDropper(service.url);
    const load = startHooks({ url: dropper.url, sessionId: 'dropped', senders: 4 });
    await waitFor('500 events', () => load.acknowledged.size >= 500, 60_000);
    await load.finish();
    await dropper.close();
    const ids = (await service.events('session=dropped')).map((event) => event.id);
    expect(dropper.dropped.length).toBeGreaterThanOrEqual(50);
    expect(load.retries()).toBe(dropper.dropped.length);
    expect(ids.length).toBe(load.acknowledged.size);
    expect(new Set(ids).size).toBe(ids.length);
  });

  describe.runIf(hasClaude)('while the real client works', () => {
    it('the hooks post again what was not answered, and it is stored once', async () => {
      await service.start();
      const dropper = await createAnswerDropper(service.url);
      stage = await createConnectedStage({ service, url: dropper.url, project: 'dropped' });
      await longSession.play(stage);
      await expectEverythingOnce(stage, 'dropped');
      await dropper.close();
      expect(dropper.dropped.length).toBeGreaterThan(5);
    });

    it('a service that was down for the whole session finds everything when it starts', async () => {
      stage = await createConnectedStage({ service, project: 'down' });
      await tools.play(stage);
      expect(waitingIn(service.home).length).toBeGreaterThan(10);
      await service.start();
      await expectEverythingOnce(stage, 'down');
    });

    it('a server that hangs delays nothing, and what waited arrives when it is replaced', async () => {
      stage = await createConnectedStage({ service, project: 'hanging' });
      const port = Number(new URL(service.url).port);
      const hanging = await createHangingServer(port);
      const wallMs = await durationOf(() => tools.play(stage as Stage));
      expect(hanging.accepted()).toBeGreaterThan(0);
      await hanging.close();
      await service.start();
      await expectEverythingOnce(stage, 'hanging');
      const calmMs = await durationOf(() => tools.play(stage as Stage));
      expect(wallMs).toBeLessThan(2 * calmMs + 9_000); // each waited-for answer would cost 10 s, and there are dozens
    });
  });
});

async function durationOf(work: () => Promise<void>): Promise<number> {
  const started = performance.now();
  await work();
  return performance.now() - started;
}

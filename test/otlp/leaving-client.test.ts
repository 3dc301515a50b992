import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createStage, type Stage } from '../client/stage.ts';
import { requiresClaude, requiresGateway, requiresStack } from '../requires.ts';
import { logsPayload, metricsPayload, send } from '../stack/payloads.ts';
import { logql, promql } from '../stack/queries.ts';
import { createStack, type Stack } from '../stack/stack.ts';
import { waitFor } from '../wait.ts';
import { expectEvents, expectMetrics, expectShown, type Served, telemetry } from './client-truth.ts';
import { createRoad, type Way } from './roads.ts';

const stackIsHere = await requiresStack();
const isHere = { new: stackIsHere && (await requiresClaude('new')), old: stackIsHere && (await requiresClaude('old')) };
const hasGateway = isHere.new && (await requiresGateway());

const firstAnswer: Served = ({ step }) => step === 0;
const everything: Served = () => true;

describe('of a client that leaves, the dashboards show (T18)', () => {
  let stack: Stack;
  let tries = 0;
  beforeAll(async () => {
    if (stackIsHere) stack = await createStack({ start: ['collector', 'prometheus', 'loki'] });
  });
  afterAll(() => stack?.stop());

  for (const age of ['new', 'old'] as const) {
    it.runIf(isHere[age])(`all that was answered before SIGINT (${age})`, async () => {
      const project = `interrupted-${age}`;
      const stage = await createStage({ age, project, env: telemetry(stack.otlp, project) });
      try {
        const claude = stage.start(twoAnswers(stage, new Promise(() => {})));
        await stage.api.reached('turn-1', 1);
        claude.kill('SIGINT');
        await claude.done;
        await expectShown(stack, project, stage, firstAnswer);
      } finally {
        await stage.close();
      }
    });
  }

  // The client gives its last words two seconds, and asks again after a 503 only. What is lost is its last answer:
  it.runIf(isHere.new)('all but its last answer, when connections are refused for three seconds', () =>
    leaves('refused', { blockedFor: 'its whole leave', costs: firstAnswer, events: firstAnswer }),
  );
  it.runIf(isHere.new)('all but its last answer, when the collector answers 503 for three seconds', () =>
    leaves('503', { blockedFor: 'its whole leave', costs: firstAnswer, events: firstAnswer }),
  );

  // A busy machine may take more than the two seconds of a client, or hold it up until it exports once more: then
  // another one tries.
  const retry = 2;
  it.runIf(hasGateway)('its last events, not its last cost, when the gateway waits three seconds', { retry }, () =>
    leaves('gateway', { blockedFor: 'its whole leave', costs: firstAnswer, events: everything }),
  );
  it.runIf(isHere.new)('everything, when the collector answers 503 once', { retry }, () =>
    leaves('503', { blockedFor: 'a moment', costs: everything, events: everything }),
  );
  it.runIf(hasGateway)('everything, when the gateway waits for a moment', { retry }, () =>
    leaves('gateway', { blockedFor: 'a moment', costs: everything, events: everything }),
  );

  /** The road is blocked when the first answer is known, and before the second. */
  async function leaves(
    way: Way,
    { blockedFor, costs, events }: { blockedFor: 'its whole leave' | 'a moment'; costs: Served; events: Served },
  ): Promise<void> {
    const project = `leaves-${++tries}`;
    const road = await createRoad(stack, way);
    const { promise: isTime, resolve: time } = withResolver();
    const stage = await createStage({ project, env: telemetry(road.url, project) });
    try {
      const claude = stage.start(twoAnswers(stage, isTime));
      await stage.api.reached('turn-1', 1);
      await expectShown(stack, project, stage, firstAnswer);
      const blockedAt = Date.now();
      await road.block();
      if (blockedFor === 'a moment') road.freeSoon();
      time();
      await claude.done;
      await waitFor('three seconds', () => Date.now() - blockedAt >= 3_000);
      await road.free();
      await passedOn(stack, road.url, project);
      await expectEvents(stack, project, stage, events);
      await expectMetrics(stack, project, stage, costs);
    } finally {
      await stage.close();
      await road.close();
    }
  }
});

/** A tool call at once; the last words when it is time. */
function twoAnswers(stage: Stage, time: Promise<unknown>): string {
  return stage.prompt('Take your time.', [
    { say: 'Looking.', calls: [{ name: 'Bash', input: { command: 'ls', description: 'Look' } }] },
    { say: 'Done.', heldUntil: time },
  ]);
}

/** Whatever the collector has taken until now is in Prometheus and Loki: they take one thing after the other. */
async function passedOn(stack: Stack, otlp: string, project: string): Promise<void> {
  const at = Date.now();
  const attributes = { 'session.id': `after-${project}` };
  const point = { name: 'claude_code.after', points: [{ startedAt: at, at, value: 1, attributes }] };
  expect(await send(otlp, 'metrics', metricsPayload([point]))).toBe(200);
  expect(await send(otlp, 'logs', logsPayload([{ name: 'after', at, attributes }]))).toBe(200);
  await waitFor('what came after in Prometheus and Loki', async () => {
    const points = await promql(stack.prometheus, `claude_code_after_total{session_id="after-${project}"}`);
    const event = `{service_name="claude-code", event_name="after"} | session_id="after-${project}"`;
    const events = await logql(stack.loki, `count_over_time(${event} [1h])`);
    return points.length > 0 && events.length > 0;
  });
}

function withResolver(): { promise: Promise<void>; resolve: () => void } {
  let resolve = () => {};
  const promise = new Promise<void>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}

import { expect, it } from 'vitest';
import { otlpBodies, otlpContext } from '../../fixtures/otlp.ts';
import { scenarioOf } from '../../fixtures/scenario.ts';
import type { TelltaleEvent } from '../event.ts';
import { emptyFold, foldEvent, sessionOf } from '../session.ts';
import { readLogs } from '../sources/otlp.ts';

const recordings = ['hello', 'tools', 'denied', 'mcp', 'multi-turn', 'subagents', 'tasks', 'git-commit', 'interactive'];

it.each(recordings)('counts without hooks what hooks count: %s', (name) => {
  const hooks = scenarioOf(name).events;
  const telemetry = otlpBodies(`${name}-logs`)
    .flatMap((body) => readLogs(body, otlpContext).records)
    .map(({ event }, index) => ({ ...event, seq: 1000 + index }));
  const ids = [...new Set(hooks.map(({ sessionId = '' }) => sessionId))];
  const told = ids.map((id) => countsIn(hooks, id));
  expect(told[0]?.[0]).toBeGreaterThan(0);
  expect(ids.map((id) => countsIn(telemetry, id))).toEqual(told);
  // Not twice where both tell.
  expect(ids.map((id) => countsIn([...telemetry, ...hooks], id))).toEqual(told);
  expect(ids.map((id) => countsIn([...hooks, ...telemetry], id))).toEqual(told);
});

it('takes no command of the client for a prompt, nor what a background task reported', () => {
  const prompts = [
    { prompt: '<REDACTED>' },
    { prompt: '<REDACTED>', command_name: 'deploy', command_source: 'custom' },
    { prompt: '<REDACTED>', command_name: 'clear', command_source: 'builtin' },
    { prompt: '<task-notification><task-id>1</task-id></task-notification>' },
  ];
  const events = prompts.map(
    (payload, seq): TelltaleEvent => ({
      ...{ seq, id: `e${seq}`, source: 'otel', name: 'user_prompt', sessionId: 's', promptId: `p${seq}`, app: 'shop' },
      ...{ at: `2026-11-21T09:00:0${seq}.000Z`, summary: '', payload },
    }),
  );
  expect(countsIn(events, 's')).toEqual([2, 0, 0]);
});

function countsIn(events: readonly TelltaleEvent[], sessionId: string): number[] {
  const fold = emptyFold(sessionId);
  for (const event of events) if (event.sessionId === sessionId) foldEvent(fold, event);
  const { prompts, tools, failures } = sessionOf(fold, Date.parse(fold.lastAt));
  return [prompts, tools, failures];
}

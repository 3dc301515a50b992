import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hookEvent } from '../../fixtures/hook-event.ts';
import { scenarioNames, scenarioOf } from '../../fixtures/scenario.ts';
import { actionsOf } from '../actions.ts';
import { agentsOf } from '../agent-tree.ts';
import type { TelltaleEvent } from '../event.ts';
import { byTime } from '../iso-time.ts';
import { emptyFold, foldEvent, isBefore, sessionOf } from '../session.ts';
import { sessionSchema } from '../session-view.ts';

/** Feeds events as they come and starts over when one belongs before what is folded, as the store does. */
function delivered(events: readonly TelltaleEvent[]) {
  let fold = emptyFold('s');
  const stored: TelltaleEvent[] = [];
  for (const event of events) {
    stored.push(event);
    if (!isBefore(event, fold)) foldEvent(fold, event);
    else {
      fold = emptyFold('s');
      for (const earlier of [...stored].sort(byTime)) foldEvent(fold, earlier);
    }
  }
  return fold;
}

/** The naive way: in the order of arrival. */
function inOrderOfArrival(events: readonly TelltaleEvent[]) {
  const fold = emptyFold('s');
  for (const event of events) foldEvent(fold, event);
  return fold;
}

describe('the order of delivery', () => {
  it.each(scenarioNames)('of %s does not matter', (name) => {
    const { events } = scenarioOf(name);
    const expected = delivered(events);
    const shuffled = fc.shuffledSubarray([...events], { minLength: events.length, maxLength: events.length });
    fc.assert(
      fc.property(shuffled, (order) => {
        expect(delivered(order)).toEqual(expected);
        expect(actionsOf(order)).toEqual(actionsOf(events));
        expect(agentsOf(order)).toEqual(agentsOf(events));
      }),
      { numRuns: 25 },
    );
  });

  it('matters to a fold in the order of arrival', () => {
    const { events } = scenarioOf('tools');
    expect(inOrderOfArrival([...events].reverse())).not.toEqual(delivered(events));
  });
});

it('counts a call once whose end comes after its session, its turn or its agent was over', () => {
  const call = { tool_name: 'Bash', tool_use_id: 't1' };
  const ends = [
    { hook_event_name: 'PostToolUse', ...call },
    { hook_event_name: 'PostToolUseFailure', ...call },
    { hook_event_name: 'PostToolBatch', tool_calls: [{ tool_use_id: 't1', tool_response: '<tool_use_error>x' }] },
  ];
  const overs = ['SessionStart', 'SessionEnd', 'UserPromptSubmit', 'Stop'];
  for (const over of overs) {
    const counted = ends.map((end) => {
      const inputs = [{ hook_event_name: 'PreToolUse', ...call }, { hook_event_name: over }, end];
      const fold = delivered(inputs.map((input, step) => hookEvent(input, step)));
      return [fold.tools, fold.failures];
    });
    expect(counted, over).toEqual([
      [1, 0],
      [1, 1],
      [1, 1],
    ]);
  }
});

const tool = fc.constantFrom('Bash', 'Edit', 'Agent', 'AskUserQuestion', 'mcp__lab__add');
const anyInput = fc.record(
  {
    hook_event_name: fc.constantFrom(
      ...['SessionStart', 'UserPromptSubmit', 'PreToolUse', 'PermissionRequest', 'PostToolUse', 'PostToolUseFailure'],
      ...['PostToolBatch', 'SubagentStart', 'SubagentStop', 'Stop', 'StopFailure', 'SessionEnd', 'Notification'],
      ...['Elicitation', 'ElicitationResult', 'PreCompact', 'PostCompact', 'MessageDisplay', 'Future'],
    ),
    tool_name: tool,
    tool_use_id: fc.constantFrom('t1', 't2', 't3', 't4'),
    tool_input: fc.oneof(
      fc.record({ command: fc.constantFrom('a', 'b'), file_path: fc.constant('/p/x') }),
      fc.anything(),
    ),
    tool_response: fc.anything(),
    tool_calls: fc.array(
      fc.record({
        tool_use_id: fc.constantFrom('t1', 't5'),
        tool_response: fc.constantFrom('<tool_use_error>x', 'ok'),
      }),
    ),
    agent_id: fc.constantFrom('a1', 'a2'),
    agent_type: fc.constantFrom('', 'Explore'),
    source: fc.constantFrom('startup', 'resume', 'clear', 'compact'),
    notification_type: fc.constantFrom('permission_prompt', 'idle_prompt', 'other'),
    background_tasks: fc.oneof(fc.constant([]), fc.constant([{ id: 'a1', type: 'subagent' }]), fc.anything()),
    prompt: fc.oneof(fc.string(), fc.constant('<task-notification><task-id>a1</task-id>')),
    error: fc.anything(),
    message: fc.anything(),
  },
  { requiredKeys: ['hook_event_name'] },
);

describe('any sequence of hooks', () => {
  it('gives a session that fits its schema, whose numbers add up and whose waits end with it', () => {
    fc.assert(
      fc.property(fc.array(anyInput, { maxLength: 40 }), (inputs) => {
        const events = inputs.map((input, step) => hookEvent(input, step));
        const fold = delivered(events);
        if (events.length === 0) return;
        const session = sessionOf(fold, Date.parse(fold.lastAt) + 1000);
        expect(sessionSchema.parse(session)).toEqual(session);
        expect(JSON.parse(JSON.stringify(fold))).toEqual(fold);
        expect(session.failures).toBeLessThanOrEqual(session.tools);
        expect(session.tools).toBeLessThanOrEqual(5);
        expect(session.waitedMs).toBeLessThanOrEqual(events.length * 1000);
        if (session.state === 'ended') expect(session.waiting).toEqual([]);
        expect(new Set(session.waiting.flatMap((wait) => wait.toolUseId ?? [])).size).toBe(
          session.waiting.filter((wait) => wait.toolUseId !== undefined).length,
        );
      }),
      { numRuns: 600 },
    );
  });
});

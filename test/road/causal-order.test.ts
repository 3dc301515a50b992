import type { TelltaleEvent } from '@telltale/core';
import { describe, expect, it } from 'vitest';
import { disorder } from './causal-order.ts';

const at = (second: number): string => new Date(Date.UTC(2026, 0, 1, 0, 0, second)).toISOString();

function event(name: string, second: number, more: Partial<TelltaleEvent> = {}): TelltaleEvent {
  const id = `${name} ${second}`;
  return { seq: second, id, source: 'hook', name, sessionId: 's', app: 'shop', at: at(second), summary: '', ...more };
}

const turn = [
  event('UserPromptSubmit', 1, { promptId: 'p' }),
  event('PreToolUse', 2, { promptId: 'p', toolUseId: 't' }),
  event('PostToolUse', 3, { promptId: 'p', toolUseId: 't' }),
  event('PostToolBatch', 4, { promptId: 'p', payload: { tool_calls: [{ tool_use_id: 't' }] } }),
  event('SubagentStart', 5, { agentId: 'a' }),
  event('PreToolUse', 6, { promptId: 'p', toolUseId: 'u', agentId: 'a' }),
  event('SubagentStop', 7, { promptId: 'p', agentId: 'a' }),
  event('Stop', 8, { promptId: 'p' }),
];

describe('the check of causal order', () => {
  it('finds nothing wrong in a turn as it happened, whatever the order of arrival', () => {
    expect(disorder(turn)).toEqual([]);
    expect(disorder(turn.toReversed())).toEqual([]);
  });

  it.each(turn.slice(1).map((effect, index) => [effect.name, index + 1] as const))(
    'control: finds %s (%i) told before everything else',
    (name, index) => {
      const moved = turn.map((one, place) => (place === index ? { ...one, at: at(0) } : one));
      const hasCause = name !== 'SubagentStart';
      expect(disorder(moved).length > 0).toBe(hasCause);
    },
  );
});

import { describe, expect, it } from 'vitest';
import { hookEvents } from '../fixtures/hook-event.ts';
import { scenarioOf } from '../fixtures/scenario.ts';
import { type AgentNode, agentsOf, agentTree } from './agent-tree.ts';

/** `outer(inner)` */
function shape(nodes: readonly AgentNode[]): string {
  return nodes
    .map(
      ({ agent, children }) => `${agent.description ?? agent.id}${children.length > 0 ? `(${shape(children)})` : ''}`,
    )
    .join(' ');
}

const call = (id: string, description: string, more = {}) => ({
  hook_event_name: 'PreToolUse',
  tool_name: 'Agent',
  tool_use_id: id,
  tool_input: { description, subagent_type: 'Explore', run_in_background: false },
  ...more,
});
const start = (id: string) => ({ hook_event_name: 'SubagentStart', agent_id: id, agent_type: 'Explore' });
const answer = (id: string, agentId: string, status = 'completed') => ({
  ...call(id, ''),
  hook_event_name: 'PostToolUse',
  tool_response: { agentId, status },
});

describe('the subagents of a session', () => {
  it('are named, counted and timed as recorded', () => {
    expect(agentsOf(scenarioOf('subagents').events)).toEqual([
      {
        id: 'a7d50c55933f1d0c3',
        type: 'Explore',
        description: 'Look at right.txt',
        toolUseId: 'toolu_SZPL3sUhX3ZpWrfeNKchjH',
        startedAt: '2026-11-21T01:22:51.794Z',
        endedAt: '2026-11-21T01:22:52.402Z',
        tools: 2,
        failures: 0,
        background: false,
        lastLine: 'right.txt says right.',
      },
      {
        id: 'a52dd678aedf78e37',
        type: 'general-purpose',
        description: 'Look at left.txt',
        toolUseId: 'toolu_SXodzCdkcnkHzEiNqt9eAX',
        startedAt: '2026-11-21T01:22:51.947Z',
        endedAt: '2026-11-21T01:22:52.818Z',
        tools: 2,
        failures: 1,
        background: false,
        lastLine: 'left.txt says left.',
      },
    ]);
  });

  it('stand below the agent that started them', () => {
    const events = hookEvents([
      call('t1', 'outer'),
      start('a1'),
      call('t2', 'inner', { agent_id: 'a1', agent_type: 'Explore' }),
      start('a2'),
    ]);
    expect(shape(agentTree(agentsOf(events)))).toBe('outer(inner)');
  });

  it('are put right by the answer of their call when two of one type start in the other order', () => {
    const events = hookEvents([
      call('t1', 'one'),
      call('t2', 'two'),
      start('b'),
      start('a'),
      answer('t2', 'b', 'async_launched'),
      answer('t1', 'a'),
    ]);
    expect(agentsOf(events)).toMatchObject([
      { id: 'b', description: 'two', toolUseId: 't2', background: true },
      { id: 'a', description: 'one', toolUseId: 't1', background: false },
    ]);
  });

  it('are known from the answer alone, as of a background agent whose start comes later', () => {
    const [agent, ...others] = agentsOf(
      hookEvents([call('t1', 'one'), answer('t1', 'a', 'async_launched'), start('a')]),
    );
    expect(others).toEqual([]);
    expect(agent).toMatchObject({ id: 'a', description: 'one', background: true, type: 'Explore' });
    expect(agent).not.toHaveProperty('endedAt');
  });

  it('are all kept, however many', () => {
    const events = hookEvents(Array.from({ length: 300 }, (_, n) => start(`a${n}`)));
    expect(agentsOf(events)).toHaveLength(300);
  });

  it('never make a circle of wrong input', () => {
    const base = { startedAt: '', tools: 0, failures: 0, background: false };
    const circle = [
      { ...base, id: 'a', parentAgentId: 'b' },
      { ...base, id: 'b', parentAgentId: 'a' },
      { ...base, id: 'c', parentAgentId: 'c' },
      { ...base, id: 'd', parentAgentId: 'gone' },
    ];
    expect(shape(agentTree(circle))).toBe('a b c d');
  });
});

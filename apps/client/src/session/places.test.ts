import { buildStory } from '@telltale/core/story';
import { expect, it } from 'vitest';
import { addressOf, findPlace } from './places.ts';
import { indexStory } from './story-index.ts';
import { smallStory } from './story-test.ts';

const index = smallStory();
const key = (wanted: Parameters<typeof findPlace>[1]) => {
  const found = findPlace(index, wanted);
  return found && (found.node?.key ?? index.turnKey(found.turn));
};

it('finds prompts, both events of a call, and what stands in a subagent', () => {
  const call = key({ seq: 2 });
  expect(key({ seq: 1 })).toBe(index.turnKey(0));
  expect(key({ seq: 3 })).toBe(call);
  expect(index.nodeOf(call ?? '')?.item.kind).toBe('action');
  const inner = findPlace(index, { seq: 7 });
  expect(inner?.node?.parents).toEqual([key({ agentId: 'a1' })]);
});

it('leads an event without a row of its own to what came before it, and unknown things nowhere', () => {
  expect(key({ seq: 9_999 })).toBeDefined();
  expect([findPlace(index, {}), findPlace(index, { agentId: 'nobody' }), findPlace(index, { entry: 4 })]).toEqual([
    undefined,
    undefined,
    undefined,
  ]);
});

it('writes an address that finds the same thing again', () => {
  for (const { item, key: own } of index.nodes) {
    if (item.seq === undefined) continue;
    expect(key({ seq: Number(addressOf(item).at) })).toBe(own);
  }
});

it('leads the event that asked for a permission to the call, not to the wait for the answer', () => {
  const base = { source: 'hook', sessionId: 's', app: 'shop', summary: '' } as const;
  const call = { toolName: 'Bash', payload: { tool_name: 'Bash', tool_input: { command: 'git push' } } };
  const names = ['UserPromptSubmit', 'PreToolUse', 'PermissionRequest', 'PostToolUse', 'Stop'];
  const events = names.map((name, at) => ({
    ...{ ...base, ...call, seq: at + 1, id: String(at), name, at: `2026-11-21T10:00:0${at}.000Z` },
    ...(name.endsWith('ToolUse') && { toolUseId: 't' }),
  }));
  const asked = indexStory(buildStory({ events, entries: [] }));
  expect(asked.nodes.map(({ item }) => item.kind)).toContain('wait');
  expect(findPlace(asked, { seq: 3 })?.node?.item.kind).toBe('action');
});

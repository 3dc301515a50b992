import type { TelltaleEvent } from '@telltale/core';
import { expect, it } from 'vitest';
import { keyValues } from './key-values.ts';
import { openAction } from './opened-action.ts';

const base = { source: 'hook' as const, sessionId: 's1', app: 'api', at: '2026-11-21T10:00:00.000Z', summary: '' };

it('puts a call together from its events', () => {
  const input = { command: 'npm test' };
  const events: TelltaleEvent[] = [
    { ...base, seq: 1, id: '1', name: 'PreToolUse', toolName: 'Bash', toolUseId: 't', payload: { tool_input: input } },
    {
      ...{ ...base, seq: 2, id: '2', name: 'PostToolUseFailure', toolName: 'Bash', toolUseId: 't', outcome: 'failed' },
      ...{ durationMs: 12, payload: { tool_input: input, error: 'Exit code 1', cwd: '/x' } },
    },
  ];
  expect(openAction(events)).toEqual({
    ...{ toolName: 'Bash', name: 'PostToolUseFailure', sessionId: 's1', toolUseId: 't', outcome: 'failed' },
    ...{ durationMs: 12, cwd: '/x', input, error: 'Exit code 1', events },
  });
});

it('shows the payload of other events without its bookkeeping', () => {
  const payload = { session_id: 's1', hook_event_name: 'Stop', cwd: '/x', last_assistant_message: 'Done.' };
  expect(openAction([{ ...base, seq: 1, id: '1', name: 'Stop', payload }])?.input).toEqual({
    last_assistant_message: 'Done.',
  });
  expect(openAction([])).toBeUndefined();
});

it('lays any JSON out as pairs, without what is empty', () => {
  const pairs = keyValues({
    a: 1,
    b: { c: { d: { e: 2 } } },
    tags: ['x', 'y'],
    none: null,
    empty: '',
    list: [{ f: 3 }],
  });
  expect(pairs).toEqual([
    { key: 'a', text: '1', isCode: false },
    { key: 'b.c.d', text: '{\n  "e": 2\n}', isCode: true },
    { key: 'tags', text: 'x\ny', isCode: false },
    { key: 'list', text: '[\n  {\n    "f": 3\n  }\n]', isCode: true },
  ]);
  expect([keyValues('text'), keyValues(undefined)]).toEqual([[{ key: 'value', text: 'text', isCode: false }], []]);
});

import type { ActionItem, Decision } from '@telltale/core/story';
import { expect, it } from 'vitest';
import { callWords, decisionShown, whoDecided } from './item-words.ts';

const call = (decision?: Decision, summary = 'Bash npm test'): ActionItem => ({
  kind: 'action',
  at: '2026-11-21T10:00:00.000Z',
  action: {
    ...{ key: 'tool:1', kind: 'tool', state: 'ok', name: 'PreToolUse', app: 'api', at: '2026-11-21T10:00:00.000Z' },
    ...{ toolName: 'Bash', summary, seqs: [1] },
  },
  input: {},
  images: [],
  ...(decision && { decision }),
});

it('says on a call’s line who decided, but not that a rule or the mode allowed it', () => {
  const shown = (isAllowed: boolean, by: string) => decisionShown(call({ isAllowed, by }));
  expect([
    shown(true, 'config'),
    shown(false, 'config'),
    shown(true, 'hook'),
    shown(true, 'user_temporary'),
    shown(true, 'user_permanent'),
    shown(false, 'user_reject'),
    decisionShown(call()),
  ]).toEqual([
    undefined,
    'denied by rule or mode',
    'allowed by a hook',
    'you allowed it once',
    'you allowed it from now on',
    'you denied it',
    undefined,
  ]);
  // The hover tells all of it.
  expect(whoDecided(call({ isAllowed: true, by: 'config' }))).toBe('allowed by rule or mode');
});

it('takes a call’s line apart', () => {
  expect(callWords(call(undefined, 'Bash npm run dev · in background'))).toEqual({
    label: 'Bash',
    subject: 'npm run dev',
    isCode: true,
    result: 'in background',
  });
});

import { parseFilter, type TelltaleEvent } from '@telltale/core';
import { expect, it } from 'vitest';
import { createFeed } from '../data/feed.ts';
import { rowTest } from './row-test.ts';

const base = { source: 'hook' as const, sessionId: 's1', app: 'api', at: '2026-11-21T10:00:00.000Z' };
const events: TelltaleEvent[] = [
  { ...base, seq: 1, id: '1', name: 'PreToolUse', toolName: 'Bash', toolUseId: 'a', summary: 'Bash npm test' },
  {
    ...base,
    ...{ seq: 2, id: '2', name: 'PostToolUseFailure', toolName: 'Bash', toolUseId: 'a', outcome: 'failed' as const },
    summary: 'Bash npm test · exit 1',
  },
  { ...base, seq: 3, id: '3', name: 'UserPromptSubmit', summary: 'prompt' },
];

function keysFor(filter: string): number[] {
  const feed = createFeed(undefined, (event) => event.summary.toLowerCase());
  feed.append(events);
  const test = rowTest(parseFilter(filter).filter, { now: Date.now(), sessionOf: () => undefined });
  return feed.rows.filter(test).map((row) => row.key);
}

it('holds a term for a row when it holds for one of its events, a negated one when for none', () => {
  const filters = [
    'outcome:failed',
    '-outcome:failed',
    'name:PreToolUse',
    'tool:Bash "exit 1"',
    '-tool:Bash',
    'nothing',
  ];
  expect(filters.map(keysFor)).toEqual([[1], [3], [1], [1], [3], []]);
});

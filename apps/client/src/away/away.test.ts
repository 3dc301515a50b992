import type { TelltaleEvent } from '@telltale/core';
import { expect, it } from 'vitest';
import { missedFrom } from './presence.ts';
import { sinceLeft } from './since-left.ts';

let seq = 0;
function event(sessionId: string, name: string, more: Partial<TelltaleEvent> = {}): TelltaleEvent {
  seq += 1;
  const base = {
    seq,
    id: `e${seq}`,
    source: 'hook' as const,
    name,
    sessionId,
    app: 'api',
    at: '2026-11-21T10:00:00.000Z',
  };
  return { ...base, summary: name, ...more };
}

it('counts what finished, failed, waited and changed, once per file', () => {
  const edit = (path: string) => ({
    toolName: 'Edit',
    outcome: 'ok' as const,
    payload: { tool_input: { file_path: path } },
  });
  const events = [
    event('a', 'PostToolUse', edit('/x/src/app.ts')),
    event('a', 'PostToolUse', edit('/x/src/app.ts')),
    event('a', 'PostToolUse', { toolName: 'Write', outcome: 'ok', summary: 'Write src/big.json +9000' }),
    event('a', 'PostToolUseFailure', { toolName: 'Bash', outcome: 'failed' }),
    event('a', 'Stop'),
    event('b', 'PermissionRequest', { toolName: 'Bash' }),
    event('c', 'PostToolUse', { toolName: 'Read', outcome: 'ok' }),
    event('d', 'SessionEnd'),
  ];
  const counts = sinceLeft(events).map(({ app: _app, lastSeq: _seq, ...rest }) => rest);
  expect(counts).toEqual([
    { sessionId: 'b', finished: 0, failures: 0, waits: 1, files: 0, hasEnded: false },
    { sessionId: 'a', finished: 1, failures: 1, waits: 0, files: 2, hasEnded: false },
    { sessionId: 'd', finished: 0, failures: 0, waits: 0, files: 0, hasEnded: true },
  ]);
});

it('sums what requests cost, each once, and says nothing of who tells nothing', () => {
  const request = (id: string, usd: number) => ({
    source: 'otel' as const,
    model: 'claude-opus-5-5',
    payload: { request_id: id, cost_usd: usd },
  });
  const events = [
    event('a', 'api_request', request('r1', 0.1)),
    event('a', 'api_request', request('r1', 0.1)),
    event('a', 'api_request', request('r2', 0.2)),
    event('b', 'Stop'),
  ];
  expect(sinceLeft(events).map(({ sessionId, costUsd }) => [sessionId, costUsd])).toEqual([
    ['b', undefined],
    ['a', 0.3],
  ]);
});

it('tells only whoever was away for ten minutes, and of the same database', () => {
  const last = { store: 's', seq: 40, atMs: 0 };
  expect([
    missedFrom(last, 's', 600_000),
    missedFrom(last, 's', 599_999),
    missedFrom(last, 'other', 600_000),
    missedFrom(undefined, 's', 600_000),
  ]).toEqual([40, undefined, undefined, undefined]);
});

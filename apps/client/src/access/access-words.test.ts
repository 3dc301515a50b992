import type { AuditEntry } from '@telltale/core/access-view';
import { expect, it } from 'vitest';
import { auditLines } from './access-words.ts';

it('tells what was done the same way within a minute once, and how often', () => {
  const entry = (no: number, at: string, more: Partial<AuditEntry> = {}): AuditEntry => ({
    ...{ no, at, action: 'annotated', who: 'local', from: '127.0.0.1' },
    ...more,
  });
  const entries = [
    entry(5, '2026-11-22T00:03:01.000Z'),
    entry(4, '2026-11-22T00:02:59.000Z'),
    entry(3, '2026-11-22T00:02:01.000Z'),
    entry(2, '2026-11-22T00:02:00.000Z', { sessionId: 's1' }),
    entry(1, '2026-11-22T00:02:00.000Z'),
  ];
  expect(auditLines(entries).map(({ entry: { no }, times }) => [no, times])).toEqual([
    [5, 1],
    [4, 2],
    [2, 1],
    [1, 1],
  ]);
});

import { describe, expect, it } from 'vitest';
import { servedIn, servedScenarios, sumOf } from '../../../../packages/core/fixtures/served.ts';
import { deliveriesOf, type RecordedKind } from '../../fixtures/recorded.ts';
import { testStores } from '../../fixtures/test-store.ts';

const { open } = testStores();
const now = Date.parse('2026-11-21T12:00:00.000Z');

const nanos = (usd: number | undefined) => Math.round((usd ?? Number.NaN) * 1e9);

describe('the totals of the recorded sessions are what the API served', () => {
  const ways: RecordedKind[][] = [
    ['logs'],
    ['logs', 'metrics'],
    ['metrics', 'logs', 'transcripts'],
    ['transcripts'],
    ['transcripts', 'metrics'],
  ];
  for (const kinds of ways)
    for (const recording of servedScenarios)
      it(`${recording}, from ${kinds.join(' and ')}`, async () => {
        const store = open();
        for (const deliver of deliveriesOf(recording, kinds)) await deliver(store);
        const { sessionIds, requests } = servedIn(recording);
        for (const sessionId of sessionIds) {
          const served = requests.filter((request) => request.sessionId === sessionId);
          // A compaction is in no transcript: the metric alone knows of it where there are no events.
          const isUnsaid = ({ kind }: (typeof served)[number]) => kind === 'compact' && !kinds.includes('logs');
          const unsaid = sumOf(served.filter(isUnsaid)).micros;
          const known = kinds.includes('metrics') ? served : served.filter((request) => !isUnsaid(request));
          const { micros, tokens } = sumOf(known);
          const session = store.session(sessionId, now);
          expect(nanos(session?.costUsd)).toBe(Math.round(micros * 1000));
          expect(session?.tokens).toEqual(tokens);
          expect(nanos(session?.unattributedUsd ?? 0)).toBe(kinds.includes('metrics') ? Math.round(unsaid * 1000) : 0);
          expect(session?.unpriced).toBeUndefined();
          expect(session?.costSource).toBe(kinds.join() === 'transcripts' ? 'transcript' : 'events');
        }
      });
});

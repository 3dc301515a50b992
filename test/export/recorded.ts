import type { Session, SessionCost } from '@telltale/core';
import type { ExportSources } from '@telltale/core/export';
import { entriesOf, eventsOf, sessionsOf, transcriptScenarios } from '../../packages/core/fixtures/transcript.ts';
import { sessionFromTranscript } from '../../packages/core/fixtures/transcript-session.ts';

export const recordedNames = transcriptScenarios;

/** The first session of a recorded scenario of the real client. */
export function recordedSources(name: string): ExportSources {
  const id = sessionsOf(name)[0] ?? '';
  const entries = entriesOf(name, id);
  const session = sessionFromTranscript(entries, { sessionId: id, now: Date.parse('2027-01-01'), app: 'shop' });
  return { session: session as Session, entries, events: eventsOf(name, id) };
}

/** A session with a bit of everything, for those who look at it. */
export function richSources(): ExportSources {
  const sources = recordedSources('tools');
  const tokens = { input: 1200, output: 3400, cacheRead: 56_000, cacheCreation: 7800 };
  const part = { costUsd: 1.25, estimatedUsd: 0, requests: 1, tokens };
  const promptId = sources.events.find((event) => event.promptId !== undefined)?.promptId ?? '';
  const at = sources.session.startedAt;
  const cost: SessionCost = {
    ...{ sessionId: sources.session.id, costUsd: 1.25, costSource: 'events', estimatedUsd: 0, unattributedUsd: 0.05 },
    ...{ inheritedUsd: 0, tokens, unpricedModels: [], said: {}, byAgent: [], activity: {}, priceDifferences: [] },
    byPrompt: [{ ...part, key: promptId }],
    byModel: [{ ...part, key: 'claude-opus-4-6' }],
    requests: [
      {
        ...{ kind: 'request', id: 'req_1', at, model: 'claude-opus-4-6', costUsd: 1.25, tokens },
        ...{ cacheCreation1h: 0, durationMs: 4200 },
      },
    ],
  };
  return { ...sources, cost };
}

import { expect, it } from 'vitest';
import { hookEvent } from '../fixtures/hook-event.ts';
import { actionsOf } from './actions.ts';
import { emptyFold, foldEvent, sessionOf } from './session.ts';
import { buildStory } from './story.ts';

const compaction = (durationMs: number) => ({
  type: 'system',
  subtype: 'compact_boundary',
  compactMetadata: { trigger: 'auto', durationMs },
});
const entry = { sessionId: 's-1', type: 'system' };

it('tells a compaction without a time, and one that took longer than time lasts', () => {
  const timeless = buildStory({ events: [], entries: [{ ...entry, seq: 1, line: compaction(5) }] });
  expect(timeless.turns.map(({ items }) => items.map(({ kind }) => kind))).toEqual([['compaction']]);

  const at = '2026-11-21T09:00:00.000Z';
  const endless = buildStory({ events: [], entries: [{ ...entry, seq: 1, at, line: compaction(1e300) }] });
  expect(endless.turns[0]).toMatchObject({ at, endedAt: at });
});

it('tells a call that says it took longer than time lasts', () => {
  const ended = hookEvent(
    { hook_event_name: 'PostToolUse', tool_name: 'Bash', tool_input: {}, tool_use_id: 't-1', duration_ms: 1e300 },
    0,
  );
  expect(actionsOf([ended])).toMatchObject([{ state: 'ok', at: ended.at }]);
  const fold = emptyFold('s-1');
  foldEvent(fold, ended);
  expect(sessionOf(fold, Date.parse(ended.at))).toMatchObject({ tools: 1, waitedMs: 0 });
});

import { describe, expect, it } from 'vitest';
import { hookEvent } from '../fixtures/hook-event.ts';
import { sessionFromTranscript } from '../fixtures/transcript-session.ts';
import { actionsOf } from './actions.ts';
import { hookCatalogue, outcomeOf } from './catalogue.ts';
import { outcomes } from './event.ts';
import { emptyFold, foldEvent, sessionOf } from './session.ts';
import { sessionSchema } from './session-view.ts';
import { buildStory } from './story.ts';

/** Names that every object of JavaScript answers to: a table that is asked without care finds a function there. */
const inherited = ['__proto__', 'constructor', 'toString', 'valueOf', 'hasOwnProperty'];

/** A name from outside wherever the client puts one. */
const named = (name: string) => ({
  tool_name: name,
  tool_input: { file_path: '/p/a' },
  tool_use_id: 't-1',
  ...{ source: name, reason: name, action: name, notification_type: name, trigger: name, error: name },
});

describe.each(inherited)('the name %s is a name like any other', (name) => {
  const inputs = [name, ...Object.keys(hookCatalogue)].map((hook) => ({ hook_event_name: hook, ...named(name) }));
  const hooks = inputs.map((input, step) => hookEvent(input, step));
  const events = [
    ...hooks,
    ...hooks.map((event) => ({ ...event, id: `o-${event.id}`, source: 'otel' as const, name })),
  ];

  it('in the catalogue', () => {
    for (const { summary } of hooks) expect(summary).not.toMatch(/native code|\[object/);
    for (const input of inputs) expect([undefined, ...outcomes]).toContain(outcomeOf(input.hook_event_name, input));
  });

  it('in the session', () => {
    const fold = emptyFold('s-1');
    for (const event of events) {
      foldEvent(fold, event);
      expect(JSON.parse(JSON.stringify(fold))).toEqual(fold);
      const session = sessionOf(fold, Date.parse(event.at));
      expect(sessionSchema.parse(session)).toEqual(session);
    }
  });

  it('in actions and story', () => {
    const rows = actionsOf(events);
    expect(JSON.parse(JSON.stringify(rows))).toEqual(rows);
    const line = {
      type: name,
      subtype: name,
      uuid: 'u',
      message: { content: [{ type: 'tool_use', id: 't-2', name }] },
    };
    const entry = { seq: 1, sessionId: 's-1', at: hooks[0]?.at ?? '', type: name, line };
    const entries = ['assistant', 'system', 'attachment', name].map((type, seq) => ({ ...entry, seq, type }));
    const story = buildStory({ events, entries });
    expect(JSON.parse(JSON.stringify(story))).toEqual(story);
    expect(sessionFromTranscript(entries, { sessionId: 's-1', now: Date.parse(entry.at) })?.tools).toBe(1);
  });
});

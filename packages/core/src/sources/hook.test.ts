import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { scenarioNames, scenarioOf } from '../../fixtures/scenario.ts';
import { eventSchema, isRejection } from '../event.ts';
import { type HookContext, hookInputSchema, parseHook, projectOf } from './hook.ts';

const context: HookContext = {
  id: 'id-1',
  at: '2026-11-21T09:00:00.000Z',
  app: 'shop',
  receivedAt: '2026-11-21T09:00:01.000Z',
};

describe('parseHook', () => {
  it('keeps what the client said and adds who, when and one line of words', () => {
    const input = {
      session_id: 's-1',
      cwd: '/home/dev/shop',
      prompt_id: 'p-1',
      hook_event_name: 'PostToolUse',
      agent_id: 'a-1',
      agent_type: 'Explore',
      tool_name: 'Read',
      tool_use_id: 'toolu_1',
      tool_input: { file_path: '/home/dev/shop/src/app.ts' },
      tool_response: { type: 'text', file: { numLines: 120 } },
      duration_ms: 9,
      not_yet_invented: { deep: true },
    };
    expect(parseHook(input, { ...context, origin: { pid: 7, install: 'project' } })).toEqual({
      id: 'id-1',
      source: 'hook',
      name: 'PostToolUse',
      sessionId: 's-1',
      promptId: 'p-1',
      toolUseId: 'toolu_1',
      agentId: 'a-1',
      agentType: 'Explore',
      app: 'shop',
      at: '2026-11-21T09:00:00.000Z',
      toolName: 'Read',
      outcome: 'ok',
      durationMs: 9,
      summary: 'Read src/app.ts · 120 lines',
      origin: { pid: 7, install: 'project' },
      payload: input,
    });
  });

  it('keeps events that nobody documented', () => {
    expect(parseHook({ session_id: 's', hook_event_name: 'FutureThing', message: 'hello' }, context)).toMatchObject({
      name: 'FutureThing',
      summary: 'FutureThing · hello',
    });
  });

  it.each([
    [null, { rejected: 'a hook input is a JSON object, got null' }],
    ['text', { rejected: 'a hook input is a JSON object, got a string' }],
    [[1], { rejected: 'a hook input is a JSON object, got an array' }],
    [{ hook_event_name: 'Stop' }, { rejected: 'session_id is missing', at: 'session_id' }],
    [
      { session_id: '', hook_event_name: 'Stop' },
      { rejected: 'session_id is empty', at: 'session_id' },
    ],
    [
      { session_id: 5, hook_event_name: 'Stop' },
      { rejected: 'session_id must be a text, got a number', at: 'session_id' },
    ],
    [{ session_id: 's' }, { rejected: 'hook_event_name is missing', at: 'hook_event_name' }],
  ])('says what is missing in %j', (input, rejection) => {
    expect(parseHook(input, context)).toEqual(rejection);
  });

  it('rejects exactly what its schema rejects', () => {
    const odd = fc.oneof(fc.string(), fc.constant('Stop'), fc.anything());
    const keys = {
      session_id: odd,
      hook_event_name: odd,
      tool_name: odd,
      tool_input: fc.anything(),
      tool_calls: fc.anything(),
    };
    const input = fc.oneof(fc.anything(), fc.record(keys, { requiredKeys: [] }));
    fc.assert(
      fc.property(input, (value) => {
        expect(isRejection(parseHook(value, context))).toBe(!hookInputSchema.safeParse(value).success);
      }),
      { numRuns: 2000 },
    );
  });

  it('ignores fields of a wrong type instead of losing the event', () => {
    const event = parseHook(
      { session_id: 's', hook_event_name: 'PostToolUse', tool_name: 7, tool_input: 'x', duration_ms: '9', model: [] },
      context,
    );
    expect(event).toMatchObject({ name: 'PostToolUse', summary: 'unknown tool' });
    expect(event).not.toHaveProperty('toolName');
    expect(event).not.toHaveProperty('durationMs');
  });

  it('names the project by the transcript folder, whatever the working directory is now', () => {
    const transcript_path = '/home/dev/.claude/projects/-home-dev-my-shop/s.jsonl';
    expect(projectOf({ cwd: '/home/dev/my-shop', transcript_path })).toBe('my-shop');
    expect(projectOf({ cwd: '/home/dev/my-shop/src/api', transcript_path })).toBe('my-shop');
    expect(projectOf({ cwd: '/tmp', transcript_path })).toBe('home-dev-my-shop');
    expect(projectOf({ cwd: '/home/dev/my-shop' })).toBe('my-shop');
    expect(projectOf({})).toBe('unknown');
    expect(
      projectOf({
        cwd: '/home/dev/my-shop/.claude/worktrees/fix',
        transcript_path: '/x/.claude/projects/-home-dev-my-shop--claude-worktrees-fix/s.jsonl',
      }),
    ).toBe('my-shop');
  });

  it.each(scenarioNames)('reads every recorded hook of %s into the event schema', (name) => {
    for (const { input } of scenarioOf(name).records) {
      const event = parseHook(input, context);
      if (isRejection(event)) throw new Error(event.rejected);
      expect(eventSchema.parse({ ...event, seq: 1 })).toEqual({ ...event, seq: 1 });
      expect(event.summary).not.toBe('');
      expect(event.summary).not.toContain('\n');
      expect(event.summary.length).toBeLessThan(320);
      expect(event.payload).toBe(input);
    }
  });
});

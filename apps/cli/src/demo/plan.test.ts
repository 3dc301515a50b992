import { isDemoSession } from '@telltale/core';
import { describe, expect, it } from 'vitest';
import { deliveriesOf } from './deliveries.ts';
import { planDemo } from './plan.ts';
import { requestsOf } from './requests.ts';
import { spansOf } from './spans.ts';
import { limitsOf, statusLinesOf } from './status-lines.ts';
import { telemetryOf } from './telemetry.ts';

const nowMs = Date.parse('2026-11-18T15:30:00Z');
const week = planDemo({ nowMs, seed: 1, liveMinutes: 0 });
const day = 24 * 60 * 60_000;
const names = new Set(week.flatMap(({ hooks }) => hooks.map(({ input }) => String(input.hook_event_name))));
const text = JSON.stringify(week);

describe('the week of the demo', () => {
  it('is the same for the same time and seed, and another for another', () => {
    expect(JSON.stringify(planDemo({ nowMs, seed: 1, liveMinutes: 0 }))).toBe(text);
    const ids = (other: typeof week) => other.map(({ sessionId }) => sessionId);
    for (const other of [
      planDemo({ nowMs, seed: 2, liveMinutes: 0 }),
      planDemo({ nowMs: nowMs + 1, seed: 1, liveMinutes: 0 }),
    ])
      expect(ids(other).filter((id) => ids(week).includes(id))).toEqual([]);
  });

  it('has the mark on every session and on every request that tells of one', () => {
    expect(new Set(week.map(({ sessionId }) => sessionId)).size).toBe(week.length);
    expect(week.filter(({ sessionId, app }) => !isDemoSession(sessionId) || !app.startsWith('demo-'))).toEqual([]);
    for (const { path, headers, body } of deliveriesOf(week, nowMs)) {
      const ids = JSON.stringify(body).match(
        /(?<="session_id":"|"sessionId":"|"session.id","value":{"stringValue":")[^"]+/g,
      );
      expect([path, ids?.every(isDemoSession)]).toEqual([path, true]);
      if (path.startsWith('/ingest')) expect(headers?.['telltale-app']).toMatch(/^demo-/);
    }
  });

  it('lies within the seven days before now', () => {
    const times = deliveriesOf(week, nowMs).map(({ atMs }) => atMs);
    expect(Math.min(...times)).toBeGreaterThan(nowMs - 7 * day);
    expect(Math.max(...times)).toBeLessThanOrEqual(nowMs);
    const days = new Set(week.map(({ hooks }) => new Date(hooks[0]?.atMs ?? 0).toDateString()));
    // Of today only where today has hours that are over.
    expect(days.size).toBeGreaterThanOrEqual(6);
  });

  it.each(['PermissionRequest', 'PostToolUseFailure', 'SubagentStart', 'PreCompact', 'StopFailure', 'SessionEnd'])(
    'has a %s',
    (name) => expect(names).toContain(name),
  );

  it('has diffs, an MCP server, a refusal and several people, models and projects', () => {
    for (const word of ['structuredPatch', 'mcp__postgres__query', "doesn't want to proceed"])
      expect(text).toContain(word);
    const values = (key: 'app' | 'user' | 'model') => new Set(week.map((session) => session[key])).size;
    expect([values('app'), values('user'), values('model')]).toEqual([5, 3, 3]);
  });

  it('has a span for every request and every call that came to its end, each with its parent', () => {
    const names = { llm_request: 'request_id', tool: 'tool_use_id' };
    for (const told of week) {
      const spans = spansOf(told);
      const idsOf = (name: keyof typeof names) =>
        spans.filter((span) => span.name === `claude_code.${name}`).map(({ attributes }) => attributes[names[name]]);
      const { logs } = telemetryOf(told);
      const logged = (event: string, key: string) =>
        logs.flatMap(({ attributes }) => (attributes['event.name'] === event ? [attributes[key]] : []));
      expect(idsOf('llm_request').sort()).toEqual(logged('api_request', 'request_id').sort());
      expect(idsOf('tool').sort()).toEqual(logged('tool_result', 'tool_use_id').sort());
      expect(new Set(spans.map(({ spanId }) => spanId)).size).toBe(spans.length);
      expect(spans.filter(({ fromMs, toMs }) => fromMs > toMs)).toEqual([]);
      // An agent's own stand below the call that runs it, everything else below its prompt.
      const ids = new Set(spans.map(({ spanId }) => spanId));
      const isOver = told.hooks.some(({ input }) => input.hook_event_name === 'SessionEnd');
      const lost = spans.filter(({ parentSpanId }) => parentSpanId !== undefined && !ids.has(parentSpanId));
      if (isOver) expect(lost).toEqual([]);
    }
    expect(week.flatMap(spansOf).some(({ name }) => name === 'claude_code.tool.blocked_on_user')).toBe(true);
  });

  it('has status lines that tell the newest request, and limits that fill up and begin anew', () => {
    const limitsAt = limitsOf(week, nowMs);
    for (const told of week) {
      const lines = statusLinesOf(told, limitsAt);
      const newest = requestsOf(told).findLast(({ agentId }) => agentId === undefined);
      const window = lines.at(-1)?.input.context_window as { context_window_size: number; current_usage: object };
      expect(window.current_usage).toMatchObject({ cache_read_input_tokens: newest?.tokens.cacheRead });
      expect(window.context_window_size).toBeGreaterThan(0);
    }
    const used = (atMs: number) => limitsAt('ada', atMs).five_hour?.used_percentage ?? -1;
    expect(used(nowMs)).toBeGreaterThan(used(nowMs - 60 * 60_000));
    expect(used(nowMs)).toBeLessThan(97);
    expect(limitsAt('ada', nowMs).five_hour?.resets_at).toBeGreaterThan(nowMs / 1000);
    expect(used(nowMs + 4 * 60 * 60_000)).toBe(0);
  });

  it('tells no call twice, and no pane of a terminal that could be a real one', () => {
    const calls = week.flatMap(({ hooks }) =>
      hooks.flatMap(({ input }) => (input.hook_event_name === 'PreToolUse' ? [input.tool_use_id] : [])),
    );
    expect(new Set(calls).size).toBe(calls.length);
    expect(text).not.toContain('tmux-pane');
  });

  it('goes on where it shall, with nothing that is to come before its time', () => {
    const live = planDemo({ nowMs, seed: 1, liveMinutes: 3 });
    expect(JSON.stringify(live.slice(0, week.length))).toBe(text);
    const coming = deliveriesOf(live.slice(week.length), nowMs);
    expect(coming.length).toBeGreaterThan(20);
    expect(Math.min(...coming.map(({ atMs }) => atMs))).toBeGreaterThan(nowMs);
  });
});

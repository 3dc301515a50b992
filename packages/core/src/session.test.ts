import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { scenarioNames, scenarioOf } from '../fixtures/scenario.ts';
import type { TelltaleEvent } from './event.ts';
import { emptyFold, foldEvent, sessionOf } from './session.ts';
import { type Session, sessionSchema } from './session-view.ts';

interface Truth {
  prompts: number;
  toolOutcomes: Record<string, number>;
  toolFailures: Record<string, number>;
  subagents: number;
  tools: { id: string }[];
}

const truths: Record<string, Truth> = JSON.parse(
  readFileSync(new URL('../fixtures/hooks/truth.json', import.meta.url), 'utf8'),
);
/** Typed as the client sees it, but the hook UserPromptSubmit does not run for it: `/compact`. */
const commands: Record<string, number> = { compact: 1 };

/** How the recordings without a truth change their state, and their numbers at the end. */
const stories: Record<string, string[]> = {
  'bad-calls': [
    'SessionStart: idle',
    'UserPromptSubmit: working',
    'Stop: idle',
    'SessionEnd: ended',
    '1 prompts, 3 tools, 3 failed, waited 0',
  ],
  'failed-turn': [
    'SessionStart: idle',
    'UserPromptSubmit: working',
    'StopFailure: failed',
    'UserPromptSubmit: working',
    'Stop: idle',
    'SessionEnd: ended',
    '2 prompts, 0 tools, 0 failed, waited 0',
  ],
  forked: [
    'SessionStart: idle',
    'UserPromptSubmit: working',
    'Stop: idle',
    'SessionEnd: ended',
    '1 prompts, 1 tools, 0 failed, waited 0',
    'SessionStart: idle',
    'UserPromptSubmit: working',
    'Stop: idle',
    'SessionEnd: ended',
    '1 prompts, 0 tools, 0 failed, waited 0',
  ],
  interactive: [
    'SessionStart: idle',
    'UserPromptSubmit: working',
    'PermissionRequest: waiting-permission Write asked.txt',
    'PostToolUse: working',
    'Stop: idle',
    'UserPromptSubmit: working',
    // Refused by Esc: nothing is heard until the next prompt.
    'PermissionRequest: waiting-permission Bash touch refused.txt',
    'UserPromptSubmit: working',
    'Stop: idle',
    'SessionEnd: ended',
    '3 prompts, 2 tools, 0 failed, waited 7701',
    'SessionStart: idle',
    'UserPromptSubmit: working',
    'Stop: idle',
    'SessionEnd: ended',
    '1 prompts, 0 tools, 0 failed, waited 0',
  ],
  killed: [
    'SessionStart: idle',
    'UserPromptSubmit: working',
    '1 prompts, 1 tools, 0 failed, waited 0',
    'SessionStart: idle',
    'UserPromptSubmit: working',
    'Stop: idle',
    'SessionEnd: ended',
    '1 prompts, 0 tools, 0 failed, waited 0',
  ],
  'mixed-batch': [
    'SessionStart: idle',
    'UserPromptSubmit: working',
    'PermissionRequest: waiting-permission Bash touch asked.txt',
    'PostToolUse: working',
    'PermissionRequest: waiting-permission Bash touch second.txt',
    'PostToolUse: working',
    'Stop: idle',
    'SessionEnd: ended',
    '1 prompts, 3 tools, 0 failed, waited 6711',
  ],
  question: [
    'SessionStart: idle',
    'UserPromptSubmit: working',
    'PreToolUse: waiting-input “Which colour?”',
    'PostToolUse: working',
    // The last text is displayed after Stop here, and begins nothing.
    'Stop: idle',
    'SessionEnd: ended',
    '1 prompts, 1 tools, 0 failed, waited 2057',
  ],
  terminated: [
    'SessionStart: idle',
    'UserPromptSubmit: working',
    'SessionEnd: ended',
    '1 prompts, 1 tools, 0 failed, waited 0',
  ],
};

/** The session one second after its last event. */
function sessionIn(events: readonly TelltaleEvent[]): Session {
  const fold = emptyFold(events[0]?.sessionId ?? '');
  for (const event of events) foldEvent(fold, event);
  return sessionOf(fold, Date.parse(fold.lastAt) + 1000);
}

function bySession(events: readonly TelltaleEvent[]): TelltaleEvent[][] {
  const ids = [...new Set(events.map((event) => event.sessionId))];
  return ids.map((id) => events.filter((event) => event.sessionId === id));
}

function sum(counts: Record<string, number>): number {
  return Object.values(counts).reduce((total, count) => total + count, 0);
}

describe('a recorded session', () => {
  it.each(Object.keys(truths))('of %s has the prompts, tools, failures and subagents that the API served', (name) => {
    const truth = truths[name];
    if (truth === undefined) throw new Error(`no truth for ${name}`);
    const session = sessionIn(scenarioOf(name).events);
    expect(sessionSchema.parse(session)).toEqual(session);
    expect(session).toMatchObject({
      prompts: truth.prompts - (commands[name] ?? 0),
      tools: truth.tools.length,
      failures: sum(truth.toolFailures),
      subagents: truth.subagents,
      state: 'ended',
      group: 'done',
      waiting: [],
      trouble: [],
    });
    expect(session.agents.reduce((total, agent) => total + agent.tools, 0)).toBeLessThanOrEqual(session.tools);
  });

  it('has a truth or a story below for every recording', () => {
    const rest = scenarioNames.filter((name) => truths[name] === undefined);
    expect(rest).toEqual(['api-errors-exhausted', 'background-subagent', ...Object.keys(stories)].sort());
  });

  it.each(Object.entries(stories))('of %s goes through its states', (name, expected) => {
    const told: string[] = [];
    for (const events of bySession(scenarioOf(name).events)) {
      let before = '';
      const fold = emptyFold(events[0]?.sessionId ?? '');
      for (const event of events) {
        foldEvent(fold, event);
        const { state, waiting } = sessionOf(fold, Date.parse(fold.lastAt) + 1000);
        const now = [state, ...waiting.map((wait) => wait.summary)].join(' ');
        if (now !== before) told.push(`${event.name}: ${now}`);
        before = now;
      }
      const { prompts, tools, failures, waitedMs } = sessionOf(fold, Date.parse(fold.lastAt));
      told.push(`${prompts} prompts, ${tools} tools, ${failures} failed, waited ${waitedMs}`);
    }
    expect(told).toEqual(expected);
  });

  it('of a background subagent works on behind its Stop until the agent has ended', () => {
    const { events } = scenarioOf('background-subagent');
    const stop = events.findIndex((event) => event.name === 'Stop');
    const end = events.findIndex((event) => event.name === 'SubagentStop');
    expect(sessionIn(events.slice(0, stop + 1))).toMatchObject({ state: 'working', agents: [{ background: true }] });
    expect(sessionIn(events.slice(0, end))).toMatchObject({ state: 'working' });
    expect(sessionIn(events.slice(0, end + 1))).toMatchObject({ state: 'idle', group: 'your-turn' });
    expect(sessionIn(events)).toMatchObject({
      state: 'ended',
      prompts: 1,
      tools: 3,
      subagents: 1,
      agents: [{ description: 'Scout', type: 'general-purpose', background: true, tools: 2, failures: 0 }],
    });
  });

  it('of an API that stays overloaded has failed, whatever ended after it', () => {
    const { events } = scenarioOf('api-errors-exhausted');
    const late = [...events].sort((a, b) => Number(a.name === 'StopFailure') - Number(b.name === 'StopFailure'));
    expect(late.map((event) => event.name).slice(-2)).toEqual(['SessionEnd', 'StopFailure']);
    for (const order of [events, late]) {
      expect(sessionIn(order)).toMatchObject({
        state: 'failed',
        group: 'trouble',
        trouble: [{ kind: 'stop-failure' }],
      });
    }
  });

  it('that was killed is lost when its process is gone or after 15 minutes', () => {
    const [events = []] = bySession(scenarioOf('killed').events);
    const fold = emptyFold('killed');
    for (const event of events) foldEvent(fold, event);
    const lastMs = Date.parse(fold.lastAt);
    expect(sessionOf(fold, lastMs + 1000, { processGone: true }).state).toBe('lost');
    expect([sessionOf(fold, lastMs + 899_000).state, sessionOf(fold, lastMs + 900_000).state]).toEqual([
      'working',
      'lost',
    ]);
  });
});

import type { Session } from '@telltale/core';
import { describe, expect, it } from 'vitest';
import { alertKey, groupSessions, type Noted, nothingNoted, openAlerts, troubleKey, turnKey } from './groups.ts';

const now = Date.parse('2026-11-21T12:00:00.000Z');
const ago = (minutes: number) => new Date(now - minutes * 60_000).toISOString();

function session(id: string, more: Partial<Session> = {}): Session {
  return {
    ...{ id, app: 'api', state: 'working', group: 'working', startedAt: ago(60), lastEventAt: ago(1), lastSeq: 1 },
    ...{ prompts: 1, tools: 0, failures: 0, subagents: 0, waitedMs: 0, waiting: [], trouble: [], agents: [] },
    ...{ knownFrom: 'events', ...more },
  };
}
const wait = (minutes: number) => ({
  kind: 'permission' as const,
  summary: 'Bash',
  since: ago(minutes),
  mayBeRunning: true,
});
const trouble = (minutes: number) => ({ kind: 'api-error' as const, summary: '529', since: ago(minutes) });
const shape = (sessions: readonly Session[], noted: Noted = nothingNoted) => {
  const { doneToday, ...groups } = groupSessions(sessions, now, noted);
  const ids = Object.entries(groups).filter(([, members]) => members.length > 0);
  return {
    ...Object.fromEntries(ids.map(([name, members]) => [name, members.map((one) => one.id).join()])),
    doneToday,
  };
};

describe('groups', () => {
  it('puts each session in one group, in order of arrival there', () => {
    const sessions = [
      session('w2', { startedAt: ago(10) }),
      session('w1', { startedAt: ago(20) }),
      session('n2', { group: 'needs-you', state: 'waiting-permission', waiting: [wait(1)] }),
      session('n1', { group: 'needs-you', state: 'waiting-permission', waiting: [wait(5)] }),
      session('t', { group: 'trouble', state: 'failed', trouble: [trouble(3)] }),
      session('y', { group: 'your-turn', state: 'idle', turnFinishedAt: ago(4) }),
      session('i', { group: 'quiet', state: 'idle' }),
      session('d', { group: 'done', state: 'ended', endedAt: ago(30) }),
      session('old', { group: 'done', state: 'ended', endedAt: ago(3 * 24 * 60) }),
    ];
    expect(shape(sessions)).toEqual({
      ...{ 'needs-you': 'n1,n2', trouble: 't', 'your-turn': 'y', working: 'w1,w2', idle: 'i', doneToday: 1 },
    });
  });

  it('puts those of whose page it is first, in each group', () => {
    const sessions = [
      session('a', { startedAt: ago(30), user: 'bob' }),
      session('b', { startedAt: ago(20), user: 'ada' }),
      session('c', { startedAt: ago(10) }),
    ];
    const order = (me?: string) =>
      groupSessions(sessions, now, nothingNoted, me)
        .working.map(({ id }) => id)
        .join();
    expect([order(), order('ada'), order('bob')]).toEqual(['a,b,c', 'b,c,a', 'a,c,b']);
  });

  it('lets a trouble go that was acknowledged, and a snoozed one for its hour', () => {
    const one = session('t', { group: 'trouble', trouble: [trouble(3)] });
    const key = troubleKey(one, trouble(3));
    expect(shape([one], { ...nothingNoted, acknowledged: new Set([key]) })).toEqual({ working: 't', doneToday: 0 });
    expect(shape([one], { ...nothingNoted, snoozed: new Map([[key, now + 1]]) })).toEqual({
      working: 't',
      doneToday: 0,
    });
    expect(shape([one], { ...nothingNoted, snoozed: new Map([[key, now]]) })).toEqual({ trouble: 't', doneToday: 0 });
  });

  it('brings it back when something else goes wrong', () => {
    const acknowledged = new Set([troubleKey(session('t'), trouble(3))]);
    const again = session('t', { group: 'trouble', trouble: [trouble(3), trouble(1)] });
    expect(shape([again], { ...nothingNoted, acknowledged })).toEqual({ trouble: 't', doneToday: 0 });
  });

  it('lets a finished turn go when it was seen or is half an hour old', () => {
    const turn = (minutes: number) => session('y', { group: 'your-turn', state: 'idle', turnFinishedAt: ago(minutes) });
    const seen = { ...nothingNoted, seen: new Set([turnKey(turn(4))]) };
    expect([shape([turn(4)]), shape([turn(4)], seen), shape([turn(30)])]).toEqual([
      { 'your-turn': 'y', doneToday: 0 },
      { idle: 'y', doneToday: 0 },
      { idle: 'y', doneToday: 0 },
    ]);
  });
});

it('an alert that stands by itself is put aside until it fires anew, or for the time of a snooze', () => {
  const alert = { fingerprint: 'budget', summary: 'too much', since: ago(5), seq: 1 };
  const again = { ...alert, since: ago(1) };
  const acknowledged: Noted = { ...nothingNoted, acknowledged: new Set([alertKey(alert)]) };
  expect(openAlerts([alert], now, nothingNoted)).toEqual([alert]);
  expect(openAlerts([alert], now, acknowledged)).toEqual([]);
  expect(openAlerts([again], now, acknowledged)).toEqual([again]);
  const snoozed = (until: number): Noted => ({ ...nothingNoted, snoozed: new Map([[alertKey(alert), until]]) });
  expect([now + 1, now].map((until) => openAlerts([alert], now, snoozed(until)).length)).toEqual([0, 1]);
});

import { callKey, eachCall } from './calls.ts';
import type { AnalysisDefinition } from './definition.ts';

export const permissions: AnalysisDefinition = {
  title: 'Permissions',
  question: 'What was asked, who answered, and how long did agents wait?',
  view: 'waiting',
  shape: 'ranked',
  by: { tool: 'tool', decider: 'who decided', project: 'project', user: 'user', session: 'session' },
  measures: [
    { key: 'asked', label: 'asked', unit: 'count', as: 'sum' },
    { key: 'allowed', label: 'allowed', unit: 'count', as: 'sum' },
    { key: 'denied', label: 'denied', unit: 'count', as: 'sum' },
    { key: 'unanswered', label: 'no answer heard', unit: 'count', as: 'sum' },
    { key: 'waitedMs', label: 'waited', unit: 'ms', as: 'sum' },
    { key: 'waitedP50', label: 'median', unit: 'ms', as: 'p50', of: 'waitMs' },
    { key: 'waitedP95', label: '95 %', unit: 'ms', as: 'p95', of: 'waitMs' },
  ],
  unknown: 'who allowed a call, and how long it waited, is in no transcript',
  *facts({ calls, sessions }, asked) {
    for (const { session, call } of eachCall(calls(asked))) {
      const { at, answer, isAsked, waitedMs, decidedBy } = call;
      if (answer === undefined) continue;
      const decider = answer === 'unanswered' ? 'no answer heard' : (decidedBy ?? 'not told');
      yield {
        ...(asked.by === 'decider' ? { key: decider } : callKey(asked.by, call, sessions(session))),
        ...{ session, at },
        numbers: {
          ...{ asked: isAsked ? 1 : 0, allowed: answer === 'allowed' ? 1 : 0, denied: answer === 'denied' ? 1 : 0 },
          ...{ unanswered: answer === 'unanswered' ? 1 : 0, waitedMs: waitedMs ?? 0 },
        },
        ...(waitedMs !== undefined && { samples: { waitMs: waitedMs } }),
      };
    }
  },
};

import { eachCall } from './calls.ts';
import type { AnalysisDefinition } from './definition.ts';

export const waiting: AnalysisDefinition = {
  title: 'The waiting bill',
  question: 'Which permissions did you give by hand, and how long did agents stand still for them?',
  view: 'waiting',
  shape: 'ranked',
  by: { rule: 'rule' },
  measures: [
    { key: 'waitedMs', label: 'stood still', unit: 'ms', as: 'sum' },
    { key: 'allowed', label: 'allowed by hand', unit: 'count', as: 'sum' },
    { key: 'waitedP50', label: 'median', unit: 'ms', as: 'p50', of: 'waitMs' },
  ],
  unknown: 'who allowed a call, and how long it waited, is in no transcript',
  *facts({ calls }, asked) {
    for (const { session, call } of eachCall(calls(asked))) {
      const { at, isAsked, answer, waitedMs, suggested } = call;
      if (!isAsked || answer !== 'allowed' || !suggested) continue;
      yield {
        ...{ key: suggested.rule, settings: suggested.settings, session, at },
        numbers: { allowed: 1, waitedMs: waitedMs ?? 0 },
        ...(waitedMs !== undefined && { samples: { waitMs: waitedMs } }),
      };
    }
  },
};

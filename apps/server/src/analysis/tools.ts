import { callKey } from './calls.ts';
import type { AnalysisDefinition } from './definition.ts';

export const tools: AnalysisDefinition = {
  title: 'Tools',
  question: 'Which tools are used, which fail, and which are slow?',
  view: 'work',
  shape: 'ranked',
  by: { tool: 'tool', project: 'project', user: 'user', agent: 'agent type', session: 'session' },
  measures: [
    { key: 'calls', label: 'calls', unit: 'count', as: 'sum' },
    { key: 'failures', label: 'failed', unit: 'count', as: 'sum' },
    { key: 'failureShare', label: 'share failed', unit: 'share', as: 'share', of: 'failures', per: 'calls' },
    { key: 'durationP50', label: 'median', unit: 'ms', as: 'p50', of: 'durationMs' },
    { key: 'durationP95', label: '95 %', unit: 'ms', as: 'p95', of: 'durationMs' },
    { key: 'durationSum', label: 'in all', unit: 'ms', as: 'sum' },
  ],
  *facts({ calls, sessions }, asked) {
    for (const call of calls(asked)) {
      const { session, at, state, durationMs } = call;
      yield {
        ...callKey(asked.by, call, sessions(session)),
        ...{ session, at },
        numbers: {
          ...{ calls: 1, failures: state === 'failed' || state === 'never-ran' ? 1 : 0 },
          ...(durationMs !== undefined && { durationSum: durationMs }),
        },
        ...(durationMs !== undefined && { samples: { durationMs } }),
      };
    }
  },
};

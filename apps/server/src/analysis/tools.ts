import type { Fact } from '@telltale/core/analysis';
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
    for (const { session, calls: found } of calls(asked)) {
      const known = sessions(session);
      // Added up by row here: there may be half a million calls.
      const groups = new Map<string, ToolFact>();
      for (const call of found) {
        const { key, label } = callKey(asked.by, call, known);
        let group = groups.get(key);
        if (!group) {
          group = { key, label, session, numbers: { calls: 0, failures: 0 }, samples: { durationMs: [] } };
          groups.set(key, group);
        }
        group.numbers.calls += 1;
        if (call.state === 'failed' || call.state === 'never-ran') group.numbers.failures += 1;
        if (call.durationMs === undefined) continue;
        group.numbers.durationSum = (group.numbers.durationSum ?? 0) + call.durationMs;
        group.samples.durationMs.push(call.durationMs);
      }
      yield* groups.values();
    }
  },
};

interface ToolFact extends Fact {
  numbers: { calls: number; failures: number; durationSum?: number };
  samples: { durationMs: number[] };
}

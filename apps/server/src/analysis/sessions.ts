import type { AnalysisDefinition } from './definition.ts';
import { sessionKey } from './session-key.ts';

interface Row {
  no: number;
  at: number;
  lastAt: number;
  state: string | null;
}

export const sessions: AnalysisDefinition = {
  title: 'Sessions',
  question: 'How many sessions begin each day?',
  view: 'work',
  shape: 'time',
  by: { project: 'project', user: 'user', machine: 'machine', provider: 'agent provider' },
  measures: [
    { key: 'started', label: 'begun', unit: 'count', as: 'sum' },
    { key: 'lengthP50', label: 'length, median', unit: 'ms', as: 'p50', of: 'lengthMs' },
  ],
  *facts({ database, sessions: known }, { from, to, by, only }) {
    const rows = database.prepare<[number, number], Row>(`
      SELECT no, started_at AS at, coalesce(ended_at, last_event_at) AS lastAt, state
      FROM sessions WHERE started_at >= ? AND started_at < ?`);
    for (const { no, at, lastAt } of rows.all(from, to)) {
      if (only && !only.has(no)) continue;
      yield {
        ...(sessionKey(by, known(no)) ?? { key: by }),
        ...{ session: no, at, numbers: { started: 1 }, samples: { lengthMs: Math.max(0, lastAt - at) } },
      };
    }
  },
};

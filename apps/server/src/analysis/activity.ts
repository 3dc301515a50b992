import { hourOfWeek, quarterMs } from '@telltale/core/analysis';
import type { AnalysisDefinition } from './definition.ts';

interface Row {
  session: number;
  at: number;
  events: number;
}

const days = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];

export const activity: AnalysisDefinition = {
  title: 'Activity',
  question: 'At what hours of the week do agents work?',
  view: 'work',
  shape: 'week',
  by: { hour: 'hour of the week' },
  measures: [{ key: 'events', label: 'steps of agents', unit: 'count', as: 'sum' }],
  *facts({ database }, { from, to, only, timeZone }) {
    const hours = new Map<number, number>();
    for (const table of ['event_log', 'fresh_events']) {
      const rows = database.prepare<[number, number], Row>(`
        SELECT session, at / ${quarterMs} * ${quarterMs} AS at, count(*) AS events
        FROM ${table} WHERE at >= ? AND at < ? AND source = 'hook' AND session IS NOT NULL
        GROUP BY session, at / ${quarterMs}`);
      for (const { session, at, events } of rows.iterate(from, to)) {
        if (only && !only.has(session)) continue;
        let hour = hours.get(at);
        if (hour === undefined) {
          hour = hourOfWeek(at, timeZone);
          hours.set(at, hour);
        }
        const label = `${days[Math.floor(hour / 24)]} ${String(hour % 24).padStart(2, '0')}:00`;
        yield { key: `${hour}`, label, session, at, numbers: { events } };
      }
    }
  },
};

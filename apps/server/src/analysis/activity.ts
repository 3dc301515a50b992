import { hourOfWeek } from '@telltale/core/analysis';
import type { AnalysisDefinition } from './definition.ts';
import { stepsIn } from './steps.ts';

const days = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];

export const activity: AnalysisDefinition = {
  title: 'Activity',
  question: 'At what hours of the week do agents work?',
  view: 'work',
  shape: 'week',
  by: { hour: 'hour of the week' },
  measures: [{ key: 'events', label: 'steps of agents', unit: 'count', as: 'sum' }],
  *facts({ database, firstEvents }, { from, to, only, timeZone }) {
    const labels = createLabels(timeZone);
    for (const { session, at, steps } of stepsIn(database, { from, to, firstOf: firstEvents() })) {
      if (only && !only.has(session)) continue;
      yield { ...labels(at), session, at, numbers: { events: steps } };
    }
  },
};

function createLabels(timeZone: string): (at: number) => { key: string; label: string } {
  const known = new Map<number, { key: string; label: string }>();
  return (at) => {
    let found = known.get(at);
    if (!found) {
      const hour = hourOfWeek(at, timeZone);
      const label = `${days[Math.floor(hour / 24)]} ${String(hour % 24).padStart(2, '0')}:00`;
      found = { key: `${hour}`, label };
      known.set(at, found);
    }
    return found;
  };
}

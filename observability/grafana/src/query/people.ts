import { hookedSessions, type KnownOptions, knownSessions, wholeRange } from './identity.ts';
import { metricScope, sessionMatchers } from './scope.ts';
import { total } from './total.ts';

/**
 * People of whom anything was heard in the dashboard's time, but nothing in its last `days`, with what they cost. Heard
 * is who spent something, worked, or began a session, and whose hooks told of one, also when no telemetry came. A
 * process that still exports what it counted long ago says nothing.
 */
export function silentPeople(days: number): string {
  const cost = `${total({ metric: 'cost', by: ['user'], filter: metricScope('cost') })} > 0`;
  const before = `count by (user) (${known({ filter: sessionMatchers })})`;
  const counted = heard.map((metric) => `${total({ metric, by: ['session_id'], range: `${days}d` })} > 0`);
  // A session stays known for a day after its last event.
  const lately = [...counted, hookedSessions(`${days - 1}d`)].map((each) => `(${each})`).join(' or ');
  // By the names of the whole time: a session is not another person's because its telemetry is older.
  return `((${cost}) or on (user) (0 * ${before})) unless on (user) count by (user) (${known()} and on (session_id) (${lately}))`;
}

const heard = ['cost', 'activeTime', 'sessions'] as const;

function known(options: Pick<KnownOptions, 'filter'> = {}): string {
  return knownSessions(wholeRange, { ...options, by: heard });
}

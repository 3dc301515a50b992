import { distinct, number, rows } from '../panels.ts';
import { eventsRows, now, nowRows, overRows } from '../queries.ts';
import { chosenBars, chosenTotal } from '../query/chosen.ts';
import { countOf } from '../query/events.ts';
import { hookedSessions, knownSessions, measuredSessions, wholeRange, workingSessions } from '../query/identity.ts';
import { silentPeople } from '../query/people.ts';
import { sessionScope } from '../query/scope.ts';
import { createDashboard } from './dashboard.ts';
import { missing } from './missing.ts';

const cost = chosenTotal({ metric: 'cost' });
const byUser = (metric: 'cost' | 'sessions' | 'commits' | 'pullRequests' | 'editDecisions', filter?: string) =>
  chosenTotal({ metric, by: ['user'], ...(filter ? { filter } : {}) });
// A session stays known for a day after its last event, when its last metric point is older than the range.
const measured = measuredSessions(`1d${wholeRange}`);
const working = workingSessions(wholeRange);
const hooked = hookedSessions(wholeRange);

export const team = createDashboard({
  uid: 'telltale-team',
  title: 'Team',
  description: 'Who works with Claude Code, how it pays, and whether everybody’s data arrives.',
  from: 'now-29d/d',
  refresh: '5m',
  panels: [
    number({
      ...{ question: 'How many people spent something?', missing: missing.metrics, width: 4, unit: 'count' },
      queries: [now(`count(${byUser('cost')} > 0)`)],
    }),
    number({
      ...{ question: 'What has this month cost so far?', missing: missing.metrics, width: 5, unit: 'dollars' },
      ...{ time: 'now/M', color: 'green', queries: [now(cost)] },
      description: 'With a project or user chosen: only sessions of the dashboard’s time range.',
    }),
    number({
      ...{ question: 'What will this month cost at this pace?', missing: missing.metrics, width: 5, unit: 'dollars' },
      ...{ time: 'now/M', color: 'orange', decimals: 0 },
      description:
        'The month so far, stretched to its length in days. With a project or user chosen: only sessions of the dashboard’s time range.',
      queries: [now(`${cost} * on () (days_in_month() * 86400000 / $\{__range_ms})`)],
    }),
    number({
      ...{ question: 'What does a commit cost?', missing: 'No commits in this time', width: 5, unit: 'dollars' },
      queries: [now(`${cost} / (${chosenTotal({ metric: 'commits' })} > 0)`)],
    }),
    number({
      ...{ question: 'What does a pull request cost?', missing: 'No pull requests in this time', width: 5 },
      ...{ unit: 'dollars', queries: [now(`${cost} / (${chosenTotal({ metric: 'pullRequests' })} > 0)`)] },
    }),
    distinct({
      ...{ question: 'How many people were active each day?', missing: missing.metrics, width: 12, unit: 'count' },
      ...{ of: 'day', what: 'user', queries: [overRows(`${chosenBars({ metric: 'tokens', by: ['user'] })} > 0`)] },
    }),
    distinct({
      ...{ question: 'How many people were active each week?', missing: missing.metrics, width: 12, unit: 'count' },
      ...{ of: 'week', what: 'user', queries: [overRows(`${chosenBars({ metric: 'tokens', by: ['user'] })} > 0`)] },
    }),
    rows({
      ...{ question: 'What does each person do with it?', missing: missing.metrics, width: 24 },
      description:
        'Starts: of new, resumed and continued sessions. Acceptance: edits that were accepted, of all that were proposed.',
      join: 'user',
      queries: [
        nowRows(byUser('cost'), 'A'),
        nowRows(byUser('sessions', 'start_type!="agents_view"'), 'B'),
        nowRows(`${byUser('editDecisions', 'decision="accept"')} / (${byUser('editDecisions')} > 0)`, 'C'),
        nowRows(byUser('commits'), 'D'),
        nowRows(byUser('pullRequests'), 'E'),
        nowRows(`${byUser('cost')} / (${byUser('commits')} > 0)`, 'F'),
      ],
      columns: [
        { field: 'user', name: 'User' },
        { field: 'Value #A', name: 'Cost', unit: 'dollars', decimals: 2 },
        { field: 'Value #B', name: 'Starts', unit: 'count' },
        { field: 'Value #C', name: 'Acceptance', unit: 'share', decimals: 0 },
        { field: 'Value #D', name: 'Commits', unit: 'count' },
        { field: 'Value #E', name: 'Pull requests', unit: 'count' },
        { field: 'Value #F', name: 'Cost per commit', unit: 'dollars', decimals: 2 },
      ],
      sortBy: 'Cost',
    }),
    rows({
      ...{ question: 'Which versions of the client are in use?', missing: missing.events, width: 6 },
      queries: [
        eventsRows(
          `count by (service_version) (${countOf({ name: 'user_prompt', where: sessionScope, by: ['service_version', 'session_id'] })})`,
        ),
      ],
      columns: [
        { field: 'service_version', name: 'Version' },
        { field: 'Value #A', name: 'Sessions with prompts' },
      ],
      sortBy: 'Sessions with prompts',
    }),
    rows({
      ...{
        question: 'Who sends hooks without telemetry?',
        missing: 'Nobody: every session with hooks sent metrics',
        width: 6,
      },
      description: 'Their sessions can be read, but cost and tokens are missing. README: “The client”.',
      queries: [
        nowRows(
          `count by (user, project) (${knownSessions()} and on (session_id) (${hooked} unless on (session_id) ${measured}))`,
        ),
      ],
      columns: [
        { field: 'user', name: 'User' },
        { field: 'project', name: 'Project' },
        { field: 'Value', name: 'Sessions' },
      ],
    }),
    rows({
      ...{
        question: 'Who sends telemetry without hooks?',
        missing: 'Nobody: every session with metrics sent hooks',
        width: 6,
      },
      description: 'Their cost is known, but not what was said and done. npm run connect sets the hooks up.',
      queries: [
        nowRows(
          `count by (user, project) (${knownSessions()} and on (session_id) (${working} unless on (session_id) ${hooked}))`,
        ),
      ],
      columns: [
        { field: 'user', name: 'User' },
        { field: 'project', name: 'Project' },
        { field: 'Value', name: 'Sessions' },
      ],
    }),
    rows({
      ...{
        question: 'Who fell silent?',
        missing: 'Nobody: everyone of this time was active in its last three days',
        width: 6,
      },
      description: 'Heard of in this time, by metrics or by hooks, but not in its last three days.',
      queries: [nowRows(silentPeople(3))],
      columns: [
        { field: 'user', name: 'User' },
        { field: 'Value', name: 'Cost before', unit: 'dollars', decimals: 2 },
      ],
    }),
  ],
});

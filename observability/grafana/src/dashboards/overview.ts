import { calendar, number, ranking, shares } from '../panels.ts';
import { now, overRows } from '../queries.ts';
import { cacheHitRatio, chosenBars, chosenTotal, top } from '../query/chosen.ts';
import { total } from '../query/total.ts';
import { createDashboard } from './dashboard.ts';
import { missing } from './missing.ts';

export const overview = createDashboard({
  uid: 'telltale-overview',
  title: 'Overview',
  description: 'What Claude Code did and what it cost, at a glance.',
  from: 'now-6d/d',
  panels: [
    number({
      ...{ question: 'What did it cost?', missing: missing.metrics, width: 4, unit: 'dollars', color: 'green' },
      description: 'List price, as Claude Code itself computed it. A subscription’s bill is another matter.',
      queries: [now(chosenTotal({ metric: 'cost' }))],
    }),
    number({
      ...{ question: 'How many tokens?', missing: missing.metrics, width: 4, unit: 'tokens' },
      queries: [now(chosenTotal({ metric: 'tokens' }))],
    }),
    number({
      ...{ question: 'How much of the input came from the cache?', missing: missing.metrics, width: 4 },
      ...{ unit: 'share', decimals: 1, queries: [now(cacheHitRatio())] },
    }),
    number({
      ...{ question: 'How often was a session started?', missing: missing.metrics, width: 4, unit: 'count' },
      description: 'New, resumed and continued: each start counts.',
      queries: [now(chosenTotal({ metric: 'sessions', filter: 'start_type!="agents_view"' }))],
    }),
    number({
      ...{ question: 'How much of today’s budget is spent?', missing: missing.budget, width: 4, unit: 'share' },
      ...{ decimals: 0, time: 'now/d', color: 'orange' },
      description: 'All projects and users since midnight. Set the budget with TELLTALE_BUDGET_DAY_USD.',
      queries: [
        now(`${total({ metric: 'cost' })} / on () (max (last_over_time(telltale_threshold{alert="budget_day"}[1h])))`),
      ],
    }),
    number({
      ...{ question: 'What did today cost?', missing: missing.metrics, width: 4, unit: 'dollars', time: 'now/d' },
      description: 'With a project or user chosen: only sessions of the dashboard’s time range.',
      ...{ color: 'green', queries: [now(chosenTotal({ metric: 'cost' }))] },
    }),
    calendar({
      ...{ question: 'What did each day cost, by model?', missing: missing.metrics, width: 16, height: 9 },
      ...{ unit: 'dollars', by: 'model_base', queries: [overRows(chosenBars({ metric: 'cost', by: ['model_base'] }))] },
    }),
    shares({
      ...{ question: 'Which kinds of tokens?', missing: missing.metrics, width: 8, height: 9, unit: 'tokens' },
      queries: [now(chosenTotal({ metric: 'tokens', by: ['type'] }), '{{type}}')],
    }),
    ranking({
      ...{ question: 'Which projects cost the most?', missing: missing.metrics, width: 8, unit: 'dollars' },
      queries: [now(top(10, chosenTotal({ metric: 'cost', by: ['project'] })), '{{project}}')],
    }),
    ranking({
      ...{ question: 'Which users cost the most?', missing: missing.metrics, width: 8, unit: 'dollars' },
      queries: [now(top(10, chosenTotal({ metric: 'cost', by: ['user'] })), '{{user}}')],
    }),
    number({
      ...{ question: 'What came out of it?', missing: missing.metrics, width: 4, height: 8, unit: 'count' },
      description: 'Lines as Claude Code counts them: a new file that ends in a newline counts one more than it has.',
      queries: [
        now(chosenTotal({ metric: 'lines', by: ['type'] }), 'lines {{type}}').refId('A'),
        now(chosenTotal({ metric: 'commits' }), 'commits').refId('B'),
        now(chosenTotal({ metric: 'pullRequests' }), 'pull requests').refId('C'),
      ],
    }),
    number({
      ...{ question: 'How long were people and agents active?', missing: missing.metrics, width: 4, height: 8 },
      ...{ unit: 'seconds', queries: [now(chosenTotal({ metric: 'activeTime', by: ['type'] }), '{{type}}')] },
    }),
  ],
});

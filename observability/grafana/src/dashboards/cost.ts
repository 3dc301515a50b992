import { calendar, number, ranking, rows, stacked } from '../panels.ts';
import { now, nowRows, over, overRows } from '../queries.ts';
import { calling, chosenBars, chosenTotal, top } from '../query/chosen.ts';
import { createDashboard } from './dashboard.ts';
import { missing } from './missing.ts';

export const cost = createDashboard({
  uid: 'telltale-cost',
  title: 'Cost',
  description: 'Where the money went: by model, person, project, subagent, skill, MCP server, effort and session.',
  from: 'now-6d/d',
  panels: [
    number({
      ...{ question: 'What did it cost?', missing: missing.metrics, width: 6, unit: 'dollars', decimals: 4 },
      ...{ color: 'green', queries: [now(chosenTotal({ metric: 'cost' }))] },
    }),
    number({
      ...{ question: 'What does a session cost?', missing: missing.metrics, width: 6, unit: 'dollars' },
      queries: [
        now(`${chosenTotal({ metric: 'cost' })} / count(${chosenTotal({ metric: 'cost', by: ['session_id'] })} > 0)`),
      ],
    }),
    number({
      ...{ question: 'What does a commit cost?', missing: 'No commits in this time', width: 6, unit: 'dollars' },
      queries: [now(`${chosenTotal({ metric: 'cost' })} / (${chosenTotal({ metric: 'commits' })} > 0)`)],
    }),
    number({
      ...{ question: 'What do a thousand tokens of output cost, all in?', missing: missing.metrics, width: 6 },
      ...{ unit: 'dollars', decimals: 4 },
      queries: [
        now(
          `1000 * ${chosenTotal({ metric: 'cost' })} / (${chosenTotal({ metric: 'tokens', filter: 'type="output"' })} > 0)`,
        ),
      ],
    }),
    calendar({
      ...{ question: 'What did each day cost, by project?', missing: missing.metrics, width: 12, unit: 'dollars' },
      ...{ by: 'project', queries: [overRows(chosenBars({ metric: 'cost', by: ['project'] }))] },
    }),
    stacked({
      ...{ question: 'When was the money spent?', missing: missing.metrics, width: 12, unit: 'dollars' },
      ...{ interval: '15m', queries: [over(chosenBars({ metric: 'cost', by: ['model_base'] }), '{{model_base}}')] },
    }),
    spent('Which models cost the most?', 'model_base', 'model unknown'),
    spent('Which users cost the most?', 'user'),
    spent('Which projects cost the most?', 'project'),
    spent('What did subagents cost?', 'agent_name', 'main conversation'),
    ranking({
      ...{ question: 'What did skills, MCP servers and effort cost?', missing: missing.metrics, width: 8 },
      unit: 'dollars',
      description: 'Three ways to cut the same money. What no skill or server had a part in is left out.',
      queries: [
        now(
          chosenTotal({ metric: 'cost', by: ['skill_name'], filter: 'skill_name!=""' }),
          'skill {{skill_name}}',
        ).refId('A'),
        now(
          chosenTotal({ metric: 'cost', by: ['mcp_server_name'], filter: 'mcp_server_name!=""' }),
          'MCP {{mcp_server_name}}',
        ).refId('B'),
        now(calling('effort', 'not told', chosenTotal({ metric: 'cost', by: ['effort'] })), 'effort {{effort}}').refId(
          'C',
        ),
      ],
    }),
    rows({
      ...{ question: 'Which sessions cost the most?', missing: missing.metrics, width: 16 },
      queries: [nowRows(top(20, chosenTotal({ metric: 'cost', by: ['session_id', 'project', 'user'] })))],
      columns: [
        { field: 'session_id', name: 'Session', width: 320 },
        { field: 'project', name: 'Project' },
        { field: 'user', name: 'User' },
        { field: 'Value', name: 'Cost', unit: 'dollars', decimals: 4 },
      ],
      sortBy: 'Cost',
    }),
  ],
});

function spent(question: string, label: string, otherwise?: string) {
  const vector = chosenTotal({ metric: 'cost', by: [label] });
  const text = otherwise ? calling(label, otherwise, vector) : vector;
  return ranking({
    ...{ question, missing: missing.metrics, width: 6, unit: 'dollars' },
    queries: [now(top(15, text), `{{${label}}}`)],
  });
}

import { lines, number, rows } from '../panels.ts';
import { eventLines, eventsRows, now } from '../queries.ts';
import { chosenCount, chosenTotal } from '../query/chosen.ts';
import { sessionScope } from '../query/scope.ts';
import { createDashboard, textVariable } from './dashboard.ts';
import { missing } from './missing.ts';

const ofPrompt = '| prompt_id=~"$prompt"';
const noise = 'hook_registered|hook_execution_start|plugin_loaded';

export const session = createDashboard({
  uid: 'telltale-session',
  title: 'Session events',
  description: 'What one session, or one prompt, sent. Telltale’s own page shows what was said and done.',
  from: 'now-24h',
  variables: [textVariable('prompt', 'Prompt', 'The id of one prompt, or .* for all')],
  panels: [
    number({
      ...{
        question: 'What did it cost?',
        missing: missing.metrics,
        width: 6,
        unit: 'dollars',
        decimals: 4,
        color: 'green',
      },
      description: 'By the metrics, which do not know prompts.',
      queries: [now(chosenTotal({ metric: 'cost' }))],
    }),
    number({
      ...{ question: 'How many tokens?', missing: missing.metrics, width: 6, unit: 'tokens' },
      description: 'By the metrics, which do not know prompts.',
      queries: [now(chosenTotal({ metric: 'tokens' }))],
    }),
    rows({
      ...{ question: 'Which sessions are these?', missing: missing.events, width: 12, height: 4 },
      queries: [eventsRows(chosenCount({ name: 'api_request', where: ofPrompt, by: ['session_id', 'model'] }))],
      columns: [
        { field: 'session_id', name: 'Session', width: 320 },
        { field: 'model', name: 'Model' },
        { field: 'Value #A', name: 'Requests', unit: 'count' },
      ],
      sortBy: 'Requests',
    }),
    rows({
      ...{ question: 'What happened, event by event?', missing: missing.events, width: 24, height: 14 },
      queries: [
        eventLines(
          `{service_name="claude-code", event_name!~"${noise}"} ${sessionScope} ${ofPrompt} | keep session_id, prompt_id, event_name, tool_name, model, decision, success, duration_ms, cost_usd, error`,
          1000,
        ),
      ],
      // Each of Loki's lines carries its labels as one JSON object.
      steps: [{ id: 'extractFields', options: { source: 'labels', format: 'json', replace: false, keepTime: true } }],
      columns: [
        { field: 'Time', name: 'Time', width: 190 },
        { field: 'timestamp', name: 'Time', width: 190 }, // as Loki's newer frames call it
        { field: 'event_name', name: 'Event', width: 170 },
        { field: 'tool_name', name: 'Tool', width: 110 },
        { field: 'model', name: 'Model', width: 150 },
        { field: 'decision', name: 'Decision', width: 90 },
        { field: 'success', name: 'Success', width: 80 },
        { field: 'duration_ms', name: 'Milliseconds', width: 110 },
        { field: 'cost_usd', name: 'Dollars', width: 110 },
        { field: 'error', name: 'Error' },
        { field: 'prompt_id', name: 'Prompt', width: 120 },
        { field: 'session_id', name: 'Session', width: 120 },
      ],
    }),
    lines({
      ...{ question: 'What did each event carry?', missing: missing.events, width: 24, height: 12 },
      queries: [eventLines(`{service_name="claude-code", event_name!~"${noise}"} ${sessionScope} ${ofPrompt}`, 500)],
    }),
  ],
});

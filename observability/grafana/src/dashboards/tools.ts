import { course, lines, number, ranking, rows, stacked } from '../panels.ts';
import { eventLines, eventsNow, eventsOver, eventsRows, now } from '../queries.ts';
import { chosenCount, chosenEvents, chosenQuantile, chosenTotal } from '../query/chosen.ts';
import { createDashboard } from './dashboard.ts';
import { missing } from './missing.ts';

const failed = '| success="false"';

export const tools = createDashboard({
  uid: 'telltale-tools',
  title: 'Tools & permissions',
  description: 'What tools did, how they failed, how long they took, and who let them.',
  from: 'now-24h',
  panels: [
    number({
      ...{ question: 'How many tool calls?', missing: missing.events, width: 4, unit: 'count' },
      queries: [eventsNow(chosenCount({ name: 'tool_result' }))],
    }),
    number({
      ...{ question: 'Which share of them failed?', missing: missing.events, width: 4, unit: 'share', decimals: 1 },
      color: 'orange',
      queries: [
        eventsNow(
          `(${chosenCount({ name: 'tool_result', where: failed })} or vector(0)) / ${chosenCount({ name: 'tool_result' })}`,
        ),
      ],
    }),
    number({
      ...{ question: 'How many calls were rejected?', missing: missing.none, width: 4, unit: 'count', color: 'orange' },
      queries: [eventsNow(chosenCount({ name: 'tool_decision', where: '| decision="reject"' }))],
    }),
    rows({
      ...{ question: 'Who changed the permission mode, and to what?', missing: missing.none, width: 12, height: 4 },
      queries: [
        eventsRows(
          chosenCount({ name: 'permission_mode_changed', by: ['from_mode', 'to_mode', 'trigger', 'session_id'] }),
        ),
      ],
      columns: [
        { field: 'from_mode', name: 'From' },
        { field: 'to_mode', name: 'To' },
        { field: 'trigger', name: 'How' },
        { field: 'session_id', name: 'Session' },
        { field: 'Value #A', name: 'Times' },
      ],
    }),
    stacked({
      ...{
        question: 'Which tools were called when?',
        missing: missing.events,
        width: 12,
        unit: 'count',
        interval: '5m',
      },
      queries: [
        eventsOver(chosenCount({ name: 'tool_result', by: ['tool_name'], range: '$__interval' }), '{{tool_name}}'),
      ],
    }),
    course({
      ...{ question: 'How long do tools take? (19 of 20 calls are faster)', missing: missing.events, width: 12 },
      ...{ unit: 'milliseconds' },
      queries: [
        eventsOver(
          chosenQuantile({
            name: 'tool_result',
            field: 'duration_ms',
            quantile: 0.95,
            by: ['tool_name'],
            range: '$__interval',
          }),
          '{{tool_name}}',
        ),
      ],
    }),
    rows({
      ...{ question: 'How does each tool fare?', missing: missing.events, width: 12, join: 'tool_name' },
      queries: [
        eventsRows(chosenCount({ name: 'tool_result', by: ['tool_name'] }), 'A'),
        eventsRows(chosenCount({ name: 'tool_result', by: ['tool_name'], where: failed }), 'B'),
        eventsRows(
          chosenQuantile({ name: 'tool_result', field: 'duration_ms', quantile: 0.5, by: ['tool_name'] }),
          'C',
        ),
        eventsRows(
          chosenQuantile({ name: 'tool_result', field: 'duration_ms', quantile: 0.95, by: ['tool_name'] }),
          'D',
        ),
      ],
      columns: [
        { field: 'tool_name', name: 'Tool' },
        { field: 'Value #A', name: 'Calls', unit: 'count' },
        { field: 'Value #B', name: 'Failed', unit: 'count' },
        { field: 'Value #C', name: 'Median', unit: 'milliseconds' },
        { field: 'Value #D', name: '19 of 20 below', unit: 'milliseconds' },
      ],
      sortBy: 'Calls',
    }),
    rows({
      ...{ question: 'What went wrong in tools?', missing: missing.none, width: 12 },
      queries: [eventsRows(chosenCount({ name: 'tool_result', by: ['tool_name', 'error_type'], where: failed }))],
      columns: [
        { field: 'tool_name', name: 'Tool' },
        { field: 'error_type', name: 'Kind of error' },
        { field: 'Value #A', name: 'Times', unit: 'count' },
      ],
      sortBy: 'Times',
    }),
    ranking({
      ...{ question: 'Who decided about tool calls?', missing: missing.events, width: 6, unit: 'count' },
      description: 'config: a rule or the permission mode; hook: a hook; user_…: a person.',
      queries: [eventsNow(chosenCount({ name: 'tool_decision', by: ['decision', 'source'] }))],
    }),
    ranking({
      ...{ question: 'In which permission mode were tools decided?', missing: missing.events, width: 6, unit: 'count' },
      queries: [eventsNow(chosenCount({ name: 'tool_decision', by: ['permission_mode'] }))],
    }),
    ranking({
      ...{
        question: 'Which edits were accepted and rejected?',
        missing: 'No edits in this time',
        width: 6,
        unit: 'count',
      },
      queries: [
        now(chosenTotal({ metric: 'editDecisions', by: ['language', 'decision'] }), '{{language}} {{decision}}'),
      ],
    }),
    lines({
      ...{ question: 'Which decisions and API errors came last?', missing: missing.events, width: 6 },
      queries: [
        eventLines(
          `${chosenEvents({ name: ['tool_decision', 'api_error', 'api_retries_exhausted'] })} | line_format "{{.event_name}} {{.tool_name}} {{.decision}} {{.source}} {{.status_code}} {{.error}}"`,
          100,
        ),
      ],
    }),
  ],
});

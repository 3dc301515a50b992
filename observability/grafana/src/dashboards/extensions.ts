import { alarm, course, number, ranking, rows } from '../panels.ts';
import { eventsNow, eventsOver, eventsRows, now } from '../queries.ts';
import { chosenCount, chosenQuantile, chosenSum, chosenTotal } from '../query/chosen.ts';
import { createDashboard } from './dashboard.ts';
import { missing } from './missing.ts';

/** Names of MCP tools stand in a JSON text, and only with OTEL_LOG_TOOL_DETAILS=1. */
const mcpNames =
  '| tool_name="mcp_tool" | line_format "{{.tool_parameters}}" | json server="mcp_server_name", tool="mcp_tool_name" | label_format tool="{{.server}} {{.tool}}"';
const details = 'No MCP calls in this time. OTEL_LOG_TOOL_DETAILS=1 sends their names';

export const extensions = createDashboard({
  uid: 'telltale-extensions',
  title: 'Extensions',
  description: 'MCP servers, skills, plugins, subagents, and what hooks cost in time.',
  from: 'now-24h',
  panels: [
    number({
      ...{ question: 'How many MCP calls?', missing: missing.none, width: 6, unit: 'count' },
      queries: [eventsNow(chosenCount({ name: 'tool_result', where: '| tool_name="mcp_tool"' }))],
    }),
    alarm({
      ...{ question: 'How often did an MCP server fail to connect?', missing: missing.none, width: 6, unit: 'count' },
      queries: [eventsNow(chosenCount({ name: 'mcp_server_connection', where: '| status="failed"' }))],
    }),
    number({
      ...{ question: 'How long did agents wait for hooks?', missing: missing.events, width: 6, unit: 'milliseconds' },
      queries: [eventsNow(chosenSum({ name: 'hook_execution_complete', field: 'total_duration_ms' }))],
    }),
    alarm({
      ...{ question: 'How often did hooks block something?', missing: missing.events, width: 6, unit: 'count' },
      queries: [eventsNow(chosenSum({ name: 'hook_execution_complete', field: 'num_blocking' }))],
    }),
    rows({
      ...{ question: 'Which MCP tools were called?', missing: details, width: 12, join: 'tool' },
      queries: [
        eventsRows(chosenCount({ name: 'tool_result', where: mcpNames, by: ['tool'] }), 'A'),
        eventsRows(chosenCount({ name: 'tool_result', where: `| success="false" ${mcpNames}`, by: ['tool'] }), 'B'),
        eventsRows(
          chosenQuantile({ name: 'tool_result', where: mcpNames, field: 'duration_ms', quantile: 0.95, by: ['tool'] }),
          'C',
        ),
      ],
      columns: [
        { field: 'tool', name: 'Tool' },
        { field: 'Value #A', name: 'Calls', unit: 'count' },
        { field: 'Value #B', name: 'Failed', unit: 'count' },
        { field: 'Value #C', name: '19 of 20 below', unit: 'milliseconds' },
      ],
      sortBy: 'Calls',
    }),
    rows({
      ...{ question: 'How did MCP servers connect?', missing: missing.none, width: 12 },
      queries: [
        eventsRows(
          chosenCount({ name: 'mcp_server_connection', by: ['server_name', 'transport_type', 'status', 'error_code'] }),
        ),
      ],
      columns: [
        { field: 'server_name', name: 'Server' },
        { field: 'transport_type', name: 'By' },
        { field: 'status', name: 'Status' },
        { field: 'error_code', name: 'Error' },
        { field: 'Value #A', name: 'Times', unit: 'count' },
      ],
    }),
    ranking({
      ...{ question: 'Which skills were used?', missing: missing.none, width: 8, unit: 'count' },
      queries: [eventsNow(chosenCount({ name: 'skill_activated', by: ['skill_name'] }))],
    }),
    ranking({
      ...{ question: 'What did skills and MCP servers cost?', missing: missing.none, width: 8, unit: 'dollars' },
      queries: [
        now(
          chosenTotal({ metric: 'cost', by: ['skill_name'], filter: 'skill_name!=""' }),
          'skill {{skill_name}}',
        ).refId('A'),
        now(
          chosenTotal({ metric: 'cost', by: ['mcp_server_name'], filter: 'mcp_server_name!=""' }),
          'MCP {{mcp_server_name}}',
        ).refId('B'),
      ],
    }),
    ranking({
      ...{ question: 'Which plugins were loaded?', missing: missing.none, width: 8, unit: 'count' },
      queries: [eventsNow(chosenCount({ name: 'plugin_loaded', by: ['plugin_name'] }))],
    }),
    rows({
      ...{ question: 'What did subagents do?', missing: 'No subagents in this time', width: 8, join: 'agent_type' },
      description: 'Tokens: of each subagent’s last request, which is how large it grew.',
      queries: [
        eventsRows(chosenCount({ name: 'subagent_completed', by: ['agent_type'] }), 'A'),
        eventsRows(chosenSum({ name: 'subagent_completed', field: 'total_tool_uses', by: ['agent_type'] }), 'B'),
        eventsRows(chosenSum({ name: 'subagent_completed', field: 'total_tokens', by: ['agent_type'] }), 'C'),
      ],
      columns: [
        { field: 'agent_type', name: 'Subagent' },
        { field: 'Value #A', name: 'Runs', unit: 'count' },
        { field: 'Value #B', name: 'Tool calls', unit: 'count' },
        { field: 'Value #C', name: 'Tokens', unit: 'tokens' },
      ],
      sortBy: 'Runs',
    }),
    course({
      ...{ question: 'How long do hooks hold the agent up? (19 of 20 are faster)', missing: missing.events, width: 8 },
      unit: 'milliseconds',
      queries: [
        eventsOver(
          chosenQuantile({
            ...{ name: 'hook_execution_complete', field: 'total_duration_ms', quantile: 0.95 },
            ...{ by: ['hook_event'], range: '$__interval' },
          }),
          '{{hook_event}}',
        ),
      ],
    }),
    ranking({
      ...{
        question: 'Which hooks took how much time in all?',
        missing: missing.events,
        width: 8,
        unit: 'milliseconds',
      },
      queries: [
        eventsNow(chosenSum({ name: 'hook_execution_complete', field: 'total_duration_ms', by: ['hook_event'] })),
      ],
    }),
  ],
});

import { textAt } from '../fields.ts';
import { plural } from '../words.ts';
import { counted } from './counted.ts';
import type { AlertRule } from './rule.ts';

export const mcpFailures = {
  title: 'MCP server fails',
  severity: 'warning',
  lastingMinutes: 0,
  cooldownMinutes: 30,
  variable: 'TELLTALE_ALERT_MCP_FAILURES',
  meaning: 'failed connections to one MCP server in 15 minutes',
  fires: 'above',
  runbook: 'Start the server by hand to see what it says. In Grafana the dashboard Extensions has the error.',
  marks: {
    windowMinutes: 15,
    names: ['mcp_server_connection'],
    of({ summary, payload }) {
      if (textAt(payload, 'status') !== 'failed') return undefined;
      // Without OTEL_LOG_TOOL_DETAILS the client tells no name.
      return { key: textAt(payload, 'server_name') ?? '', words: summary };
    },
  },
  evaluate: (_, limit, marks) =>
    counted(marks, {
      ...{ fires: 'above', limit },
      summary: ([{ key }], count) =>
        `${key === '' ? 'MCP servers' : `MCP server ${key}`} failed ${plural(count, 'time')} in 15 minutes`,
      labels: ({ key }) => (key === '' ? {} : { server_name: key }),
    }),
} as const satisfies AlertRule;

import type { AlertName } from '@telltale/core/alerts';
import { demoIdEnd } from '@telltale/core/demo';
import { eventsNow, last, math, now } from '../queries.ts';
import { countOf, type EventName } from '../query/events.ts';
import { hookedSessions, knownSessions, measuredSessions, workingSessions } from '../query/identity.ts';
import { costOfEvents } from '../query/reconciliation.ts';
import { growth, lossCounters, minutesAway, waitingPercent } from '../query/scraped.ts';
import { total } from '../query/total.ts';
import { type AlertOptions, alertRule } from './rule.ts';

const day = '24h';
const fromMetrics = (expression: string, refId = 'A') => now(expression).refId(refId);
const fromEvents = (expression: string, refId = 'A') => [
  eventsNow(expression).refId(`${refId}_series`),
  last(`${refId}_series`, refId),
];
// `telltale demo` must not wake anybody: it is in no budget, and none of its events counts.
const isReal = `session_id!~".*${demoIdEnd}"`;
const counted = (name: EventName, by: readonly string[], range: string, where = '') =>
  fromEvents(countOf({ name, by, range, where: `| ${isReal} ${where}`.trim() }));
const spent = (by: readonly string[]) => [fromMetrics(total({ metric: 'cost', by, filter: isReal, range: day }))];

// A session stays known for a day after its last event, when its last metric point is older than a day.
const measured = measuredSessions('48h');
const working = workingSessions(day);
const hooked = hookedSessions(day);
const users = (sessions: string) => `count by (user) (${knownSessions(day)} and on (session_id) (${sessions}))`;

/** What Prometheus and Loki can tell of core's table of alerts, in its order. */
export const grafanaAlerts = {
  budget_day: {
    summary:
      'The last 24 hours cost {{ humanize .Values.A.Value }} dollars, the budget is {{ humanize .Values.limit.Value }}',
    queries: spent([]),
  },
  budget_user_day: {
    summary: '{{ .Labels.user }} spent {{ humanize .Values.A.Value }} dollars in the last 24 hours',
    queries: spent(['user']),
  },
  budget_session: {
    summary: 'A session cost {{ humanize .Values.A.Value }} dollars, the budget is {{ humanize .Values.limit.Value }}',
    queries: spent(['session_id']),
  },
  api_errors: {
    summary: '{{ .Values.A.Value }} requests to {{ .Labels.model }} failed in 15 minutes',
    queries: counted('api_error', ['model'], '15m'),
  },
  retries_exhausted: {
    summary: '{{ .Values.A.Value }} requests to {{ .Labels.model }} failed after every retry: agents have stopped',
    queries: counted('api_retries_exhausted', ['model'], '15m'),
  },
  refusals: {
    summary: '{{ .Values.A.Value }} requests to {{ .Labels.model }} were refused in an hour',
    queries: counted('api_refusal', ['model'], '1h'),
  },
  bypass_permissions: {
    summary: 'A session switched to bypassPermissions: nothing asks any more before a tool runs',
    queries: counted('permission_mode_changed', ['session_id'], '1h', '| to_mode="bypassPermissions"'),
  },
  mcp_failures: {
    summary: 'The MCP server {{ .Labels.server_name }} failed {{ .Values.A.Value }} times in 15 minutes',
    queries: counted('mcp_server_connection', ['server_name'], '15m', '| status="failed"'),
  },
  exporter_failures: {
    summary: '{{ .Values.A.Value }} records could not be handed to {{ .Labels.exporter }}, or found its queue full',
    queries: [
      fromMetrics(growth({ names: [...lossCounters.refused, ...lossCounters.noRoom], by: ['exporter'], range: '15m' })),
    ],
  },
  queue_waiting: {
    summary:
      'For 10 minutes at least {{ humanize .Values.A.Value }} % of the queue to {{ .Labels.exporter }} ({{ .Labels.data_type }}) have waited',
    queries: [fromMetrics(waitingPercent)],
  },
  part_down: {
    summary: '{{ .Labels.job }} has not answered for {{ humanize .Values.A.Value }} minutes',
    queries: [fromMetrics(minutesAway)],
  },
  reconciliation: {
    summary: 'Metrics and events of the last 24 hours disagree by more than {{ .Values.limit.Value }} dollars',
    // Metrics come up to a minute after the events they count. What events told until two minutes ago must be in
    // them by now, and nothing that no event has told; whatever lies between is only on its way.
    queries: [
      fromMetrics(`${total({ metric: 'cost', range: day })} or vector(0)`, 'metrics'),
      ...fromEvents(`${costOfEvents({ range: '1438m', offset: '2m' })} or vector(0)`, 'told'),
      ...fromEvents(`${costOfEvents({ range: '1442m' })} or vector(0)`, 'all'),
      math('($told - $metrics) * ($told > $metrics) + ($metrics - $all) * ($metrics > $all)', 'A'),
    ],
  },
  telemetry_without_hooks: {
    summary: '{{ .Values.A.Value }} sessions of {{ .Labels.user }} sent metrics, but no hooks',
    queries: [fromMetrics(users(`${working} unless on (session_id) ${hooked}`))],
  },
  hooks_without_telemetry: {
    summary: '{{ .Values.A.Value }} sessions of {{ .Labels.user }} sent hooks, but no metrics',
    queries: [fromMetrics(users(`${hooked} unless on (session_id) ${measured}`))],
  },
} as const satisfies Partial<Record<AlertName, AlertOptions>>;

export type GrafanaAlertName = keyof typeof grafanaAlerts;
export const grafanaAlertNames = Object.keys(grafanaAlerts) as GrafanaAlertName[];

export const alertRules = grafanaAlertNames.map((name) => alertRule(name, grafanaAlerts[name]));

/** The file that Grafana's provisioning reads. */
export const alertFile = {
  apiVersion: 1,
  groups: [{ orgId: 1, name: 'telltale', folder: 'Telltale', interval: '1m', rules: alertRules }],
};

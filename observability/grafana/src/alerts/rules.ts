import { eventsNow, last, math, now } from '../queries.ts';
import { countOf, type EventName } from '../query/events.ts';
import { hookedSessions, knownSessions, measuredSessions, workingSessions } from '../query/identity.ts';
import { costOfEvents } from '../query/reconciliation.ts';
import { growth, lossCounters, minutesAway, waitingPercent } from '../query/scraped.ts';
import { total } from '../query/total.ts';
import { alertRule } from './rule.ts';

const day = '24h';
const fromMetrics = (expression: string, refId = 'A') => now(expression).refId(refId);
const fromEvents = (expression: string, refId = 'A') => [
  eventsNow(expression).refId(`${refId}_series`),
  last(`${refId}_series`, refId),
];
const counted = (name: EventName, by: readonly string[], range: string, where?: string) =>
  fromEvents(countOf({ name, by, range, ...(where ? { where } : {}) }));

// A session stays known for a day after its last event, when its last metric point is older than a day.
const measured = measuredSessions('48h');
const working = workingSessions(day);
const hooked = hookedSessions(day);
const users = (sessions: string) => `count by (user) (${knownSessions(day)} and on (session_id) (${sessions}))`;

export const alertRules = [
  alertRule({
    ...{ threshold: 'budget_day', title: 'Daily budget spent', severity: 'warning', lasting: '0s' },
    summary:
      'The last 24 hours cost {{ humanize .Values.A.Value }} dollars, the budget is {{ humanize .Values.limit.Value }}',
    runbook: 'Open the dashboard Cost: which sessions, users and models are behind it?',
    queries: [fromMetrics(total({ metric: 'cost', range: day }))],
  }),
  alertRule({
    ...{ threshold: 'budget_user_day', title: 'Daily budget of a person spent', severity: 'warning', lasting: '0s' },
    summary: '{{ .Labels.user }} spent {{ humanize .Values.A.Value }} dollars in the last 24 hours',
    runbook: 'Open the dashboard Cost with this user: which sessions are behind it, and are they still running?',
    queries: [fromMetrics(total({ metric: 'cost', by: ['user'], range: day }))],
  }),
  alertRule({
    ...{ threshold: 'api_errors', title: 'Many API errors', severity: 'warning', lasting: '2m' },
    summary: '{{ .Values.A.Value }} requests to {{ .Labels.model }} failed in 15 minutes',
    runbook: 'Open the dashboard API health: which status codes? 429 and 529 pass, 400 and 401 do not.',
    queries: counted('api_error', ['model'], '15m'),
  }),
  alertRule({
    ...{ threshold: 'retries_exhausted', title: 'Retries used up', severity: 'warning', lasting: '0s' },
    summary: '{{ .Values.A.Value }} requests to {{ .Labels.model }} failed after every retry: agents have stopped',
    runbook: 'Open the dashboard API health, then the sessions it names: they wait for somebody to go on.',
    queries: counted('api_retries_exhausted', ['model'], '15m'),
  }),
  alertRule({
    ...{ threshold: 'refusals', title: 'Requests refused', severity: 'info', lasting: '0s' },
    summary: '{{ .Values.A.Value }} requests to {{ .Labels.model }} were refused in an hour',
    runbook: 'Open the dashboard Session events: what was asked? A refused request still costs money.',
    queries: counted('api_refusal', ['model'], '1h'),
  }),
  alertRule({
    ...{ threshold: 'bypass_permissions', title: 'Permissions bypassed', severity: 'warning', lasting: '0s' },
    summary: 'A session switched to bypassPermissions: nothing asks any more before a tool runs',
    runbook: 'Open the session. Does it run where it can do no harm?',
    queries: counted('permission_mode_changed', ['session_id'], '1h', '| to_mode="bypassPermissions"'),
  }),
  alertRule({
    ...{ threshold: 'mcp_failures', title: 'MCP server fails', severity: 'warning', lasting: '0s' },
    summary: 'The MCP server {{ .Labels.server_name }} failed {{ .Values.A.Value }} times in 15 minutes',
    runbook: 'Open the dashboard Extensions for the error; start the server by hand to see what it says.',
    queries: counted('mcp_server_connection', ['server_name'], '15m', '| status="failed"'),
  }),
  alertRule({
    ...{ threshold: 'exporter_failures', title: 'Telemetry is lost', severity: 'critical', lasting: '0s' },
    summary: '{{ .Values.A.Value }} records could not be handed to {{ .Labels.exporter }}, or found its queue full',
    runbook:
      'Open the dashboard Pipeline health and the collector’s log: a full queue waits for its destination, a refusal names its reason.',
    queries: [
      fromMetrics(growth({ names: [...lossCounters.refused, ...lossCounters.noRoom], by: ['exporter'], range: '15m' })),
    ],
  }),
  alertRule({
    ...{ threshold: 'queue_waiting', title: 'Telemetry waits', severity: 'warning', lasting: '5m' },
    summary:
      'For 10 minutes at least {{ humanize .Values.A.Value }} % of the queue to {{ .Labels.exporter }} ({{ .Labels.data_type }}) have waited',
    runbook:
      'Nothing is lost until the queue is full. Is the destination up? The collector’s log names what it answers; the dashboard Pipeline health shows how fast the queue fills.',
    queries: [fromMetrics(waitingPercent)],
  }),
  alertRule({
    ...{ threshold: 'part_down', title: 'A part of the stack is down', severity: 'critical', lasting: '2m' },
    summary: '{{ .Labels.job }} has not answered for {{ humanize .Values.A.Value }} minutes',
    runbook:
      'docker compose ps and docker compose logs of that part. Without the collector, clients that end lose what they have not sent; while another part is down, the collector’s queue keeps it.',
    queries: [fromMetrics(minutesAway)],
  }),
  alertRule({
    ...{ threshold: 'reconciliation', title: 'Metrics and events disagree', severity: 'warning', lasting: '30m' },
    summary: 'Metrics and events of the last 24 hours disagree by more than {{ .Values.limit.Value }} dollars',
    runbook:
      'Open the dashboard Pipeline health: which sessions? Refused and retried requests are in the metrics only.',
    // Metrics come up to a minute after the events they count. What events told until two minutes ago must be in
    // them by now, and nothing that no event has told; whatever lies between is only on its way.
    queries: [
      fromMetrics(`${total({ metric: 'cost', range: day })} or vector(0)`, 'metrics'),
      ...fromEvents(`${costOfEvents({ range: '1438m', offset: '2m' })} or vector(0)`, 'told'),
      ...fromEvents(`${costOfEvents({ range: '1442m' })} or vector(0)`, 'all'),
      math('($told - $metrics) * ($told > $metrics) + ($metrics - $all) * ($metrics > $all)', 'A'),
    ],
  }),
  alertRule({
    ...{ threshold: 'telemetry_without_hooks', title: 'Telemetry without hooks', severity: 'info', lasting: '30m' },
    summary: '{{ .Values.A.Value }} sessions of {{ .Labels.user }} sent metrics, but no hooks',
    runbook: 'Their cost is known, but not what was said and done: npm run connect in their projects.',
    queries: [fromMetrics(users(`${working} unless on (session_id) ${hooked}`))],
  }),
  alertRule({
    ...{ threshold: 'hooks_without_telemetry', title: 'Hooks without telemetry', severity: 'info', lasting: '30m' },
    summary: '{{ .Values.A.Value }} sessions of {{ .Labels.user }} sent hooks, but no metrics',
    runbook: 'Their cost is missing: set the variables of observability/README.md in the user’s settings.',
    queries: [fromMetrics(users(`${hooked} unless on (session_id) ${measured}`))],
  }),
];

/** The file that Grafana's provisioning reads. */
export const alertFile = {
  apiVersion: 1,
  groups: [{ orgId: 1, name: 'telltale', folder: 'Telltale', interval: '1m', rules: alertRules }],
};

import type { AlertRule } from './rule.ts';

/** What only Prometheus can tell: alerts about the stack itself, and about its two roads against each other. */

export const exporterFailures = {
  title: 'Telemetry is lost',
  severity: 'critical',
  lastingMinutes: 0,
  cooldownMinutes: 0,
  variable: 'TELLTALE_ALERT_EXPORTER_FAILURES',
  meaning: 'records in 15 minutes that the collector could not hand on, or had no room for',
  fires: 'above',
  runbook:
    'Open the dashboard Pipeline health and the collector’s log: a full queue waits for its destination, a refusal names its reason.',
} as const satisfies AlertRule;

export const queueWaiting = {
  title: 'Telemetry waits',
  severity: 'warning',
  lastingMinutes: 5,
  cooldownMinutes: 0,
  variable: 'TELLTALE_ALERT_QUEUE_PERCENT',
  meaning:
    'percent of a queue of the collector that have waited for 10 minutes; 0 tells of anything that waits so long',
  fires: 'above',
  runbook:
    'Nothing is lost until the queue is full. Is the destination up? The collector’s log names what it answers; the dashboard Pipeline health shows how fast the queue fills.',
} as const satisfies AlertRule;

export const partDown = {
  title: 'A part of the stack is down',
  severity: 'critical',
  lastingMinutes: 2,
  cooldownMinutes: 0,
  variable: 'TELLTALE_ALERT_PART_DOWN_MINUTES',
  meaning: 'minutes for which a part of the stack that was there in the last week has not answered, at least 2',
  fires: 'above',
  runbook:
    'docker compose ps and docker compose logs of that part. Without the collector, clients that end lose what they have not sent; while another part is down, the collector’s queue keeps it.',
} as const satisfies AlertRule;

export const reconciliation = {
  title: 'Metrics and events disagree',
  severity: 'warning',
  lastingMinutes: 30,
  cooldownMinutes: 0,
  variable: 'TELLTALE_ALERT_RECONCILIATION_USD',
  meaning: 'dollars of 24 hours by which metrics and events disagree',
  fires: 'above',
  runbook: 'Open the dashboard Pipeline health: which sessions? Refused and retried requests are in the metrics only.',
} as const satisfies AlertRule;

export const telemetryWithoutHooks = {
  title: 'Telemetry without hooks',
  severity: 'info',
  lastingMinutes: 30,
  cooldownMinutes: 0,
  variable: 'TELLTALE_ALERT_TELEMETRY_WITHOUT_HOOKS',
  meaning: 'sessions of 24 hours that sent metrics, but no hooks',
  fires: 'above',
  runbook: 'Their cost is known, but not what was said and done: npm run connect in their projects.',
} as const satisfies AlertRule;

export const hooksWithoutTelemetry = {
  title: 'Hooks without telemetry',
  severity: 'info',
  lastingMinutes: 30,
  cooldownMinutes: 0,
  variable: 'TELLTALE_ALERT_HOOKS_WITHOUT_TELEMETRY',
  meaning: 'sessions of 24 hours that sent hooks, but no metrics',
  fires: 'above',
  runbook: 'Their cost is missing: set the variables of observability/README.md in the user’s settings.',
} as const satisfies AlertRule;

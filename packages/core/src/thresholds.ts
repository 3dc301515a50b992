/**
 * From which amount on an alert is wanted. An alert whose variable is unset is off. The service reads the variables and
 * tells Prometheus (`telltale_threshold{alert="…"}`), so that alerts, dashboards and pages know one and the same number.
 */
export const thresholds = {
  budget_day: {
    variable: 'TELLTALE_BUDGET_DAY_USD',
    meaning: 'dollars that all sessions together may cost in 24 hours',
  },
  budget_user_day: {
    variable: 'TELLTALE_BUDGET_USER_DAY_USD',
    meaning: 'dollars that the sessions of one person may cost in 24 hours',
  },
  api_errors: {
    variable: 'TELLTALE_ALERT_API_ERRORS',
    meaning: 'failed API requests of one model in 15 minutes',
  },
  retries_exhausted: {
    variable: 'TELLTALE_ALERT_RETRIES_EXHAUSTED',
    meaning: 'requests in 15 minutes that failed after every retry',
  },
  refusals: { variable: 'TELLTALE_ALERT_REFUSALS', meaning: 'refused requests in an hour' },
  bypass_permissions: {
    variable: 'TELLTALE_ALERT_BYPASS_PERMISSIONS',
    meaning: 'times in an hour that one session switched to bypassPermissions',
  },
  mcp_failures: {
    variable: 'TELLTALE_ALERT_MCP_FAILURES',
    meaning: 'failed connections to one MCP server in 15 minutes',
  },
  exporter_failures: {
    variable: 'TELLTALE_ALERT_EXPORTER_FAILURES',
    meaning: 'records in 15 minutes that the collector could not hand on, or had no room for',
  },
  queue_waiting: {
    variable: 'TELLTALE_ALERT_QUEUE_PERCENT',
    meaning:
      'percent of a queue of the collector that have waited for 10 minutes; 0 tells of anything that waits so long',
  },
  part_down: {
    variable: 'TELLTALE_ALERT_PART_DOWN_MINUTES',
    meaning: 'minutes for which a part of the stack that was there in the last week has not answered, at least 2',
  },
  reconciliation: {
    variable: 'TELLTALE_ALERT_RECONCILIATION_USD',
    meaning: 'dollars of 24 hours by which metrics and events disagree',
  },
  telemetry_without_hooks: {
    variable: 'TELLTALE_ALERT_TELEMETRY_WITHOUT_HOOKS',
    meaning: 'sessions of 24 hours that sent metrics, but no hooks',
  },
  hooks_without_telemetry: {
    variable: 'TELLTALE_ALERT_HOOKS_WITHOUT_TELEMETRY',
    meaning: 'sessions of 24 hours that sent hooks, but no metrics',
  },
} as const satisfies Record<string, { variable: `TELLTALE_${string}`; meaning: string }>;

export type ThresholdName = keyof typeof thresholds;
export const thresholdNames = Object.keys(thresholds) as ThresholdName[];

/** Those that are set. An alert fires above its threshold, not at it. */
export type Thresholds = Partial<Record<ThresholdName, number>>;

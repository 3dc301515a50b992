/** What to say when a panel is empty: what is missing, and what would bring it. */
export const missing = {
  metrics: 'No metrics in this time. Is telemetry on? See observability/README.md',
  events: 'No such events in this time. OTEL_LOGS_EXPORTER=otlp sends them',
  none: 'None in this time',
  budget: 'No budget set: TELLTALE_BUDGET_DAY_USD',
  stack: 'Prometheus has not scraped this part yet',
} as const;

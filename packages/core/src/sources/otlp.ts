export { readLogs, unknownApp } from './otlp/logs.ts';
export { type MetricPoint, readMetrics } from './otlp/metrics.ts';
export type { BadRecord, OtlpContext, OtlpRecords } from './otlp/records.ts';
export { readSpans, type Span } from './otlp/spans.ts';

/** OTLP/JSON as Claude Code sends it. */
export type Attributes = Readonly<Record<string, string | number | boolean>>;

export interface LogRecord {
  atMs: number;
  attributes: Attributes;
}

export interface Metric {
  name: string;
  unit: string;
  points: { startMs: number; atMs: number; value: number; attributes: Attributes }[];
}

export interface Span {
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  name: string;
  fromMs: number;
  toMs: number;
  hasFailed: boolean;
  attributes: Attributes;
}

export function logsPayload(resource: Attributes, records: readonly LogRecord[]): object {
  const logRecords = records.map(({ atMs, attributes }) => ({
    ...{ timeUnixNano: nanoseconds(atMs), observedTimeUnixNano: nanoseconds(atMs) },
    body: { stringValue: `claude_code.${attributes['event.name']}` },
    attributes: otlpAttributes(attributes),
  }));
  return { resourceLogs: [{ resource: resourceOf(resource), scopeLogs: [{ scope: scope('events'), logRecords }] }] };
}

export function metricsPayload(resource: Attributes, metrics: readonly Metric[]): object {
  const list = metrics.map(({ name, unit, points }) => ({
    ...{ name, unit },
    sum: {
      ...{ aggregationTemporality: 2, isMonotonic: true },
      dataPoints: points.map(({ startMs, atMs, value, attributes }) => ({
        ...{ startTimeUnixNano: nanoseconds(startMs), timeUnixNano: nanoseconds(atMs), asDouble: value },
        attributes: otlpAttributes(attributes),
      })),
    },
  }));
  return {
    resourceMetrics: [{ resource: resourceOf(resource), scopeMetrics: [{ scope: scope('metrics'), metrics: list }] }],
  };
}

export function tracesPayload(resource: Attributes, list: readonly Span[]): object {
  const spans = list.map(({ traceId, spanId, parentSpanId, name, fromMs, toMs, hasFailed, attributes }) => ({
    ...{ traceId, spanId, ...(parentSpanId !== undefined && { parentSpanId }), name, kind: 1 },
    ...{ startTimeUnixNano: nanoseconds(fromMs), endTimeUnixNano: nanoseconds(toMs) },
    ...{ attributes: otlpAttributes(attributes), status: { code: hasFailed ? 2 : 0 } },
  }));
  return { resourceSpans: [{ resource: resourceOf(resource), scopeSpans: [{ scope: scope('tracing'), spans }] }] };
}

const scope = (name: string) => ({ name: `com.anthropic.claude_code.${name}`, version: '2.1.329' });

const resourceOf = (own: Attributes) => ({
  attributes: otlpAttributes({
    ...{ 'service.name': 'claude-code', 'service.version': '2.1.329', 'host.arch': 'amd64', 'os.type': 'linux' },
    ...own,
  }),
});

// Not `atMs * 1e6`, which a double cannot hold.
const nanoseconds = (atMs: number) => `${Math.floor(atMs)}000000`;

function otlpAttributes(attributes: Attributes): object[] {
  return Object.entries(attributes).map(([key, value]) => ({ key, value: otlpValue(value) }));
}

function otlpValue(value: string | number | boolean): object {
  if (typeof value === 'string') return { stringValue: value };
  if (typeof value === 'boolean') return { boolValue: value };
  return Number.isInteger(value) ? { intValue: value } : { doubleValue: value };
}

/** OTLP/JSON as Claude Code sends it, small enough to count by hand. */
export type Value = string | number | boolean | Value[] | { [key: string]: Value };

export interface LogRecord {
  name: string;
  /** Milliseconds. */
  at: number;
  attributes: Record<string, Value>;
  body?: Value;
}

export interface Point {
  /** Milliseconds. */
  startedAt: number;
  at: number;
  value: number;
  attributes: Record<string, Value>;
}

export interface Metric {
  name: string;
  unit?: string;
  temporality?: 'cumulative' | 'delta';
  points: Point[];
}

export interface Span {
  traceId: string;
  spanId: string;
  name: string;
  at: number;
  attributes: Record<string, Value>;
  statusMessage?: string;
  events?: { name: string; attributes: Record<string, Value> }[];
}

export function logsPayload(records: readonly LogRecord[]): object {
  const logRecords = records.map(({ name, at, attributes, body }) => ({
    timeUnixNano: nanoseconds(at),
    observedTimeUnixNano: nanoseconds(at),
    body: otlpValue(body ?? `claude_code.${name}`),
    attributes: otlpAttributes({ 'event.name': name, ...attributes }),
  }));
  return { resourceLogs: [{ resource, scopeLogs: [{ scope: scope('events'), logRecords }] }] };
}

export function metricsPayload(metrics: readonly Metric[]): object {
  const list = metrics.map(({ name, unit = '1', temporality = 'cumulative', points }) => ({
    name,
    unit,
    sum: {
      aggregationTemporality: temporality === 'delta' ? 1 : 2,
      isMonotonic: true,
      dataPoints: points.map((point) => ({
        startTimeUnixNano: nanoseconds(point.startedAt),
        timeUnixNano: nanoseconds(point.at),
        asDouble: double(point.value),
        attributes: otlpAttributes(point.attributes),
      })),
    },
  }));
  return { resourceMetrics: [{ resource, scopeMetrics: [{ scope: scope('metrics'), metrics: list }] }] };
}

export function tracesPayload(spans: readonly Span[]): object {
  const list = spans.map(({ traceId, spanId, name, at, attributes, statusMessage, events = [] }) => ({
    ...{ traceId, spanId, name, kind: 1, startTimeUnixNano: nanoseconds(at), endTimeUnixNano: nanoseconds(at + 5) },
    attributes: otlpAttributes(attributes),
    ...(statusMessage !== undefined && { status: { code: 2, message: statusMessage } }),
    events: events.map((event) => ({
      timeUnixNano: nanoseconds(at),
      name: event.name,
      attributes: otlpAttributes(event.attributes),
    })),
  }));
  return { resourceSpans: [{ resource, scopeSpans: [{ scope: scope('tracing'), spans: list }] }] };
}

export type Signal = 'logs' | 'metrics' | 'traces';

/** One export, as a client does it: the status it was answered, or `refused` where nobody listens or the answer broke off. */
export async function send(url: string, signal: Signal, payload: object): Promise<number | 'refused'> {
  try {
    const response = await fetch(`${url}/v1/${signal}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(payload),
      signal: AbortSignal.timeout(30_000),
    });
    await response.arrayBuffer();
    return response.status;
  } catch {
    return 'refused'; // which is what a client knows, too
  }
}

const resource = {
  attributes: otlpAttributes({ 'service.name': 'claude-code', 'service.version': '2.1.329', 'host.arch': 'amd64' }),
};
const scope = (name: string) => ({ name: `com.anthropic.claude_code.${name}`, version: '2.1.329' });

// Not `at * 1e6`, which a double cannot hold.
const nanoseconds = (at: number) => `${Math.floor(at)}000000`;

// JSON has no NaN; OTLP writes it as text.
const double = (value: number) => (Number.isFinite(value) ? value : String(value));

function otlpAttributes(attributes: Record<string, Value>): object[] {
  return Object.entries(attributes).map(([key, value]) => ({ key, value: otlpValue(value) }));
}

function otlpValue(value: Value): object {
  if (typeof value === 'string') return { stringValue: value };
  if (typeof value === 'boolean') return { boolValue: value };
  if (typeof value === 'number') return Number.isInteger(value) ? { intValue: value } : { doubleValue: double(value) };
  if (Array.isArray(value)) return { arrayValue: { values: value.map(otlpValue) } };
  return { kvlistValue: { values: otlpAttributes(value) } };
}

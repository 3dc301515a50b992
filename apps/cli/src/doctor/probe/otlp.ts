/**
 * One log, one metric and one span. No total asks for a service, a metric or a span of such a name; the log's own name is
 * one of the client's, because names of events stay in the completions of filters.
 */
export const probeNames = {
  service: 'telltale-doctor',
  log: 'user_prompt',
  metric: 'telltale.doctor.probe',
  span: 'telltale.doctor.probe',
};

export type Signal = 'logs' | 'metrics' | 'traces';

const patienceMs = 10_000;

/** Posts as the client does; what came instead of 200, or undefined. */
export async function postOtlp(
  endpoint: string,
  signal: Signal,
  body: unknown,
  headers: Record<string, string> | '' | undefined = {},
): Promise<string | undefined> {
  try {
    const answer = await fetch(`${endpoint.replace(/\/+$/, '')}/v1/${signal}`, {
      ...{ method: 'POST', body: JSON.stringify(body), signal: AbortSignal.timeout(patienceMs) },
      headers: { 'content-type': 'application/json', ...(headers || {}) },
    });
    const text = await answer.text();
    if (!answer.ok) return `${answer.status} ${text.slice(0, 120)}`.trim();
    return /"rejected\w+":"?[1-9]/.test(text) ? text.slice(0, 200) : undefined;
  } catch (error) {
    const cause = error instanceof Error ? ((error.cause ?? error) as NodeJS.ErrnoException) : undefined;
    return cause?.code ?? cause?.name ?? String(error);
  }
}

/** `key=value,key=value`, as the variable has them. */
export function headersOf(text: string | undefined): Record<string, string> {
  const pairs = (text ?? '').split(',').map((pair) => pair.split('='));
  return Object.fromEntries(
    pairs.flatMap(([key = '', ...rest]) =>
      key.trim() && rest.length > 0 ? [[key.trim(), unescaped(rest.join('=').trim())]] : [],
    ),
  );
}

function unescaped(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value; // A percent sign that is meant as one.
  }
}

const text = (key: string, stringValue: string) => ({ key, value: { stringValue } });

export function probeBodies(
  session: string,
  nowMs: number,
  ids: { trace: string; span: string },
): Record<Signal, unknown> {
  const resource = { attributes: [text('service.name', probeNames.service)] };
  const attributes = [text('session.id', session)];
  const [at, before] = [`${nowMs}000000`, `${nowMs - 1}000000`];
  const record = {
    ...{ timeUnixNano: at, observedTimeUnixNano: at, body: { stringValue: `claude_code.${probeNames.log}` } },
    attributes: [...attributes, text('event.name', probeNames.log)],
  };
  const point = { startTimeUnixNano: before, timeUnixNano: at, asDouble: 1, attributes };
  const sum = { aggregationTemporality: 2, isMonotonic: true, dataPoints: [point] };
  const span = {
    ...{ traceId: ids.trace, spanId: ids.span, name: probeNames.span, kind: 1 },
    ...{ startTimeUnixNano: before, endTimeUnixNano: at, attributes },
  };
  return {
    logs: { resourceLogs: [{ resource, scopeLogs: [{ logRecords: [record] }] }] },
    metrics: {
      resourceMetrics: [{ resource, scopeMetrics: [{ metrics: [{ name: probeNames.metric, unit: '', sum }] }] }],
    },
    traces: { resourceSpans: [{ resource, scopeSpans: [{ spans: [span] }] }] },
  };
}

import type { Value } from './payloads.ts';

/** What a receiver finds in OTLP/JSON: records and spans as plain objects. */
export interface Found {
  name: string;
  attributes: Record<string, Value>;
  body?: Value;
  status?: string;
  events: { name: string; attributes: Record<string, Value> }[];
}

export function recordsIn(text: string): Found[] {
  const { resourceLogs = [], resourceSpans = [] } = JSON.parse(text) as Otlp;
  const records = resourceLogs.flatMap(({ scopeLogs }) => scopeLogs.flatMap(({ logRecords }) => logRecords));
  const spans = resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans));
  return [
    ...records.map(({ attributes, body }) => {
      const all = attributesIn(attributes);
      return { name: String(all['event.name']), attributes: all, body: valueIn(body), events: [] };
    }),
    ...spans.map(({ name, attributes, status, events = [] }) => ({
      ...{ name, attributes: attributesIn(attributes), ...(status?.message && { status: status.message }) },
      events: events.map((event) => ({ name: event.name, attributes: attributesIn(event.attributes) })),
    })),
  ];
}

/** The number of points in a metrics request, by the attribute that names them. */
export function pointsIn(text: string, attribute: string): Value[] {
  const { resourceMetrics = [] } = JSON.parse(text) as Otlp;
  return resourceMetrics
    .flatMap(({ scopeMetrics }) => scopeMetrics.flatMap(({ metrics }) => metrics))
    .flatMap(({ sum }) => sum?.dataPoints ?? [])
    .map(({ attributes }) => attributesIn(attributes)[attribute] ?? '');
}

type Pairs = { key: string; value: Raw }[];
type Raw = {
  stringValue?: string;
  intValue?: string | number;
  doubleValue?: number;
  boolValue?: boolean;
  arrayValue?: { values?: Raw[] };
  kvlistValue?: { values?: Pairs };
};
interface Otlp {
  resourceLogs?: { scopeLogs: { logRecords: { attributes?: Pairs; body: Raw }[] }[] }[];
  resourceSpans?: { scopeSpans: { spans: Span[] }[] }[];
  resourceMetrics?: { scopeMetrics: { metrics: { sum?: { dataPoints: { attributes?: Pairs }[] } }[] }[] }[];
}
interface Span {
  name: string;
  attributes?: Pairs;
  status?: { message?: string };
  events?: { name: string; attributes?: Pairs }[];
}

function attributesIn(pairs: Pairs = []): Record<string, Value> {
  return Object.fromEntries(pairs.map(({ key, value }) => [key, valueIn(value)]));
}

function valueIn(raw: Raw): Value {
  if (raw.kvlistValue) return attributesIn(raw.kvlistValue.values);
  if (raw.arrayValue) return (raw.arrayValue.values ?? []).map(valueIn);
  return raw.stringValue ?? raw.boolValue ?? raw.doubleValue ?? Number(raw.intValue ?? 0);
}

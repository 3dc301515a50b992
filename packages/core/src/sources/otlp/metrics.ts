import { type Fields, isFields, numericAt, textAt } from '../../fields.ts';
import { badRecord, type OtlpContext, type OtlpRecords, type Placed, redactorOf, walk } from './records.ts';
import { canonical, listOf, readAttributes, readNanos } from './value.ts';

type Temporality = 'cumulative' | 'delta' | 'none';

/** One point of a metric. Series, start and, but for cumulative ones, time are its key. */
export interface MetricPoint {
  /** Of (name, attributes, kind, temporality): equal for every point of a series. */
  seriesId: string;
  name: string;
  unit: string;
  kind: string;
  temporality: Temporality;
  isMonotonic: boolean;
  /** JSON, redacted. */
  attributes: string;
  resource: string;
  sessionId?: string;
  /** Nanoseconds since 1970, as digits. */
  start: string;
  time: string;
  /** Absent for what is no single number: a histogram. */
  value?: number;
  /** The point itself, as JSON, where it is no single number. */
  data?: string;
}

const levels = { resources: 'resourceMetrics', scopes: 'scopeMetrics', items: 'metrics' };
const kinds = ['sum', 'gauge', 'histogram', 'exponentialHistogram', 'summary'] as const;

/** The points of an OTLP request. */
export function readMetrics(body: unknown, context: OtlpContext): OtlpRecords<MetricPoint> {
  const read: OtlpRecords<MetricPoint> = { records: [], bad: [] };
  walk(body, levels, read.bad, (placed) => readMetric(placed, context, read));
  return read;
}

function readMetric({ item, resource }: Placed, context: OtlpContext, read: OtlpRecords<MetricPoint>): void {
  const name = textAt(item, 'name');
  const kind = kinds.find((one) => isFields(item[one]));
  if (name === undefined || kind === undefined) {
    read.bad.push(badRecord('a metric has a name and a sum, gauge, histogram or summary', item));
    return;
  }
  const data = item[kind] as Fields;
  const temporality = temporalityOf(data.aggregationTemporality, kind);
  const redact = redactorOf(context);
  const resourceText = redact(JSON.stringify(resource)).text;
  for (const point of listOf(data.dataPoints)) {
    const attributes = isFields(point) ? readAttributes(point.attributes) : undefined;
    const time = isFields(point) ? readNanos(point.timeUnixNano) : undefined;
    const value = isFields(point) ? numberOf(point, kind) : undefined;
    if (!isFields(point) || attributes === undefined || time === undefined || value === undefined) {
      read.bad.push(badRecord(`a point of ${name} has attributes, a time and a value`, point));
      continue;
    }
    const { text } = redact(JSON.stringify(attributes));
    const kept: MetricPoint = {
      seriesId: context.idOf(['series', name, kind, temporality, canonical(attributes)].join('\n')),
      ...{ name, kind, temporality, value, attributes: text, resource: resourceText },
      unit: textAt(item, 'unit') ?? '',
      isMonotonic: data.isMonotonic === true,
      start: readNanos(point.startTimeUnixNano) ?? '0',
      time,
    };
    if (Number.isNaN(value)) {
      delete kept.value;
      kept.data = redact(JSON.stringify({ ...point, attributes: undefined })).text;
    }
    const sessionId = textAt(attributes, 'session.id');
    if (sessionId !== undefined) kept.sessionId = sessionId;
    read.records.push(kept);
  }
}

/** NaN for what is no single number; undefined for a number that is missing. */
function numberOf(point: Fields, kind: string): number | undefined {
  if (kind !== 'sum' && kind !== 'gauge') return Number.NaN;
  return numericAt(point, point.asDouble === undefined || point.asDouble === null ? 'asInt' : 'asDouble');
}

function temporalityOf(told: unknown, kind: string): Temporality {
  if (kind === 'gauge' || kind === 'summary') return 'none';
  if (told === 2 || told === 'AGGREGATION_TEMPORALITY_CUMULATIVE') return 'cumulative';
  return told === 1 || told === 'AGGREGATION_TEMPORALITY_DELTA' ? 'delta' : 'none';
}

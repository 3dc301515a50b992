import { type Fields, fieldsAt, isFields, numberAt, textAt } from '../../fields.ts';
import { badRecord, type OtlpContext, type OtlpRecords, redactorOf, walk } from './records.ts';
import { listOf, readAttributes, readNanos } from './value.ts';

/** One span; (traceId, spanId) is its key. */
export interface Span {
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  name: string;
  /** Nanoseconds since 1970, as digits. */
  start: string;
  end: string;
  /** 0 unset, 1 ok, 2 error. */
  status: number;
  sessionId?: string;
  /** JSON, redacted. */
  attributes: string;
}

const levels = { resources: 'resourceSpans', scopes: 'scopeSpans', items: 'spans' };

/** The spans of an OTLP request. */
export function readSpans(body: unknown, context: OtlpContext): OtlpRecords<Span> {
  const read: OtlpRecords<Span> = { records: [], bad: [] };
  walk(body, levels, read.bad, ({ item, resource }) => {
    const attributes = readAttributes(item.attributes);
    const traceId = hexAt(item.traceId, 32);
    const spanId = hexAt(item.spanId, 16);
    const start = readNanos(item.startTimeUnixNano);
    if (attributes === undefined || traceId === undefined || spanId === undefined || start === undefined) {
      read.bad.push(badRecord('a span has attributes, a start, a traceId and a spanId of 32 and 16 hex digits', item));
      return;
    }
    const rest = {
      ...attributes,
      ...(listOf(item.events).length > 0 && { events: listOf(item.events).filter(isFields).map(eventOf) }),
      ...(listOf(item.links).length > 0 && { links: listOf(item.links).filter(isFields).map(linkOf) }),
      ...(Object.keys(resource).length > 0 && { resource }),
    };
    const span: Span = {
      ...{ traceId, spanId, start, status: numberAt(fieldsAt(item, 'status'), 'code') ?? 0 },
      name: textAt(item, 'name') ?? 'span',
      end: readNanos(item.endTimeUnixNano) ?? start,
      attributes: redactorOf(context)(JSON.stringify(rest)).text,
    };
    const parentSpanId = hexAt(item.parentSpanId, 16);
    if (parentSpanId !== undefined) span.parentSpanId = parentSpanId;
    const sessionId = textAt(attributes, 'session.id');
    if (sessionId !== undefined) span.sessionId = sessionId;
    read.records.push(span);
  });
  return read;
}

function eventOf(event: Fields): Fields {
  const { name, timeUnixNano, attributes } = event;
  return { name, time: readNanos(timeUnixNano), attributes: readAttributes(attributes) ?? {} };
}

function linkOf({ traceId, spanId, attributes }: Fields): Fields {
  return { traceId, spanId, attributes: readAttributes(attributes) ?? {} };
}

function hexAt(told: unknown, length: number): string | undefined {
  const isId = typeof told === 'string' && told.length === length && /^[0-9a-fA-F]+$/.test(told) && !/^0+$/.test(told);
  return isId ? told.toLowerCase() : undefined;
}

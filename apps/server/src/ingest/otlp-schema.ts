import type { INamespace } from 'protobufjs';

// opentelemetry-proto 1.x as data: what is stored of its three signals, by the numbers of its fields. What is not
// named here (exemplars, schema URLs) is skipped on reading, as protobuf does with everything unknown.

const attributes = { rule: 'repeated', type: 'KeyValue' };

/** A data point of any kind begins with these. */
const pointFields = {
  startTimeUnixNano: { type: 'fixed64', id: 2 },
  timeUnixNano: { type: 'fixed64', id: 3 },
};

export const otlpSchema: INamespace = {
  nested: {
    ...request('Logs', 'ResourceLogs', 'resourceLogs'),
    ...request('Metrics', 'ResourceMetrics', 'resourceMetrics'),
    ...request('Trace', 'ResourceSpans', 'resourceSpans'),
    Status: { fields: { code: { type: 'int32', id: 1 }, message: { type: 'string', id: 2 } } },

    ResourceLogs: levels({ resource: 'Resource' }, 'scopeLogs', 'ScopeLogs'),
    ScopeLogs: levels({ scope: 'Scope' }, 'logRecords', 'LogRecord'),
    ResourceMetrics: levels({ resource: 'Resource' }, 'scopeMetrics', 'ScopeMetrics'),
    ScopeMetrics: levels({ scope: 'Scope' }, 'metrics', 'Metric'),
    ResourceSpans: levels({ resource: 'Resource' }, 'scopeSpans', 'ScopeSpans'),
    ScopeSpans: levels({ scope: 'Scope' }, 'spans', 'Span'),

    Resource: { fields: { attributes: { ...attributes, id: 1 } } },
    Scope: { fields: { name: { type: 'string', id: 1 }, version: { type: 'string', id: 2 } } },
    KeyValue: { fields: { key: { type: 'string', id: 1 }, value: { type: 'AnyValue', id: 2 } } },
    KeyValueList: { fields: { values: { rule: 'repeated', type: 'KeyValue', id: 1 } } },
    ArrayValue: { fields: { values: { rule: 'repeated', type: 'AnyValue', id: 1 } } },
    AnyValue: {
      oneofs: {
        value: {
          oneof: ['stringValue', 'boolValue', 'intValue', 'doubleValue', 'arrayValue', 'kvlistValue', 'bytesValue'],
        },
      },
      fields: {
        stringValue: { type: 'string', id: 1 },
        boolValue: { type: 'bool', id: 2 },
        intValue: { type: 'int64', id: 3 },
        doubleValue: { type: 'double', id: 4 },
        arrayValue: { type: 'ArrayValue', id: 5 },
        kvlistValue: { type: 'KeyValueList', id: 6 },
        bytesValue: { type: 'bytes', id: 7 },
      },
    },

    LogRecord: {
      fields: {
        timeUnixNano: { type: 'fixed64', id: 1 },
        severityNumber: { type: 'int32', id: 2 },
        severityText: { type: 'string', id: 3 },
        body: { type: 'AnyValue', id: 5 },
        attributes: { ...attributes, id: 6 },
        traceId: { type: 'bytes', id: 9 },
        spanId: { type: 'bytes', id: 10 },
        observedTimeUnixNano: { type: 'fixed64', id: 11 },
        eventName: { type: 'string', id: 12 },
      },
    },

    Metric: {
      oneofs: { data: { oneof: ['gauge', 'sum', 'histogram', 'exponentialHistogram', 'summary'] } },
      fields: {
        name: { type: 'string', id: 1 },
        description: { type: 'string', id: 2 },
        unit: { type: 'string', id: 3 },
        gauge: { type: 'Gauge', id: 5 },
        sum: { type: 'Sum', id: 7 },
        histogram: { type: 'Histogram', id: 9 },
        exponentialHistogram: { type: 'ExponentialHistogram', id: 10 },
        summary: { type: 'Summary', id: 11 },
      },
    },
    Gauge: { fields: { dataPoints: { rule: 'repeated', type: 'NumberDataPoint', id: 1 } } },
    Sum: {
      fields: {
        dataPoints: { rule: 'repeated', type: 'NumberDataPoint', id: 1 },
        aggregationTemporality: { type: 'int32', id: 2 },
        isMonotonic: { type: 'bool', id: 3 },
      },
    },
    Histogram: distribution('HistogramDataPoint'),
    ExponentialHistogram: distribution('ExponentialHistogramDataPoint'),
    Summary: { fields: { dataPoints: { rule: 'repeated', type: 'SummaryDataPoint', id: 1 } } },
    NumberDataPoint: {
      oneofs: { value: { oneof: ['asDouble', 'asInt'] } },
      fields: {
        ...pointFields,
        attributes: { ...attributes, id: 7 },
        asDouble: { type: 'double', id: 4 },
        asInt: { type: 'sfixed64', id: 6 },
      },
    },
    HistogramDataPoint: {
      fields: {
        ...pointFields,
        attributes: { ...attributes, id: 9 },
        count: { type: 'fixed64', id: 4 },
        sum: { type: 'double', id: 5 },
        bucketCounts: { rule: 'repeated', type: 'fixed64', id: 6 },
        explicitBounds: { rule: 'repeated', type: 'double', id: 7 },
        min: { type: 'double', id: 11 },
        max: { type: 'double', id: 12 },
      },
    },
    ExponentialHistogramDataPoint: {
      fields: {
        ...pointFields,
        attributes: { ...attributes, id: 1 },
        count: { type: 'fixed64', id: 4 },
        sum: { type: 'double', id: 5 },
        scale: { type: 'sint32', id: 6 },
        zeroCount: { type: 'fixed64', id: 7 },
        positive: { type: 'Buckets', id: 8 },
        negative: { type: 'Buckets', id: 9 },
        min: { type: 'double', id: 12 },
        max: { type: 'double', id: 13 },
      },
    },
    Buckets: {
      fields: { offset: { type: 'sint32', id: 1 }, bucketCounts: { rule: 'repeated', type: 'uint64', id: 2 } },
    },
    SummaryDataPoint: {
      fields: {
        ...pointFields,
        attributes: { ...attributes, id: 7 },
        count: { type: 'fixed64', id: 4 },
        sum: { type: 'double', id: 5 },
        quantileValues: { rule: 'repeated', type: 'ValueAtQuantile', id: 6 },
      },
    },
    ValueAtQuantile: { fields: { quantile: { type: 'double', id: 1 }, value: { type: 'double', id: 2 } } },

    Span: {
      fields: {
        traceId: { type: 'bytes', id: 1 },
        spanId: { type: 'bytes', id: 2 },
        parentSpanId: { type: 'bytes', id: 4 },
        name: { type: 'string', id: 5 },
        kind: { type: 'int32', id: 6 },
        startTimeUnixNano: { type: 'fixed64', id: 7 },
        endTimeUnixNano: { type: 'fixed64', id: 8 },
        attributes: { ...attributes, id: 9 },
        events: { rule: 'repeated', type: 'SpanEvent', id: 11 },
        links: { rule: 'repeated', type: 'SpanLink', id: 13 },
        status: { type: 'SpanStatus', id: 15 },
      },
    },
    SpanEvent: {
      fields: {
        timeUnixNano: { type: 'fixed64', id: 1 },
        name: { type: 'string', id: 2 },
        attributes: { ...attributes, id: 3 },
      },
    },
    SpanLink: {
      fields: {
        traceId: { type: 'bytes', id: 1 },
        spanId: { type: 'bytes', id: 2 },
        attributes: { ...attributes, id: 4 },
      },
    },
    SpanStatus: { fields: { message: { type: 'string', id: 2 }, code: { type: 'int32', id: 3 } } },
  },
};

/** Request and response of one signal; the count of what was rejected has the same number in all three. */
function request(name: string, type: string, field: string): INamespace['nested'] {
  return {
    [`Export${name}ServiceRequest`]: { fields: { [field]: { rule: 'repeated', type, id: 1 } } },
    [`Export${name}ServiceResponse`]: { fields: { partialSuccess: { type: `${name}PartialSuccess`, id: 1 } } },
    [`${name}PartialSuccess`]: {
      fields: { rejected: { type: 'int64', id: 1 }, errorMessage: { type: 'string', id: 2 } },
    },
  };
}

function levels(of: Record<string, string>, field: string, type: string) {
  const [[name, head] = ['', '']] = Object.entries(of);
  return { fields: { [name]: { type: head, id: 1 }, [field]: { rule: 'repeated', type, id: 2 } } };
}

function distribution(point: string) {
  return {
    fields: {
      dataPoints: { rule: 'repeated', type: point, id: 1 },
      aggregationTemporality: { type: 'int32', id: 2 },
    },
  };
}

import { createRequire } from 'node:module';
import type protobuf from 'protobufjs/light.js';
import { otlpSchema } from './otlp-schema.ts';

/** The three signals of OTLP/HTTP. */
export const signals = ['logs', 'metrics', 'traces'] as const;
export type Signal = (typeof signals)[number];

const messageNames = { logs: 'Logs', metrics: 'Metrics', traces: 'Trace' } as const satisfies Record<Signal, string>;

/** Loaded and compiled at the first use: most clients send JSON, or none at all. */
let root: protobuf.Root | undefined;
const require = createRequire(import.meta.url);

function message(name: string): protobuf.Type {
  root ??= (require('protobufjs/light.js') as typeof protobuf).Root.fromJSON(otlpSchema);
  return root.lookupType(name);
}

/** The bytes of a request → what the same request is as OTLP/JSON. Throws where they are no such message. */
export function decodeRequest(signal: Signal, body: Buffer): Record<string, unknown> {
  const type = message(`Export${messageNames[signal]}ServiceRequest`);
  const json = type.toObject(type.decode(body), { longs: String, bytes: String, enums: Number });
  if (signal !== 'metrics') writeIds(json);
  return json;
}

/** The answer: empty, or how many records were not taken and why. */
export function encodeResponse(signal: Signal, rejected: number, reason: string): Buffer {
  const type = message(`Export${messageNames[signal]}ServiceResponse`);
  const answer = rejected === 0 ? {} : { partialSuccess: { rejected, errorMessage: reason } };
  return Buffer.from(type.encode(type.fromObject(answer)).finish());
}

/** A `google.rpc.Status`, as OTLP tells what went wrong. */
export function encodeStatus(code: number, text: string): Buffer {
  const type = message('Status');
  return Buffer.from(type.encode(type.fromObject({ code, message: text })).finish());
}

/** OTLP/JSON writes trace and span ids as hex, not as base64. */
function writeIds(node: unknown): void {
  if (Array.isArray(node)) {
    for (const item of node) writeIds(item);
    return;
  }
  if (typeof node !== 'object' || node === null) return;
  const fields = node as Record<string, unknown>;
  for (const key of placesOfIds) if (fields[key] !== undefined) writeIds(fields[key]);
  for (const key of ids) {
    const id = fields[key];
    if (typeof id === 'string') fields[key] = Buffer.from(id, 'base64').toString('hex');
  }
}

const ids = ['traceId', 'spanId', 'parentSpanId'] as const;
const placesOfIds = ['resourceLogs', 'scopeLogs', 'logRecords', 'resourceSpans', 'scopeSpans', 'spans', 'links'];

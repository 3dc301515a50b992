import { isRejection, problemSchema } from '@telltale/core';
import * as z from 'zod';
import type { OtlpEncoding, OtlpResult } from '../ingest/otlp.ts';
import { encodeResponse, encodeStatus, type Signal, signals } from '../ingest/otlp-protobuf.ts';
import type { Ingest } from '../ingest.ts';
import { answer } from '../routes/route.ts';
import type { Answer } from './answer.ts';
import { intakeProblems } from './events.ts';
import type { IntakeRequest, IntakeRoute } from './intake.ts';

/** The three requests of OTLP/HTTP, as JSON or protobuf. All are always taken: see docs/telemetry.md. */
export function otlpIntake(ingest: Ingest, now: () => number): IntakeRoute[] {
  return signals.map((signal) => ({
    ...{ method: 'post', path: `/v1/${signal}`, summary: `${names[signal]} of OTLP/HTTP, once each.` },
    body: { 'application/json': z.looseObject({}), 'application/x-protobuf': z.string() },
    answers: { 200: answer('Stored, now or before; partialSuccess counts what was not.', responseSchema), ...problems },
    async handle({ headers, body }: IntakeRequest): Promise<Answer> {
      const encoding = encodingOf(headers['content-type'], body);
      const result = await ingest.otlp(signal, body, encoding, new Date(now()).toISOString());
      if (isRejection(result)) return refusal(encoding, result.rejected);
      return encoding === 'json' ? jsonAnswer(signal, result) : protobufAnswer(signal, result);
    },
  }));
}

const names = { logs: 'Log records', metrics: 'Metric points', traces: 'Spans' } as const satisfies Record<
  Signal,
  string
>;
const counted = {
  logs: 'rejectedLogRecords',
  metrics: 'rejectedDataPoints',
  traces: 'rejectedSpans',
} as const satisfies Record<Signal, string>;

const responseSchema = z.object({ partialSuccess: z.looseObject({ errorMessage: z.string() }).optional() });
const problems = {
  ...intakeProblems,
  400: answer('Neither JSON nor protobuf of OTLP; to protobuf a google.rpc.Status.', problemSchema),
};

/** By what the sender says, else by the first byte: an object in JSON, a tag in protobuf. */
function encodingOf(contentType: string | undefined, body: Buffer): OtlpEncoding {
  if (/protobuf/i.test(contentType ?? '')) return 'protobuf';
  if (/json/i.test(contentType ?? '')) return 'json';
  return /^\s*[{[]/.test(body.toString('latin1', 0, 16)) ? 'json' : 'protobuf';
}

function jsonAnswer(signal: Signal, { refused, reason }: OtlpResult): Answer {
  if (refused === 0) return { status: 200, body: {} };
  return { status: 200, body: { partialSuccess: { [counted[signal]]: String(refused), errorMessage: reason } } };
}

function protobufAnswer(signal: Signal, { refused, reason }: OtlpResult): Answer {
  return { status: 200, body: encodeResponse(signal, refused, reason), headers: protobufType };
}

const protobufType = { 'content-type': 'application/x-protobuf' };
/** INVALID_ARGUMENT of google.rpc. */
const invalidArgument = 3;

function refusal(encoding: OtlpEncoding, reason: string): Answer {
  if (encoding === 'protobuf')
    return { status: 400, body: encodeStatus(invalidArgument, reason), headers: protobufType };
  return { status: 400, body: { error: reason, fix: 'send OTLP/HTTP: JSON or protobuf, plain or with gzip' } };
}

import * as z from 'zod';
import { isFields, numericAt, textAt } from './fields.ts';
import { present } from './present.ts';
import type { Span } from './sources/otlp/spans.ts';

/** One span of a session, with what joins it to its request or call. */
const spanViewSchema = z.object({
  traceId: z.string(),
  spanId: z.string(),
  parentSpanId: z.string().optional(),
  /** `claude_code.llm_request`, `claude_code.tool`, `claude_code.tool.blocked_on_user`, … */
  name: z.string(),
  /** Milliseconds since 1970. */
  fromMs: z.number(),
  toMs: z.number(),
  hasFailed: z.boolean(),
  requestId: z.string().optional(),
  toolUseId: z.string().optional(),
  agentId: z.string().optional(),
  model: z.string().optional(),
  /** Until the first token came. */
  ttftMs: z.number().optional(),
  /** The number of the attempt, from 1. */
  attempt: z.number().optional(),
});

/** `GET /api/sessions/:id/spans`: in the order in which they began. */
export const spanPageSchema = z.object({ spans: z.array(spanViewSchema), isWhole: z.boolean() });

export type SpanView = z.infer<typeof spanViewSchema>;
export type SpanPage = z.infer<typeof spanPageSchema>;

export function spanView({ traceId, spanId, parentSpanId, name, start, end, status, attributes }: Span): SpanView {
  const told: unknown = JSON.parse(attributes);
  const fields = isFields(told) ? told : {};
  return present({
    ...{ traceId, spanId, parentSpanId, name, fromMs: msOf(start), toMs: msOf(end) },
    hasFailed: status === 2 || fields.success === false || fields.success === 'false',
    requestId: textAt(fields, 'request_id'),
    toolUseId: textAt(fields, 'tool_use_id'),
    agentId: textAt(fields, 'agent_id'),
    model: textAt(fields, 'model'),
    ttftMs: numericAt(fields, 'ttft_ms'),
    attempt: numericAt(fields, 'attempt'),
  });
}

/** Nanoseconds as digits hold more than a number can; a microsecond of it is enough. */
function msOf(nanos: string): number {
  return Number(BigInt(nanos) / 1000n) / 1000;
}

import * as z from 'zod';

/*
 * One session as one flat document for an archive, after the model of AMS: an ordered list of events, totals, who and
 * where. Names of OpenTelemetry's GenAI conventions stand where there is one, so that it can be told as OTLP later.
 * docs/ams.schema.json is generated from here.
 */

const text = () => z.string();
const count = () => z.number().int().nonnegative();
const at = () => z.string().describe('ISO 8601, UTC');

/** Tokens as the conventions count them: input holds what was read from and written to the cache. */
const usage = {
  'gen_ai.usage.input_tokens': count().describe('All input, that of the cache included'),
  'gen_ai.usage.output_tokens': count(),
  'gen_ai.usage.cache_read.input_tokens': count(),
  'gen_ai.usage.cache_creation.input_tokens': count(),
};

const partialUsage = z.object(usage).partial().shape;

const base = { index: count().describe('Place in the session, subagents counted through'), timestamp: at() };

const userPromptSchema = z.object({
  ...base,
  type: z.literal('user_prompt'),
  prompt_id: text().optional(),
  origin: z.enum(['typed', 'command', 'notification']).describe('Who began the turn'),
  prompt: text(),
});

const llmMessageSchema = z.object({
  ...base,
  type: z.literal('llm_message'),
  'gen_ai.operation.name': z.literal('chat'),
  'gen_ai.response.id': text().optional(),
  'gen_ai.response.model': text().optional(),
  thinking: text().optional().describe('Absent where the client wrote none, or TELLTALE_ARCHIVE_THINKING is off'),
  text: text().describe('Empty for a message that only calls tools'),
  ...partialUsage,
  request_id: text().optional(),
  cost_usd: z.number().optional(),
  cost_is_estimated: z.boolean().optional().describe('Priced by table, not by the client'),
  duration_ms: z.number().nonnegative().optional().describe('Of the API request'),
});

const toolCallSchema = z.object({
  ...base,
  type: z.literal('tool_call'),
  'gen_ai.operation.name': z.literal('execute_tool'),
  'gen_ai.tool.name': text().optional(),
  'gen_ai.tool.call.id': text().optional(),
  'gen_ai.tool.call.arguments': z.record(z.string(), z.unknown()),
  'gen_ai.tool.call.result': z.unknown().optional(),
  'error.type': text().optional().describe('failed, denied, interrupted, never-ran'),
  error: text().optional(),
  status: text(),
  ended_at: at().optional(),
  duration_ms: z.number().nonnegative().optional(),
  permission: z
    .object({ answer: text(), waited_ms: z.number().nonnegative().optional() })
    .optional()
    .describe('Where somebody was asked'),
});

const notificationSchema = z.object({
  ...base,
  type: z.literal('notification'),
  notification_type: text().optional(),
  message: text(),
});

const errorSchema = z.object({ ...base, type: z.literal('error'), 'error.type': text(), message: text() });
const compactionSchema = z.object({
  ...base,
  type: z.literal('compaction'),
  trigger: text(),
  tokens_before: count().optional(),
  summary: text().optional(),
});
const interruptSchema = z.object({ ...base, type: z.literal('interrupt') });

const subagentFacts = z.object({
  ...base,
  type: z.literal('subagent'),
  'gen_ai.operation.name': z.literal('invoke_agent'),
  'gen_ai.agent.id': text().optional(),
  'gen_ai.agent.name': text().optional().describe('Its type'),
  'gen_ai.tool.call.id': text().optional().describe('The call that started it'),
  description: text().optional(),
  why: text().optional().describe('The prompt it was given'),
  status: text(),
  is_background: z.boolean(),
  ended_at: at().optional(),
  duration_ms: z.number().nonnegative().optional(),
  tool_calls: count(),
  errors: count(),
  result: z.unknown().optional(),
  transcript_path: text().optional(),
});

const leafSchema = z.discriminatedUnion('type', [
  userPromptSchema,
  llmMessageSchema,
  toolCallSchema,
  notificationSchema,
  compactionSchema,
  errorSchema,
  interruptSchema,
]);

type AmsSubagent = z.infer<typeof subagentFacts> & { events: AmsEvent[] };
export type AmsEvent = z.infer<typeof leafSchema> | AmsSubagent;

const amsEventSchema: z.ZodType<AmsEvent> = z.lazy(() =>
  z.union([leafSchema, subagentFacts.extend({ events: z.array(amsEventSchema) })]),
);

const totalsSchema = z.object({
  ...usage,
  cost_usd: z.number().optional().describe('List price; absent while nothing is known'),
  cost_source: z.enum(['events', 'transcript', 'none']).describe('transcript: estimated by table'),
  turns: count(),
  prompts: count(),
  llm_messages: count(),
  tool_calls: count(),
  subagents: count(),
  notifications: count(),
  errors: count(),
  duration_ms: z.number().nonnegative().describe('From the first to the last thing known'),
  api_duration_ms: z.number().nonnegative().optional().describe('Spent in API requests, as far as telemetry told'),
  waited_ms: z.number().nonnegative().describe('Spent waiting for the answers of a person'),
});

/** What the index keeps of a session too, so that a list can be filtered without opening it. */
const head = {
  schema_version: z.literal('1'),
  session_id: text(),
  'gen_ai.conversation.id': text(),
  'gen_ai.provider.name': z.literal('anthropic'),
  'gen_ai.request.model': text().optional(),
  'gen_ai.agent.name': text(),
  'gen_ai.agent.version': text().optional(),
  title: text().optional(),
  status: text(),
  environment: text().optional(),
  tags: z.array(text()),
  metadata: z.record(z.string(), z.string()),
  started_at: at(),
  ended_at: at().optional(),
  parent_session_id: text().optional(),
  totals: totalsSchema,
};

export const amsSessionSchema = z.object({
  ...head,
  'gen_ai.operation.name': z.literal('invoke_agent'),
  exported_at: at(),
  exporter: text(),
  personal_data_masked: z.boolean(),
  events: z.array(amsEventSchema),
});

export const amsIndexSchema = z.object({ ...head, key: text().describe('Where the whole session lies') });

export type AmsSession = z.infer<typeof amsSessionSchema>;
export type AmsIndex = z.infer<typeof amsIndexSchema>;

/** The published schema, as JSON Schema. */
export function amsJsonSchema(): Record<string, unknown> {
  return {
    title: 'A session of an agent, as Telltale archives it',
    ...z.toJSONSchema(amsSessionSchema),
  };
}

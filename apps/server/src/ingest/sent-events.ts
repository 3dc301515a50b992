import { eventSchema, type HookContext, type NewEvent, type Rejection, readAt } from '@telltale/core';
import * as z from 'zod';

/** An event as other senders (SDK, MCP) give it: what the service can add may be left out. */
const sentEventSchema = eventSchema
  .omit({
    seq: true,
    payloadBytes: true,
    masked: true,
    sensitive: true,
    id: true,
    app: true,
    at: true,
    summary: true,
    payload: true,
  })
  .extend({
    id: z.string().min(1).max(200).optional(),
    app: z.string().min(1).optional(),
    at: z.union([z.string(), z.number()], { error: 'must be a text or a number' }).optional(),
    summary: z.string().optional(),
    source: z.enum(['sdk', 'mcp']).default('sdk'),
    payload: z.record(z.string(), z.unknown()).default({}),
  });

/** One event, a list of them, or `{events: […]}`. One bad event refuses its body: its sender says them together. */
export function parseSentEvents(input: unknown, context: HookContext): NewEvent[] | Rejection {
  const list = Array.isArray(input) ? input : isBatch(input) ? input.events : [input];
  const events: NewEvent[] = [];
  for (const [index, item] of list.entries()) {
    const parsed = sentEventSchema.safeParse(item, { error: ruleOf });
    if (!parsed.success) {
      const issue = parsed.error.issues[0];
      const path = [list.length > 1 ? `event ${index + 1}` : '', issue?.path.join('.') ?? '']
        .filter(Boolean)
        .join(': ');
      return { rejected: issue?.message ?? 'is no event', ...(path !== '' && { at: path }) };
    }
    const { at, id, app, summary, ...told } = parsed.data;
    const event: NewEvent = {
      ...told,
      // The header's id names the body: sent again with it, each event of the body is known again.
      id: id ?? (list.length === 1 ? context.id : `${context.id}-${index + 1}`),
      app: app ?? context.app ?? 'unknown',
      at: readAt(at, context.receivedAt),
      summary: summary ?? told.name,
    } as NewEvent;
    events.push(event);
  }
  return events;
}

/** The rule and what came, in the words of JSON: zod's own sentences are about its types. */
function ruleOf({ code, input, ...issue }: z.core.$ZodRawIssue): string {
  if (code === 'invalid_type')
    return input === undefined
      ? 'is missing'
      : `must be of type ${issue.expected === 'record' ? 'object' : issue.expected}`;
  if (code === 'invalid_value') return `must be one of ${(issue.values as unknown[]).join(', ')}`;
  if (code === 'too_big') return `must be at most ${issue.maximum} characters`;
  if (code === 'too_small') return 'must not be empty';
  return 'cannot be read';
}

function isBatch(input: unknown): input is { events: unknown[] } {
  return typeof input === 'object' && input !== null && 'events' in input && Array.isArray(input.events);
}

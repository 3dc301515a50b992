import {
  type HookContext,
  hookInputSchema,
  isRejection,
  problemSchema,
  type Rejection,
  rejectionWords,
} from '@telltale/core';
import * as z from 'zod';
import type { Accepted, Ingest } from '../ingest.ts';
import { type AnswerDescription, answer } from '../routes/route.ts';
import type { Answer } from './answer.ts';
import type { IntakeRequest, IntakeRoute } from './intake.ts';
import { readSender } from './sender.ts';

export const intakeProblems: Record<number, AnswerDescription> = {
  400: answer('It can never be stored; the body says why. It is kept as a dead letter.', problemSchema),
  403: answer('Another host or origin.', problemSchema),
  413: answer('The body is larger than 64 MiB.', problemSchema),
  415: answer('Another content encoding than gzip.', problemSchema),
  503: answer('It was not stored, and a retry helps: see Retry-After.', problemSchema),
};

const acceptedSchema = z.object({ stored: z.number().int(), duplicates: z.number().int(), deleted: z.number().int() });

/** The ways in for events. Every 2xx comes after COMMIT, also for what was stored before. */
export function eventIntake(ingest: Ingest, now: () => number): IntakeRoute[] {
  const road = (take: (body: Buffer, context: HookContext) => Promise<Accepted | Rejection>, way: Way) => ({
    async handle({ headers, body }: IntakeRequest): Promise<Answer> {
      const accepted = await take(way.read?.(body, headers) ?? body, readSender(headers, now()));
      if (!isRejection(accepted)) return way.answer(accepted);
      return { status: 400, body: { error: rejectionWords(accepted), fix: way.fix } };
    },
  });

  return [
    {
      ...{ method: 'post', path: '/ingest/hook', summary: 'One call of a hook: what Claude Code gave it on stdin.' },
      body: { 'application/json': hookInputSchema },
      answers: { 200: { description: 'Stored, now or before. Empty, as http hooks need it.' }, ...intakeProblems },
      ...road(ingest.hook, { fix: hookFix, answer: () => ({ status: 200 }) }),
    },
    {
      ...{ method: 'post', path: '/events', summary: 'The older envelope of a hook call.' },
      body: {
        'application/json': z.looseObject({
          source_app: z.string(),
          session_id: z.string(),
          hook_event_type: z.string(),
          payload: z.record(z.string(), z.unknown()),
          chat: z.array(z.unknown()).optional(),
          timestamp: z.union([z.number(), z.string()]).optional(),
        }),
      },
      answers: { 200: answer('Stored, now or before.', acceptedSchema), ...intakeProblems },
      ...road(ingest.envelope, { fix: envelopeFix, answer: (accepted) => ({ status: 200, body: { ...accepted } }) }),
    },
    {
      ...{ method: 'post', path: '/ingest/events', summary: 'Events of SDK and MCP: one, a list, or a line each.' },
      body: {
        'application/json': z.union([
          z.looseObject({ name: z.string() }),
          z.array(z.looseObject({ name: z.string() })),
        ]),
        'application/x-ndjson': z.string(),
      },
      answers: { 200: answer('Stored, now or before.', acceptedSchema), ...intakeProblems },
      ...road(ingest.events, {
        fix: eventsFix,
        read: (body, headers) => (/ndjson|jsonl/.test(headers['content-type'] ?? '') ? listOf(body) : body),
        answer: (accepted) => ({ status: 200, body: { ...accepted } }),
      }),
    },
    {
      ...{ method: 'post', path: '/ingest/alert', summary: 'The webhook of Grafana or Alertmanager.' },
      body: {
        'application/json': z.looseObject({ alerts: z.array(z.looseObject({ fingerprint: z.string() })) }),
      },
      answers: { 200: answer('Stored, now or before.', acceptedSchema), ...intakeProblems },
      ...road(ingest.alerts, { fix: alertFix, answer: (accepted) => ({ status: 200, body: { ...accepted } }) }),
    },
  ];
}

interface Way {
  /** What helps against a 400. */
  fix: string;
  read?: (body: Buffer, headers: IntakeRequest['headers']) => Buffer;
  answer: (accepted: Accepted) => Answer;
}

const hookFix = 'send what Claude Code gives a hook on stdin: a JSON object with session_id and hook_event_name';
const envelopeFix = 'send {"source_app", "session_id", "hook_event_type", "payload", "timestamp"}';
const alertFix =
  'send the webhook body of Grafana or Alertmanager: {"alerts": [{"fingerprint", "startsAt", "status"}]}';
const eventsFix = 'send {"name", "source": "sdk" or "mcp", "sessionId"?, "at"?, "payload"?}, or a list of them';

/** Lines of JSON → one JSON list. */
function listOf(body: Buffer): Buffer {
  const lines = body.toString('utf8').split('\n');
  return Buffer.from(`[${lines.filter((line) => line.trim() !== '').join(',')}]`);
}

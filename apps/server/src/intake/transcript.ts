import { isRejection, type Rejection } from '@telltale/core';
import * as z from 'zod';
import type { Ingest } from '../ingest.ts';
import { seqNumber, textUpTo } from '../routes/route.ts';
import type { Store, TranscriptFile, TranscriptResult } from '../store/store.ts';
import type { Answer } from './answer.ts';
import { intakeProblems } from './events.ts';
import type { IntakeRequest, IntakeRoute } from './intake.ts';
import { readSender } from './sender.ts';

const fileQuery = z.object({
  session: textUpTo(200).min(1, 'is missing'),
  agent: textUpTo(200).optional(),
  /** POSIX cksum of the first line, `<crc>-<bytes>`. */
  head: z
    .string()
    .regex(/^\d+-\d+$/, 'must be <crc>-<bytes> of the first line')
    .optional(),
  size: seqNumber().optional(),
  offset: seqNumber().optional(),
  meta: z.literal('1', { error: 'must be 1' }).optional(),
});

const sentTranscript = z.object({
  sessionId: z.string(),
  agentId: z.string().optional(),
  entries: z.array(z.record(z.string(), z.unknown())).optional(),
  text: z.string().optional(),
});

/** Transcripts: a sender asks which bytes are lacking, and sends those. */
export function transcriptIntake(ingest: Ingest, store: Store): IntakeRoute[] {
  return [
    {
      ...{ method: 'get', path: '/ingest/transcript', summary: 'The byte from which a transcript file is lacking.' },
      query: fileQuery.omit({ offset: true, meta: true }),
      answers: { 200: { description: 'The offset as a decimal number.', type: 'text/plain' }, ...intakeProblems },
      handle({ query }) {
        const read = readFile(query);
        if ('error' in read) return { status: 400, body: read };
        return { status: 200, body: String(store.transcriptOffset(read.file)) };
      },
    },
    {
      ...{ method: 'post', path: '/ingest/transcript', summary: 'Lines of a transcript, once each.' },
      query: fileQuery.partial({ session: true }),
      body: { 'application/x-ndjson': z.string(), 'application/json': sentTranscript },
      answers: {
        ...intakeProblems,
        204: { description: 'Stored, now or before.' },
        409: { description: 'Other bytes come next: their offset.', type: 'text/plain' },
      },
      async handle({ headers, query, body }) {
        const { app } = readSender(headers, 0);
        if (!query.get('session')) return answerOf(await ingest.transcriptJson(body, app));
        const read = readFile(query);
        if ('error' in read) return { status: 400, body: read };
        const { file, offset, isMeta } = read;
        if (isMeta) return answerOf(await ingest.transcriptMeta(file, body));
        const place = { ...(offset !== undefined && { offset }), ...(app !== undefined && { app }) };
        return answerOf(await ingest.transcript({ ...file, ...place }, body));
      },
    },
  ];
}

function readFile(
  query: IntakeRequest['query'],
): { file: TranscriptFile; offset?: number; isMeta: boolean } | { error: string } {
  const given = Object.fromEntries([...query].filter(([, value]) => value !== ''));
  const read = fileQuery.safeParse({ session: '', ...given });
  if (!read.success) {
    const [issue] = read.error.issues;
    return { error: `${issue?.path.join('.')} ${issue?.message}` };
  }
  const { session, agent, head, size, offset, meta } = read.data;
  const file: TranscriptFile = { sessionId: session };
  if (agent !== undefined) file.agentId = agent;
  if (head !== undefined) file.head = head;
  if (size !== undefined) file.size = size;
  return { file, isMeta: meta === '1', ...(offset !== undefined && { offset }) };
}

function answerOf(result: TranscriptResult | Rejection): Answer {
  if (isRejection(result)) {
    const fix = 'send lines of the file with ?session=, or {"sessionId", "entries" or "text"}';
    return { status: 400, body: { error: result.rejected, fix } };
  }
  if ('expectedOffset' in result) return { status: 409, body: String(result.expectedOffset) };
  return { status: 204 };
}

import { rejectionWords } from '@telltale/core';
import * as z from 'zod';
import type { Ingest } from '../ingest.ts';
import { intakeProblems } from './events.ts';
import type { IntakeRoute } from './intake.ts';
import { readSender } from './sender.ts';

/** The way in for what only a status line knows. Sent twice, or late, it changes nothing. */
export function statusLineIntake(ingest: Pick<Ingest, 'statusLine'>, now: () => number): IntakeRoute[] {
  return [
    {
      ...{ method: 'post', path: '/ingest/statusline' },
      summary: 'What Claude Code gave a status line on stdin: context, prompt cache, usage limits. The newest counts.',
      body: { 'application/json': z.looseObject({ session_id: z.string().min(1) }) },
      answers: { ...intakeProblems, 204: { description: 'Stored, now or before, or older than what is.' } },
      async handle({ headers, body }) {
        const rejection = await ingest.statusLine(body, readSender(headers, now()));
        if (!rejection) return { status: 204 };
        return { status: 400, body: { error: rejectionWords(rejection), fix } };
      },
    },
  ];
}

const fix = 'send what Claude Code gives a status line on stdin: a JSON object with session_id';

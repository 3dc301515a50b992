import { importStatusSchema } from '@telltale/core';
import { z } from 'zod';
import type { HistoryImport } from '../history/import.ts';
import { answer, problem, type Route, route } from './route.ts';
import { readSmallJson } from './small-body.ts';

const startSchema = z.object({ days: z.number().int().min(1).max(3650).default(7) });

/** "Show my last 7 days." */
export function importRoutes(history: HistoryImport): Route[] {
  return [
    route({
      method: 'get',
      path: '/api/import',
      summary: 'How far the import of the transcripts on this machine is.',
      answers: { 200: answer('Progress.', importStatusSchema) },
      handle: (context) => context.json(history.status()),
    }),
    route({
      method: 'post',
      path: '/api/import',
      summary: 'Reads the transcripts of the last days from Claude Code’s own folder; only reads there.',
      body: { 'application/json': startSchema },
      answers: {
        202: answer('It runs.', importStatusSchema),
        400: problem('days is not 1–3650.'),
        413: problem('The body is larger than 64 kB.'),
      },
      async handle(context) {
        const body = await readSmallJson(context);
        if (!body) return context.json({ error: 'the body is larger than 64 kB' }, 413);
        const read = startSchema.safeParse(body.json);
        if (!read.success) return context.json({ error: 'days must be 1–3650' }, 400);
        return context.json(history.start(read.data.days), 202);
      },
    }),
  ];
}

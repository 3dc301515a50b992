import { discoverySchema, importStatusSchema } from '@telltale/core';
import * as z from 'zod';
import type { createDiscovery } from '../history/discovery.ts';
import type { HistoryImport } from '../history/import.ts';
import { answer, problem, type Route, route, textUpTo } from './route.ts';
import { readSmallJson } from './small-body.ts';

const startSchema = z.union([
  z.object({ everything: z.literal(true) }),
  z.object({ everything: z.literal(false).optional(), days: z.number().int().min(1).max(3650).default(7) }),
]);

const discoverQuery = z.object({
  project: textUpTo(1000).optional().describe('The name of a folder: its sessions are listed, too'),
});

/** What Claude Code keeps on this machine, and the way of it into the store. */
export function importRoutes(
  history: HistoryImport,
  discovery: Pick<ReturnType<typeof createDiscovery>, 'discover'>,
): Route[] {
  return [
    route({
      method: 'get',
      path: '/api/import',
      summary: 'How far the import of the transcripts on this machine is.',
      answers: { 200: answer('Progress.', importStatusSchema) },
      handle: (context) => context.json(history.status()),
    }),
    route({
      method: 'get',
      path: '/api/import/discover',
      summary: 'What lies in Claude Code’s own folder, and how much of it is here.',
      query: discoverQuery,
      answers: { 200: answer('Projects and sessions.', discoverySchema) },
      handle: async (context, { project }) => context.json(await discovery.discover(project)),
    }),
    route({
      method: 'post',
      path: '/api/import',
      summary:
        'Reads the transcripts of the last days, or all of them, from Claude Code’s own folder; only reads there. An import that is broken off goes on with the next start.',
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
        if (!read.success) return context.json({ error: 'days must be 1–3650, or everything true' }, 400);
        return context.json(history.start('days' in read.data ? { days: read.data.days } : {}), 202);
      },
    }),
  ];
}

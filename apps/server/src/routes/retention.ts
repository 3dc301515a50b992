import { freeNowSchema, retentionSchema } from '@telltale/core';
import { present } from '@telltale/core/present';
import * as z from 'zod';
import type { Store } from '../store/store.ts';
import { answer, problem, type Route, route } from './route.ts';
import { readSmallJson } from './small-body.ts';

const days = () =>
  z.coerce
    .number({ error: 'must be a number of days, 1–9999' })
    .int('must be a number of days, 1–9999')
    .min(1, 'must be a number of days, 1–9999')
    .max(9999, 'must be a number of days, 1–9999')
    .optional();

const reportQuery = z.object({
  results: days().describe('What would go if tool results were kept for so many days'),
  transcript: days().describe('The same of transcripts'),
  events: days().describe('The same of events'),
});

export interface RetentionRoutesDeps {
  store: Pick<Store, 'retention' | 'prune'>;
  onProblem(error: unknown): void;
}

/** What is stored takes how much, and what would go. */
export function retentionRoutes({ store, onProblem }: RetentionRoutesDeps): Route[] {
  return [
    route({
      method: 'get',
      path: '/api/retention',
      summary: 'How much tool results, transcripts and events take, and what would go by age.',
      query: reportQuery,
      answers: { 200: answer('Sizes.', retentionSchema) },
      handle: async (context, asked) => context.json(await store.retention(present(asked))),
    }),
    route({
      method: 'post',
      path: '/api/retention',
      summary:
        'Frees now what is older than so many days. Sessions and their totals stay; pinned and labelled ones stay whole.',
      body: { 'application/json': freeNowSchema },
      answers: {
        202: answer('It runs.', retentionSchema),
        400: problem('Nothing was named, or not by days.'),
        413: problem('The body is larger than 64 kB.'),
      },
      async handle(context) {
        const body = await readSmallJson(context);
        if (!body) return context.json({ error: 'the body is larger than 64 kB' }, 413);
        const read = freeNowSchema.safeParse(body.json);
        const error = 'name resultsDays, transcriptsDays or eventsDays, each 1–9999';
        if (!read.success || Object.keys(read.data).length === 0) return context.json({ error }, 400);
        store.prune(present(read.data)).catch(onProblem);
        return context.json(await store.retention({}), 202);
      },
    }),
  ];
}

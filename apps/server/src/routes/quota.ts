import { quotaReportSchema } from '@telltale/core';
import * as z from 'zod';
import type { Store } from '../store/store.ts';
import { answer, limitUpTo, type Route, route } from './route.ts';

const hourMs = 60 * 60_000;

/** How much of the usage limits of a subscription is used. */
export function quotaRoutes({ store, now }: { store: Pick<Store, 'quotaReport'>; now: () => number }): Route[] {
  return [
    route({
      method: 'get',
      path: '/api/quota',
      summary: 'Usage limits as status lines told them: the newest of each window, and what they were.',
      query: z.object({ hours: limitUpTo(24 * 31, 24).describe('How far back the history goes') }),
      answers: { 200: answer('None where no status line tells of one.', quotaReportSchema) },
      handle: (context, { hours }) => context.json(store.quotaReport(now() - hours * hourMs)),
    }),
  ];
}

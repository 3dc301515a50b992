import { pointPageSchema } from '@telltale/core';
import * as z from 'zod';
import type { Store } from '../store/store.ts';
import { answer, limitUpTo, type Route, route } from './route.ts';

/** What the metrics of a session say, as they came. */
export function sessionPointRoutes({ store }: { store: Store }): Route[] {
  return [
    route({
      method: 'get',
      path: '/api/sessions/:id/points',
      summary: 'Metric points of a session as its client sent them: of a cumulative series the last, of others all.',
      query: z.object({ limit: limitUpTo(5000, 1000) }),
      answers: { 200: answer('Points; none where the client sends no metrics.', pointPageSchema) },
      handle: (context, { limit }) => context.json(store.points({ sessionId: context.req.param('id') ?? '', limit })),
    }),
  ];
}

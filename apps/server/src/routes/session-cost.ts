import { sessionCostSchema } from '@telltale/core';
import type { Store } from '../store/store.ts';
import { answer, problem, type Route, route } from './route.ts';

export interface SessionCostRoutesDeps {
  store: Store;
  now: () => number;
}

/** What a session cost. */
export function sessionCostRoutes({ store, now }: SessionCostRoutesDeps): Route[] {
  return [
    route({
      method: 'get',
      path: '/api/sessions/:id/cost',
      summary:
        'What a session cost: by prompt, model and agent, request by request, with what the price table says beside it.',
      answers: {
        200: answer('Dollars are list price; what only a transcript tells is estimated.', sessionCostSchema),
        404: problem('There is no such session.'),
      },
      async handle(context) {
        const cost = await store.sessionCostJson(context.req.param('id') ?? '', now());
        if (!cost) return context.json({ error: 'there is no such session' }, 404);
        return context.body(cost, 200, { 'content-type': 'application/json' });
      },
    }),
  ];
}

import { spanPageSchema } from '@telltale/core';
import { present } from '@telltale/core/present';
import * as z from 'zod';
import type { Store } from '../store/store.ts';
import { answer, instant, limitUpTo, type Route, route } from './route.ts';

const spanQuery = z.object({
  from: instant().optional().describe('Only spans that began at or after this time'),
  to: instant().optional().describe('Only spans that began before this time'),
  limit: limitUpTo(5000, 5000),
});

/** Where a session's time went, as its traces tell. */
export function sessionSpanRoutes({ store }: { store: Store }): Route[] {
  return [
    route({
      method: 'get',
      path: '/api/sessions/:id/spans',
      summary:
        'Spans of a session: API requests, tool calls and the waits for answers, in the order in which they began.',
      query: spanQuery,
      answers: { 200: answer('Spans; none where the client sends no traces.', spanPageSchema) },
      handle(context, { from, to, limit }) {
        const msOf = (at: string | undefined) => (at === undefined ? undefined : Date.parse(at));
        const sessionId = context.req.param('id') ?? '';
        return context.json(store.spans({ sessionId, limit, ...present({ from: msOf(from), to: msOf(to) }) }));
      },
    }),
  ];
}

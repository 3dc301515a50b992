import { eventPageSchema, eventSchema, maxLivePayloadBytes } from '@telltale/core';
import { present } from '@telltale/core/present';
import * as z from 'zod';
import { tellAudit } from '../access/admission.ts';
import { visitorOf } from '../access/visitor.ts';
import { patientPage } from '../store/patient-page.ts';
import type { Store } from '../store/store.ts';
import { filterParameters, readFilter } from './filter-query.ts';
import { answer, instant, limitUpTo, problem, type Route, route, seqNumber } from './route.ts';

const listQuery = z.object({
  after: seqNumber().optional().describe('Only events behind this seq; oldest first'),
  before: seqNumber().optional().describe('Only events before this seq'),
  from: instant().optional().describe('Only events at or after this time'),
  to: instant().optional().describe('Only events before this time'),
  limit: limitUpTo(1000, 100),
  order: z.enum(['asc', 'desc'], { error: 'must be asc or desc' }).optional(),
  session: z.string().optional(),
  app: z.string().optional(),
  name: z.string().optional(),
  tool: z.string().optional(),
  ...filterParameters,
});

export interface EventRoutesDeps {
  store: Store;
  now: () => number;
  timeZone: string;
}

export function eventRoutes({ store, now, timeZone }: EventRoutesDeps): Route[] {
  return [
    route({
      method: 'get',
      path: '/api/events',
      summary: 'Events, newest first unless order=asc or after is given. next goes on behind the last one.',
      query: listQuery,
      answers: { 200: answer(`Events; payloads above ${maxLivePayloadBytes} bytes are left out.`, eventPageSchema) },
      async handle(context, query) {
        const filter = readFilter(query, { timeZone, me: visitorOf(context).user });
        if ('error' in filter) return context.json({ error: filter.error }, 400);
        const { items, next } = await patientPage(store, {
          ...{ limit: query.limit, order: query.order ?? (query.after === undefined ? 'desc' : 'asc'), now: now() },
          ...{ maxPayloadBytes: maxLivePayloadBytes, ...filter },
          ...present({ after: query.after, before: query.before, from: query.from, to: query.to }),
          ...present({ sessionId: query.session, app: query.app, name: query.name, toolName: query.tool }),
        });
        return context.json({ events: items, next });
      },
    }),
    route({
      method: 'get',
      path: '/api/events/:seq',
      summary: 'One event with its whole payload.',
      answers: { 200: answer('The event.', eventSchema), 404: problem('There is no such event.') },
      handle(context) {
        const seq = seqNumber().safeParse(context.req.param('seq'));
        const event = seq.success ? store.event(seq.data) : undefined;
        if (!event) return context.json({ error: 'there is no such event' }, 404);
        tellAudit(context, { sessionId: event.sessionId });
        return context.json(event);
      },
    }),
  ];
}

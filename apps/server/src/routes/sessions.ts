import { setImmediate } from 'node:timers/promises';
import { sessionPageSchema, sessionSchema, transcriptPageSchema } from '@telltale/core';
import { present } from '@telltale/core/present';
import * as z from 'zod';
import { visitorOf } from '../access/visitor.ts';
import type { Hub } from '../live/hub.ts';
import type { Store } from '../store/store.ts';
import { filterParameters, readFilter } from './filter-query.ts';
import { answer, cursorLike, instant, limitUpTo, problem, type Route, route, seqNumber } from './route.ts';

const listQuery = z.object({
  cursor: cursorLike(/^-?\d{1,19}-\d{1,15}$/).optional(),
  limit: limitUpTo(500, 100),
  app: z.string().optional(),
  sort: z
    .enum(['last', 'cost'], { error: 'must be last or cost' })
    .optional()
    .describe('The largest first: the time of the last event, where it is not said, or the cost'),
  since: instant().optional().describe('Only sessions with an event since then'),
  ...filterParameters,
});

const transcriptQuery = z.object({
  agent: z.string().optional().describe('Only a subagent, by its id; absent: the main transcript and all subagents'),
  after: seqNumber().optional().describe('Only entries behind this seq'),
  before: seqNumber().optional().describe('Only entries before this seq'),
  order: z.enum(['asc', 'desc'], { error: 'must be asc or desc' }).optional().describe('asc where it is not said'),
  limit: limitUpTo(1000, 500),
});

/** Lines that are read in one go: some are a whole file. */
const entriesPerTurn = 50;

export interface SessionRoutesDeps {
  store: Store;
  hub: Hub;
  now: () => number;
  timeZone: string;
}

const unknownSession = { error: 'there is no such session' };

export function sessionRoutes({ store, hub, now, timeZone }: SessionRoutesDeps): Route[] {
  return [
    route({
      method: 'get',
      path: '/api/sessions',
      summary: 'Sessions, the one with the last event first, or the dearest.',
      query: listQuery,
      answers: { 200: answer('Sessions.', sessionPageSchema) },
      handle(context, query) {
        const filter = readFilter(query, { timeZone, me: visitorOf(context).user });
        if ('error' in filter) return context.json({ error: filter.error }, 400);
        const { cursor, app, since, sort } = query;
        const page = store.sessions({
          limit: query.limit,
          now: now(),
          ...filter,
          ...present({ cursor, app, since, sort }),
        });
        return context.json({ sessions: page.items, next: page.next });
      },
    }),
    route({
      method: 'get',
      path: '/api/sessions/:id',
      summary: 'One session.',
      answers: { 200: answer('The session.', sessionSchema), 404: problem('There is no such session.') },
      handle(context) {
        const session = store.session(context.req.param('id') ?? '', now());
        return session ? context.json(session) : context.json(unknownSession, 404);
      },
    }),
    route({
      method: 'delete',
      path: '/api/sessions/:id',
      summary:
        'Deletes a session: events, transcript and index. Sent again they stay deleted; what it does later is kept.',
      answers: { 204: { description: 'It is gone.' }, 404: problem('There is no such session.') },
      async handle(context) {
        const id = context.req.param('id') ?? '';
        const isDeleted = await store.deleteSession(id, () => hub.deleted([id]));
        return isDeleted ? context.body(null, 204) : context.json(unknownSession, 404);
      },
    }),
    route({
      method: 'get',
      path: '/api/sessions/:id/transcript',
      summary: 'What was said: the lines of the transcript, in the order of the file; with order=desc from its end.',
      query: transcriptQuery,
      answers: { 200: answer('Entries; none while the transcript has not come yet.', transcriptPageSchema) },
      async handle(context, { agent, limit, after, before, order }) {
        const sessionId = context.req.param('id') ?? '';
        const asked = { sessionId, ...present({ agentId: agent, order }) };
        const texts: string[] = [];
        for (let place = { after, before }; ; ) {
          const some = Math.min(entriesPerTurn, limit - texts.length);
          const { items, complete, next } = store.transcript({ ...asked, limit: some, ...present(place) });
          for (const entry of items) texts.push(JSON.stringify(entry));
          if (next === null || texts.length >= limit) {
            const page = `{"entries":[${texts.join()}],"complete":${complete},"next":${next}}`;
            return context.body(page, 200, { 'content-type': 'application/json' });
          }
          place = order === 'desc' ? { after, before: next } : { after: next, before };
          await setImmediate();
        }
      },
    }),
  ];
}

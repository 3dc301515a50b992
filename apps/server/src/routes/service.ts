import { facetsSchema, healthSchema, pulseSchema, type ServiceStatus, serviceStatusSchema } from '@telltale/core';
import { present } from '@telltale/core/present';
import * as z from 'zod';
import { visitorOf } from '../access/visitor.ts';
import type { Store } from '../store/store.ts';
import { answer, instant, limitUpTo, type Route, route } from './route.ts';

const pulseQuery = z.object({
  minutes: limitUpTo(1440, 10),
  buckets: limitUpTo(600, 120),
  to: instant().optional().describe('End of the last bucket; absent: now'),
  session: z.string().optional(),
});

export interface ServiceRoutesDeps {
  store: Store;
  version: string;
  now: () => number;
  status: () => Promise<ServiceStatus>;
  metrics: () => Promise<string>;
}

/** What the service says about itself. */
export function serviceRoutes({ store, version, now, status, metrics }: ServiceRoutesDeps): Route[] {
  return [
    route({
      method: 'get',
      path: '/healthz',
      summary: 'Whether the service is up: the store is open.',
      answers: { 200: answer('It is; who has no token where one is asked for is told no more.', healthSchema) },
      handle(context) {
        const isKnown = visitorOf(context).scope !== undefined;
        return context.json({ status: 'ok', ...(isKnown && { version, pid: process.pid }) });
      },
    }),
    route({
      method: 'get',
      path: '/metrics',
      summary: 'The state of the service itself, as Prometheus text.',
      answers: { 200: { description: 'Metrics.', type: 'text/plain' } },
      handle: async (context) =>
        context.text(await metrics(), 200, { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' }),
    }),
    route({
      method: 'get',
      path: '/api/status',
      summary: 'The state of the service, for the notices of the page.',
      answers: { 200: answer('The state.', serviceStatusSchema) },
      handle: async (context) => context.json(await status()),
    }),
    route({
      method: 'get',
      path: '/api/facets',
      summary: 'What the filter box can be completed with.',
      answers: { 200: answer('Values that occur.', facetsSchema) },
      handle: (context) => context.json(store.facets()),
    }),
    route({
      method: 'get',
      path: '/api/pulse',
      summary: 'Counts of events per bucket of time, oldest first.',
      query: pulseQuery,
      answers: { 200: answer('The buckets.', pulseSchema) },
      handle(context, { minutes, buckets, to, session }) {
        const end = to === undefined ? now() : Date.parse(to);
        const bucketMs = Math.ceil((minutes * 60_000) / buckets);
        // On whole buckets, so that the bars of one answer stand where those of the next do; nothing was before 1970.
        const from = Math.max(0, Math.ceil(end / bucketMs) * bucketMs - buckets * bucketMs);
        return context.json(store.pulse({ from, bucketMs, buckets, ...present({ sessionId: session }) }));
      },
    }),
  ];
}

import { reconciliationSchema } from '@telltale/core';
import { present } from '@telltale/core/present';
import * as z from 'zod';
import { type ReconcileDeps, reconcile } from '../reconciliation/reconcile.ts';
import { answer, instant, limitUpTo, type Route, route, textUpTo } from './route.ts';

const weekMs = 7 * 24 * 60 * 60_000;

const query = z.object({
  from: instant().optional().describe('Sessions with an event since then, whole; absent: 7 days before `to`'),
  to: instant().optional().describe('… and until then; absent: now'),
  session: textUpTo(200).optional().describe('This session only, whenever it was'),
  limit: limitUpTo(500, 200),
});

/** What each source says of the same sessions, and why they differ. */
export function reconciliationRoutes(deps: ReconcileDeps): Route[] {
  return [
    route({
      method: 'get',
      path: '/api/reconciliation',
      summary:
        'Cost and tokens of sessions by events, metrics, transcripts, and by Prometheus and Loki where they are configured; each difference explained.',
      query,
      answers: { 200: answer('The sessions, newest first, and their sum.', reconciliationSchema) },
      async handle(context, { from, to, session, limit }) {
        const until = to === undefined ? deps.now() : Date.parse(to);
        // A week before the first time there is would be no time; nothing was before 1970.
        const since = from === undefined ? Math.max(0, until - weekMs) : Date.parse(from);
        return context.json(
          await reconcile(deps, { from: since, to: until, limit, ...present({ sessionId: session }) }),
        );
      },
    }),
  ];
}

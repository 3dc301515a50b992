import {
  annotationKinds,
  annotationPageSchema,
  annotationSchema,
  newAnnotationSchema,
  type Redact,
  readAnnotation,
} from '@telltale/core';
import { present } from '@telltale/core/present';
import * as z from 'zod';
import type { Hub } from '../live/hub.ts';
import type { Store } from '../store/store.ts';
import { answer, cursorLike, limitUpTo, problem, type Route, route, textUpTo } from './route.ts';
import { readSmallJson } from './small-body.ts';

const listQuery = z.object({
  session: textUpTo(200).optional().describe('Only what is in this session'),
  kind: z.enum(annotationKinds, { error: `must be one of ${annotationKinds.join(', ')}` }).optional(),
  cursor: cursorLike(/^\d{1,15}$/).optional(),
  limit: limitUpTo(1000, 500),
});

export interface AnnotationRoutesDeps {
  store: Store;
  hub: Pick<Hub, 'touch'>;
  /** What must not be stored: secrets, and personal data where that is asked for. */
  redact: Redact;
}

/** Notes, labels, bookmarks and pins. */
export function annotationRoutes({ store, hub, redact }: AnnotationRoutesDeps): Route[] {
  return [
    route({
      method: 'get',
      path: '/api/annotations',
      summary: 'Notes, labels, bookmarks and pins, the newest first.',
      query: listQuery,
      answers: { 200: answer('Annotations.', annotationPageSchema) },
      handle(context, { session, kind, cursor, limit }) {
        const page = store.annotations({ limit, ...present({ sessionId: session, kind, cursor }) });
        return context.json({ annotations: page.items, next: page.next });
      },
    }),
    route({
      method: 'post',
      path: '/api/annotations',
      summary: 'Puts a note, label, bookmark or pin on a session, or on one thing in it. Secrets in it are masked.',
      body: { 'application/json': newAnnotationSchema },
      answers: {
        200: answer('It was there already.', annotationSchema),
        201: answer('It is there now.', annotationSchema),
        400: problem('What is asked cannot be read, or is too long.'),
        404: problem('There is no such session.'),
        409: problem('The session has as many as it may have.'),
        413: problem('The body is larger than 64 kB.'),
      },
      async handle(context) {
        const body = await readSmallJson(context);
        if (!body) return context.json({ error: 'the body is larger than 64 kB' }, 413);
        const asked = readAnnotation(body.json, redact);
        if ('error' in asked) return context.json(asked, 400);
        const result = await store.annotate(asked);
        if (!result) return context.json({ error: 'there is no such session' }, 404);
        if ('refused' in result) return context.json({ error: result.refused }, 409);
        if (result.isNew) hub.touch(asked.sessionId);
        return context.json(result.annotation, result.isNew ? 201 : 200);
      },
    }),
    route({
      method: 'delete',
      path: '/api/annotations/:id',
      summary: 'Takes one away.',
      answers: { 204: { description: 'It is gone.' }, 404: problem('There is no such annotation.') },
      async handle(context) {
        const removed = await store.removeAnnotation(context.req.param('id') ?? '');
        if (!removed) return context.json({ error: 'there is no such annotation' }, 404);
        hub.touch(removed.sessionId);
        return context.body(null, 204);
      },
    }),
  ];
}

import { exportFormats, exportName } from '@telltale/core/export';
import * as z from 'zod';
import { fileTypes } from '../export/file-types.ts';
import { createSessionReader, type ExportStore } from '../export/read.ts';
import type { Store } from '../store/store.ts';
import { answer, problem, type Route, route } from './route.ts';

const query = z.object({
  format: z.enum(exportFormats, { error: `must be one of ${exportFormats.join(', ')}` }).default('json'),
  pii: z
    .enum(['mask', 'keep'], { error: 'must be mask or keep' })
    .optional()
    .describe('mask: also e-mail addresses, phone, card, account and social security numbers'),
});

export interface ExportRoutesDeps extends ExportStore {
  store: Store;
  version: string;
  environment?: string | undefined;
  /** Personal data is masked before it is stored: then nothing is exported without. */
  redactPii: boolean;
}

export function exportRoutes(deps: ExportRoutesDeps): Route[] {
  const { now, version, environment, redactPii } = deps;
  return [
    route({
      method: 'get',
      path: '/api/sessions/:id/export',
      summary: 'A session as a file: JSON, NDJSON, CSV, one HTML page, or a document of the archive (AMS).',
      query,
      answers: {
        200: {
          ...answer('The file, by its format.', z.record(z.string(), z.unknown())),
          otherTypes: ['application/x-ndjson', 'text/csv', 'text/html'],
        },
        404: problem('There is no such session.'),
      },
      handle(context, { format, pii }) {
        const isMasked = redactPii || pii === 'mask';
        const reader = createSessionReader(deps, context.req.param('id') ?? '', isMasked);
        const session = reader.session();
        if (!session) return context.json({ error: 'there is no such session' }, 404);
        const { type, ending } = fileTypes[format];
        const facts = { version, environment, isMasked, exportedAt: new Date(now()).toISOString() };
        const file = deps.store.exported(context.req.param('id') ?? '', { format, facts });
        if (!file) return context.json({ error: 'there is no such session' }, 404);
        return context.body(file, 200, {
          'content-type': type,
          'content-disposition': `attachment; filename="${exportName(session)}${ending}"`,
          'cache-control': 'no-store',
        });
      },
    }),
  ];
}

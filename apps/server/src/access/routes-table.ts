import { parseFilter, sessionCostSchema } from '@telltale/core';
import type { AuditAction } from '@telltale/core/access-view';
import type * as z from 'zod';
import { analysisNamed } from '../analysis/table.ts';
import {
  analysisNumbers,
  asksForNumbers,
  facetNumbers,
  isNameRow,
  reconciliationNumbers,
  sessionNumbers,
  sessionPageNumbers,
  statusNumbers,
} from './numbers-views.ts';

/** What a route asks of who comes, and what it notes. */
export type RouteAccess = {
  /** What the audit log says when it was answered; `of` names a parameter that is told beside it. */
  audit?: { action: AuditAction; of?: string };
} & (
  | { needs: 'nobody' | 'ingest' | 'viewer' | 'admin' }
  | {
      needs: 'numbers';
      /** Parameters that a `numbers` token may ask with; the others could be used to search. */
      asks: readonly string[];
      /** Of the answer to a `numbers` token; what is not in it is left out. `whole` has no content to leave out. */
      shows: z.ZodType | 'whole';
      /** Whether it may ask this; true where nothing is said. */
      mayAsk?: (asked: Asked) => boolean;
    }
);

/** What was asked: the parameters of path and query. */
export interface Asked {
  param(name: string): string | undefined;
  query(name: string): string | undefined;
}

const looked = { audit: { action: 'looked' } } as const;

/** `q` is text; a filter may hold text. */
const hasNumbersFilter = ({ query }: Asked) => asksForNumbers(parseFilter(query('filter') ?? '').filter);

/**
 * The one list of who may ask what. A route that is not in it is the admin's; the test beside it compares it with
 * /openapi.json and looks for content in every answer to a `numbers` token.
 */
export const routesTable = {
  'GET /healthz': { needs: 'nobody' },
  'GET /openapi.json': { needs: 'numbers', asks: [], shows: 'whole' },
  'GET /metrics': { needs: 'numbers', asks: [], shows: 'whole' },

  'POST /ingest/hook': { needs: 'ingest' },
  'POST /ingest/events': { needs: 'ingest' },
  'POST /ingest/alert': { needs: 'ingest' },
  'POST /ingest/statusline': { needs: 'ingest' },
  'GET /ingest/transcript': { needs: 'ingest' },
  'POST /ingest/transcript': { needs: 'ingest' },
  'POST /events': { needs: 'ingest' },
  'POST /v1/logs': { needs: 'ingest' },
  'POST /v1/metrics': { needs: 'ingest' },
  'POST /v1/traces': { needs: 'ingest' },

  'GET /live': { needs: 'numbers', asks: [], shows: 'whole', audit: { action: 'watched' } },
  'GET /api/status': { needs: 'numbers', asks: [], shows: statusNumbers },
  'GET /api/facets': { needs: 'numbers', asks: [], shows: facetNumbers },
  'GET /api/pulse': { needs: 'numbers', asks: ['minutes', 'buckets', 'to', 'session'], shows: 'whole' },
  'GET /api/quota': { needs: 'numbers', asks: ['hours'], shows: 'whole' },

  'GET /api/events': { needs: 'viewer', ...looked },
  'GET /api/events/:seq': { needs: 'viewer', ...looked },
  'GET /api/search': { needs: 'viewer', audit: { action: 'searched' } },

  'GET /api/sessions': {
    ...{ needs: 'numbers', asks: ['cursor', 'limit', 'app', 'sort', 'since', 'filter'] },
    ...{ shows: sessionPageNumbers, mayAsk: hasNumbersFilter },
  },
  'GET /api/sessions/:id': { needs: 'numbers', asks: [], shows: sessionNumbers, ...looked },
  'GET /api/sessions/:id/cost': { needs: 'numbers', asks: [], shows: sessionCostSchema, ...looked },
  'GET /api/sessions/:id/spans': { needs: 'viewer', ...looked },
  'GET /api/sessions/:id/points': { needs: 'viewer', ...looked },
  'GET /api/sessions/:id/transcript': { needs: 'viewer', ...looked },
  'GET /api/sessions/:id/export': { needs: 'viewer', audit: { action: 'exported', of: 'format' } },
  'DELETE /api/sessions/:id': { needs: 'admin', audit: { action: 'deleted' } },

  'GET /api/analysis': { needs: 'numbers', asks: [], shows: 'whole' },
  'GET /api/analysis.html': { needs: 'viewer', audit: { action: 'exported' } },
  'GET /api/analysis/:name': {
    needs: 'numbers',
    asks: [
      'from',
      'to',
      'app',
      'model',
      'user',
      'session',
      'filter',
      'by',
      'bucket',
      'zone',
      'prices',
      'row',
      'at',
      'limit',
    ],
    shows: analysisNumbers,
    mayAsk: (asked) => hasNumbersFilter(asked) && isNameRow(asked.query('by') || usualBy(asked.param('name') ?? '')),
  },
  'GET /api/reconciliation': {
    ...{ needs: 'numbers', asks: ['from', 'to', 'session', 'limit'], shows: reconciliationNumbers },
  },

  'GET /api/annotations': { needs: 'viewer' },
  'POST /api/annotations': { needs: 'admin', audit: { action: 'annotated' } },
  'DELETE /api/annotations/:id': { needs: 'admin', audit: { action: 'annotated' } },

  'GET /api/alerts': { needs: 'viewer' },
  'POST /api/alerts/test': { needs: 'admin' },

  'GET /api/import': { needs: 'viewer' },
  'GET /api/import/discover': { needs: 'admin' },
  'POST /api/import': { needs: 'admin', audit: { action: 'imported' } },

  'GET /api/retention': { needs: 'numbers', asks: ['results', 'transcript', 'events'], shows: 'whole' },
  'POST /api/retention': { needs: 'admin', audit: { action: 'pruned' } },

  'GET /api/access': { needs: 'nobody' },
  'POST /api/access/sign-in': { needs: 'nobody', audit: { action: 'signed-in' } },
  'POST /api/access/sign-out': { needs: 'nobody', audit: { action: 'signed-out' } },
  'GET /api/access/tokens': { needs: 'admin' },
  'POST /api/access/tokens': { needs: 'admin', audit: { action: 'token-created' } },
  'DELETE /api/access/tokens/:id': { needs: 'admin', audit: { action: 'token-revoked' } },
  'GET /api/audit': { needs: 'admin' },
} as const satisfies Record<string, RouteAccess>;

/** What the page's own files are. */
export const pageAccess: RouteAccess = { needs: 'nobody' };
const unknownAccess: RouteAccess = { needs: 'admin' };

/** By the route's own spelling: `GET`, `/api/sessions/:id`. */
export function accessOf(method: string, path: string): RouteAccess {
  const key = `${method.toUpperCase()} ${path}`;
  return Object.hasOwn(routesTable, key) ? routesTable[key as keyof typeof routesTable] : unknownAccess;
}

function usualBy(name: string): string {
  return Object.keys(analysisNamed(name)?.by ?? {})[0] ?? '';
}

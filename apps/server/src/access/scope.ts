import type { TokenScope } from '@telltale/core/access-view';

/** What a route asks of its visitor; `nobody` lets everyone in whom host and origin let in. */
export type Need = 'nobody' | TokenScope;

const met = {
  ingest: ['nobody', 'ingest'],
  numbers: ['nobody', 'numbers'],
  viewer: ['nobody', 'numbers', 'viewer'],
  admin: ['nobody', 'ingest', 'numbers', 'viewer', 'admin'],
} as const satisfies Record<TokenScope, readonly Need[]>;

/** Whether a scope, or none, is enough for a need. */
export function meets(scope: TokenScope | undefined, need: Need): boolean {
  const needs: readonly Need[] = scope === undefined ? ['nobody'] : met[scope];
  return needs.includes(need);
}

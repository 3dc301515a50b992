import type { TokenScope } from '@telltale/core/access-view';
import type { Context } from 'hono';

/** Who asks, as far as that is known. */
export interface Visitor {
  /** Name of the token; `local` where none is asked for, `nobody` for who has none. */
  name: string;
  /** Absent for nobody. */
  scope?: TokenScope;
  tokenId?: string;
  /** Who `user:me` is, where that is known. */
  user?: string;
  /** The sign-in behind the cookie, where it came by one. */
  signIn?: string;
  /** Where from. */
  address: string;
}

/** The visitor that the guard let in. */
export function visitorOf(context: Context): Visitor {
  return context.get('visitor');
}

export function setVisitor(context: Context, visitor: Visitor): void {
  context.set('visitor', visitor);
}

import { contextWindowOf } from './context-window.ts';
import { present } from './present.ts';
import type { Session } from './session-view.ts';

/** How full a session's context is. */
export interface ContextNow {
  tokens: number;
  /** What fits; absent where the model is unknown. */
  windowTokens?: number;
  share?: number;
  /** As the client's status line told it; else reckoned from the last request. */
  isExact: boolean;
  at: string;
}

/** By the status line where that tells of the newest request, else by what events or transcript tell of it. */
export function contextNow({ lastRequest, statusLine }: Told): ContextNow | undefined {
  const told = statusLine?.context;
  if (told && statusLine && isNewest(statusLine.at, told.tokens, lastRequest)) {
    const { tokens, windowTokens } = told;
    return { tokens, windowTokens, share: tokens / windowTokens, isExact: true, at: statusLine.at };
  }
  if (!lastRequest) return undefined;
  const { contextTokens: tokens, model, at, windowTokens: named } = lastRequest;
  // The window that the client told is the one that it goes on with.
  const isTold = told !== undefined && told.windowTokens >= tokens;
  const windowTokens = isTold ? told.windowTokens : (named ?? contextWindowOf(model, tokens));
  const share = windowTokens === undefined ? undefined : tokens / windowTokens;
  return present({ tokens, windowTokens, share, isExact: false, at });
}

/** When the prompt cache goes cold, by the same rule. */
export function cacheExpiry({ lastRequest, statusLine }: Told): string | undefined {
  const { context, cache, at = '' } = statusLine ?? {};
  if (cache?.expiresAt !== undefined && isNewest(at, context?.tokens, lastRequest)) return cache.expiresAt;
  return lastRequest?.cacheExpiresAt;
}

type Told = Pick<Session, 'lastRequest' | 'statusLine'>;

/** The same size is the same request: the client tells of it on two roads, in whatever order. */
function isNewest(at: string, tokens: number | undefined, lastRequest: Session['lastRequest']): boolean {
  return lastRequest === undefined || at >= lastRequest.at || tokens === lastRequest.contextTokens;
}

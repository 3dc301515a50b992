import type { RouteLocationRaw } from 'vue-router';

interface Placed {
  sessionId?: string | undefined;
  agentId?: string | undefined;
  key?: number | undefined;
}

/** The link to a session, at one of its events where one is meant. */
export function placeOf(placed: Placed): RouteLocationRaw {
  return {
    name: 'session',
    params: { id: placed.sessionId ?? '' },
    query: {
      ...(placed.key !== undefined && { at: String(Math.floor(placed.key)) }),
      ...(placed.agentId !== undefined && { agent: placed.agentId }),
    },
  };
}

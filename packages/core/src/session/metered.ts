import { present } from '../present.ts';
import type { Session, SessionState } from '../session-view.ts';
import { yourTurnMs } from './view.ts';

/** What metrics tell of a session; plain JSON. */
export interface Metered {
  /** ISO 8601, of the first and the last point of what the model cost. */
  firstAt: string;
  lastAt: string;
  app: string;
  user?: string | undefined;
  host?: string | undefined;
  model?: string | undefined;
}

/** Points come once a minute while requests are made; silent for so long nobody works. */
export const meteredWorkingMs = 5 * 60_000;

/** A session that only its metrics tell: what it cost, and when it was heard of. It is never lost, nor waits for anybody. */
export function sessionOfMetered(id: string, metered: Metered, now: number): Session {
  const silentMs = now - Date.parse(metered.lastAt);
  const state = stateOf(silentMs);
  return present({
    id,
    app: metered.app,
    user: metered.user,
    host: metered.host,
    model: metered.model,
    state,
    group: state === 'working' ? ('working' as const) : ('quiet' as const),
    startedAt: metered.firstAt,
    // Its end is not told.
    endedAt: state === 'ended' ? metered.lastAt : undefined,
    lastEventAt: metered.lastAt,
    lastSeq: 0,
    ...{ prompts: 0, tools: 0, failures: 0, subagents: 0, waitedMs: 0, waiting: [], trouble: [], agents: [] },
    knownFrom: 'metrics' as const,
  });
}

function stateOf(silentMs: number): SessionState {
  if (silentMs < meteredWorkingMs) return 'working';
  return silentMs < yourTurnMs ? 'idle' : 'ended';
}

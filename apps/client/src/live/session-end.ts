import type { Session } from '@telltale/core';
import type { RowState } from '../base/row-state.ts';
import type { FeedRow } from '../data/feed-row.ts';

/** Nothing runs any more in a session that ended or went silent: its last sign; nothing while it goes on. */
export function endOfSession(session: Session | undefined): number | undefined {
  if (session?.state !== 'ended' && session?.state !== 'failed' && session?.state !== 'lost') return undefined;
  return Date.parse(session.endedAt ?? session.lastEventAt);
}

/** Begun, and no end was heard. */
export const isOpen = ({ state }: FeedRow): boolean => state === 'running' || state === 'waiting';

/** What a row is by now: a call of a session that is over does not run. */
export function stateNow(row: FeedRow, session: Session | undefined): RowState {
  return isOpen(row) && endOfSession(session) !== undefined ? 'unknown-end' : row.state;
}

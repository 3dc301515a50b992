import { formatPattern, type Session } from '@telltale/core';
import type { RouteLocationRaw } from 'vue-router';
import { dateIn } from '../analytics/time-range.ts';

/** Which tools a session used, how often and for how long: the page Analytics, for this session and its days. */
export function sessionInAnalytics(
  { id, startedAt, lastEventAt, endedAt }: Pick<Session, 'id' | 'startedAt' | 'lastEventAt' | 'endedAt'>,
  timeZone: string,
): RouteLocationRaw {
  const dayOf = (at: string) => dateIn(Date.parse(at), timeZone);
  const days = { from: dayOf(startedAt), to: dayOf(endedAt ?? lastEventAt) };
  return {
    name: 'analytics',
    query: { show: 'work', range: 'custom', ...days, filter: `session:${formatPattern([id])}` },
  };
}

import type { Session } from '@telltale/core';

/** Exports come some time after what they tell, and a clock may be a little off. */
const marginMs = 5 * 60_000;

/** The events and the cost of a session, on Grafana's dashboard, in the time in which it ran. */
export function sessionInGrafana(grafanaUrl: string, { id, startedAt, lastEventAt, endedAt }: Session, now: number) {
  const end = Date.parse(endedAt ?? lastEventAt) + marginMs;
  const range = new URLSearchParams({
    'var-session': id,
    from: String(Date.parse(startedAt) - marginMs),
    // What may still go on is followed.
    to: end < now ? String(end) : 'now',
  });
  return `${grafanaUrl}/d/telltale-session?${range}`;
}

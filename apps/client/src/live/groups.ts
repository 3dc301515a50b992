import type { FiringAlert, Session, Trouble } from '@telltale/core';

/** What one viewer has already taken note of; kept in the browser. */
export interface Noted {
  /** Keys of troubles that were acknowledged. */
  readonly acknowledged: ReadonlySet<string>;
  /** Key of a trouble → ms since 1970 until when it is silent. */
  readonly snoozed: ReadonlyMap<string, number>;
  /** Keys of finished turns that were looked at. */
  readonly seen: ReadonlySet<string>;
}

export const nothingNoted: Noted = { acknowledged: new Set(), snoozed: new Map(), seen: new Set() };

export const groupNames = ['needs-you', 'trouble', 'your-turn', 'working'] as const;
export type GroupName = (typeof groupNames)[number];

export interface Groups {
  /** In order of arrival in their group. */
  readonly 'needs-you': readonly Session[];
  readonly trouble: readonly Session[];
  readonly 'your-turn': readonly Session[];
  readonly working: readonly Session[];
  readonly idle: readonly Session[];
  readonly doneToday: number;
}

const turnStaysMs = 30 * 60_000;

/**
 * Sorts sessions into the groups of the page; the service says where a session stands, the viewer what is noted. Where
 * several people report, those of `me` stand first.
 */
export function groupSessions(sessions: readonly Session[], now: number, noted: Noted, me?: string): Groups {
  const isTheirs = (session: Session) => (me !== undefined && !isOf(session, me) ? 1 : 0);
  const groups = { 'needs-you': [], trouble: [], 'your-turn': [], working: [], idle: [] } as Record<
    GroupName | 'idle',
    Session[]
  >;
  const startOfDay = new Date(now).setHours(0, 0, 0, 0);
  let doneToday = 0;
  for (const session of sessions) {
    const group = groupOf(session, now, noted);
    if (group === 'done') doneToday += Date.parse(session.endedAt ?? session.lastEventAt) >= startOfDay ? 1 : 0;
    else groups[group].push(session);
  }
  for (const name of groupNames) {
    groups[name].sort(
      (a, b) => isTheirs(a) - isTheirs(b) || arrival(a, name) - arrival(b, name) || (a.id < b.id ? -1 : 1),
    );
  }
  return { ...groups, doneToday };
}

/** Of a session that does not say whose it is nobody knows that it is another's. */
function isOf({ user }: Session, me: string): boolean {
  return user === undefined || user === me;
}

/** When a session came into its group: the order of its card, which does not change while it stays. */
function arrival(session: Session, group: GroupName): number {
  if (group === 'needs-you') return Date.parse(session.waiting[0]?.since ?? session.lastEventAt);
  if (group === 'trouble') return Date.parse(session.trouble[0]?.since ?? session.lastEventAt);
  if (group === 'your-turn') return Date.parse(session.turnFinishedAt ?? session.lastEventAt);
  return Date.parse(session.startedAt);
}

function groupOf(session: Session, now: number, noted: Noted): GroupName | 'idle' | 'done' {
  if (session.group === 'needs-you') return 'needs-you';
  if (session.group === 'trouble' && openTroubles(session, now, noted).length > 0) return 'trouble';
  if (session.state === 'working') return 'working';
  if (session.state === 'ended' || session.state === 'failed' || session.state === 'lost') return 'done';
  if (session.turnFinishedAt !== undefined && session.group === 'your-turn') {
    const isFresh = now - Date.parse(session.turnFinishedAt) < turnStaysMs;
    if (isFresh && !noted.seen.has(turnKey(session))) return 'your-turn';
  }
  return 'idle';
}

export function openTroubles(session: Session, now: number, noted: Noted): readonly Trouble[] {
  return session.trouble.filter((trouble) => {
    const key = troubleKey(session, trouble);
    return !noted.acknowledged.has(key) && (noted.snoozed.get(key) ?? 0) <= now;
  });
}

export function troubleKey(session: Session, trouble: Trouble): string {
  return `${session.id} ${trouble.kind} ${trouble.since}`;
}

/** Alerts that stand by themselves, without those that were acknowledged or snoozed. */
export function openAlerts(alerts: readonly FiringAlert[], now: number, noted: Noted): readonly FiringAlert[] {
  return alerts.filter((alert) => {
    const key = alertKey(alert);
    return !noted.acknowledged.has(key) && (noted.snoozed.get(key) ?? 0) <= now;
  });
}

/** The next time that it fires, it is another one. */
export function alertKey({ fingerprint, since }: FiringAlert): string {
  return `alert ${fingerprint} ${since}`;
}

export function turnKey(session: Session): string {
  return `${session.id} ${session.turnFinishedAt ?? ''}`;
}

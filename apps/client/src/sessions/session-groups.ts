import type { Session } from '@telltale/core';
import { dayInWords } from '../words/time.ts';

export interface SessionRows {
  title: string;
  sessions: readonly Session[];
}

/** The table's sections; sessions keep their order, the one with the last event first. */
export function sectionsOf(sessions: readonly Session[], by: 'day' | 'project', now: number): SessionRows[] {
  const titleOf = (session: Session) =>
    by === 'project' ? session.app : dayInWords(new Date(session.lastEventAt), new Date(now));
  const sections = new Map<string, Session[]>();
  for (const session of sessions) {
    const title = titleOf(session);
    const known = sections.get(title);
    if (known) known.push(session);
    else sections.set(title, [session]);
  }
  return [...sections].map(([title, members]) => ({ title, sessions: members }));
}

/** One section, the most first; what is unknown comes last. */
export function sortedBy(
  sessions: readonly Session[],
  { title, amountOf, hasMore }: { title: string; amountOf: (session: Session) => number | undefined; hasMore: boolean },
): SessionRows[] {
  if (sessions.length === 0) return [];
  const values = new Map(sessions.map((session) => [session, amountOf(session) ?? Number.NEGATIVE_INFINITY]));
  const order = [...sessions].sort((a, b) => Math.sign((values.get(b) ?? 0) - (values.get(a) ?? 0)) || 0);
  return [{ title: `by ${title}, the most first${hasMore ? ', of those listed' : ''}`, sessions: order }];
}

/** Newest last event first. */
export function inOrder(sessions: readonly Session[]): Session[] {
  return [...sessions].sort((a, b) => (a.lastEventAt < b.lastEventAt ? 1 : -1));
}

/** The listed sessions as they stand now, in the order in which they were listed: rows do not jump. */
export function asHeard(listed: readonly Session[], heardOf: (id: string) => Session | undefined): Session[] {
  return listed.map((session) => {
    const heard = heardOf(session.id);
    return heard && heard.lastSeq >= session.lastSeq ? heard : session;
  });
}

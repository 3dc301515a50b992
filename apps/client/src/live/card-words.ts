import type { Session } from '@telltale/core';
import { troubleWordsOf, waitWordsOf } from '../words/session-words.ts';
import type { GroupName } from './groups.ts';

/** The line of a card that says why the session stands where it stands. */
export function cardLine(session: Session, group: GroupName): string {
  const [wait] = session.waiting;
  const [trouble] = session.trouble;
  if (group === 'needs-you' && wait) return waitWordsOf(wait);
  if (group === 'trouble') return trouble ? troubleWordsOf(trouble) : '';
  return session.lastLine ?? '';
}

/** From when the age on a card counts, ms since 1970. */
export function cardSince(session: Session, group: GroupName): number {
  if (group === 'needs-you') return Date.parse(session.waiting[0]?.since ?? session.lastEventAt);
  if (group === 'trouble') return Date.parse(session.trouble[0]?.since ?? session.lastEventAt);
  if (group === 'your-turn') return Date.parse(session.turnFinishedAt ?? session.lastEventAt);
  return Date.parse(session.lastEventAt);
}

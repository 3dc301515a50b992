import type { Session, SessionState } from '../session-view.ts';
import type { AlertInstance } from './rule.ts';

/** The labels by which an alert stands with its session. */
export function labelsOf({ id, app, user }: Pick<Session, 'id' | 'app' | 'user'>): Record<string, string> {
  return { session_id: id, app, ...(user !== undefined && { user }) };
}

export function isOver(state: SessionState): boolean {
  return state === 'ended' || state === 'lost' || state === 'failed';
}

/** One instance about one session. */
export function ofSession(session: Session, told: Pick<AlertInstance, 'summary' | 'value' | 'seqs'>): AlertInstance {
  return { key: session.id, labels: labelsOf(session), ...told };
}

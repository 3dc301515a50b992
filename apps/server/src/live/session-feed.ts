import type { Session } from '@telltale/core';
import type { Store } from '../store/store.ts';

const maxPerFrame = 100;
/** Sessions that time alone can change: working → lost after 15 minutes, your turn → quiet after 30, a wait → unsure. */
const watchedMs = 36 * 3_600_000;
const maxWatched = 200;

/** Which sessions the viewers must hear about: those that an event touched, and those that the clock moved. */
export function createSessionFeed(store: Store, now: () => number) {
  const touched = new Set<string>();
  /** What was told last, as far as time changes it. */
  const told = new Map<string, string>();

  /** A person looks at these, so their next word may not wait for the clock's slow round. */
  const waiting = new Set<string>();

  const note = (session: Session) => {
    if (session.waiting.some((wait) => wait.kind === 'permission' && !wait.mayBeRunning)) waiting.add(session.id);
    else waiting.delete(session.id);
    told.delete(session.id);
    told.set(session.id, stateOf(session));
    if (told.size > 2 * maxWatched) for (const id of told.keys()) if (told.delete(id) && told.size <= maxWatched) break;
  };

  return {
    touch(sessionId: string): void {
      touched.add(sessionId);
    },

    /** The changed sessions, at most a frame full; the rest comes with the next. */
    take(): Session[] {
      const sessions: Session[] = [];
      for (const id of waiting) {
        const session = store.session(id, now());
        if (!session) waiting.delete(id);
        else if (told.get(id) !== stateOf(session)) touched.add(id);
      }
      for (const id of touched) {
        touched.delete(id);
        const session = store.session(id, now());
        if (session) {
          note(session);
          sessions.push(session);
        }
        if (sessions.length === maxPerFrame) break;
      }
      return sessions;
    },

    /** Touches the sessions whose state is another one now than when it was told. */
    lookAtClock(): void {
      const time = now();
      const since = new Date(time - watchedMs).toISOString();
      for (const session of store.sessions({ since, limit: maxWatched, now: time }).items) {
        const before = told.get(session.id);
        if (before === undefined) note(session);
        else if (before !== stateOf(session)) touched.add(session.id);
      }
    },
  };
}

function stateOf(session: Session): string {
  const waits = session.waiting.map((wait) => wait.mayBeRunning).join();
  return `${session.state} ${session.group} ${session.trouble.length} ${waits} ${session.parentSessionId}`;
}

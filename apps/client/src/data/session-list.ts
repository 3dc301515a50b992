import type { Session } from '@telltale/core';

/** The sessions heard of, by id; what the socket said after `mark()` is newer than a list asked for then. */
export function createSessionList() {
  const known = new Map<string, { session: Session; heard: number }>();
  let clock = 0;

  return {
    mark: () => clock,
    get: (id: string) => known.get(id)?.session,
    update(sessions: readonly Session[]): void {
      clock += 1;
      for (const session of sessions) known.set(session.id, { session, heard: clock });
    },
    load(sessions: readonly Session[], mark: number): void {
      for (const session of sessions) {
        const heard = known.get(session.id)?.heard ?? 0;
        if (heard <= mark) known.set(session.id, { session, heard });
      }
    },
    remove(ids: readonly string[]): void {
      for (const id of ids) known.delete(id);
    },
    clear: () => known.clear(),
    /** Newest event first. */
    all: (): Session[] =>
      [...known.values()].map((entry) => entry.session).sort((a, b) => (a.lastEventAt < b.lastEventAt ? 1 : -1)),
  };
}

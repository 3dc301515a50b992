import type { NewEvent } from '@telltale/core';
import type { Database } from 'better-sqlite3';

/** The hooks of one event run within this time of each other, also on a busy machine. */
const windowMs = 10_000;
/** Both copies arrive one after the other, so the newest events are enough. */
const maxLookedAt = 500;

export interface Twins {
  /** The `seq` that a twin's id stands for: a second install's copy that was sent before. */
  seqOf(id: string): number | undefined;
  /**
   * The stored event that `event` is the second install's copy of: same process, same bytes, another install, and
   * not yet matched by this install. So the nth of one install meets the nth of the other, and two honest equal
   * events of one install stay two.
   */
  find(session: number, event: NewEvent, at: number, payload: Buffer, newestSeq: number): number | undefined;
  add(id: string, seq: number, install: string): void;
  forget(): void;
}

export function createTwins(database: Database): Twins {
  const bySession = database
    .prepare<[number, number, string, number, number, Buffer, number, string, string], number>(`
      SELECT fresh.seq FROM fresh_events AS fresh JOIN origins ON origins.no = fresh.origin
      WHERE fresh.seq > ? AND fresh.session = ? AND fresh.name = ? AND fresh.at BETWEEN ? AND ? AND fresh.payload = ?
        AND origins.json ->> 'pid' = ? AND origins.json ->> 'install' <> ?
        AND NOT EXISTS (SELECT 1 FROM twins WHERE twins.seq = fresh.seq AND twins.install = ?)
      ORDER BY fresh.seq LIMIT 1`)
    .pluck();
  const byId = database.prepare<[string], number>('SELECT seq FROM twins WHERE id = ?').pluck();
  const insert = database.prepare('INSERT INTO twins (id, seq, install) VALUES (?, ?, ?) ON CONFLICT DO NOTHING');
  const any = database.prepare<[], number>('SELECT EXISTS (SELECT 1 FROM twins)').pluck();
  let hasAny = any.get() === 1;

  return {
    seqOf: (id) => (hasAny ? byId.get(id) : undefined),
    find(session, event, at, payload, newestSeq) {
      const { install, pid } = event.origin ?? {};
      if (install === undefined || pid === undefined) return undefined;
      const [from, to] = [at - windowMs, at + windowMs];
      return bySession.get(newestSeq - maxLookedAt, session, event.name, from, to, payload, pid, install, install);
    },
    add(id, seq, install) {
      insert.run(id, seq, install);
      hasAny = true;
    },
    forget() {
      hasAny = any.get() === 1;
    },
  };
}

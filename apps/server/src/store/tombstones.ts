import { createHash } from 'node:crypto';
import type { Database } from 'better-sqlite3';
import type { ProjectedSession } from './sessions/projected-session.ts';
import { metaType, type PlacedEntry, unplaced } from './transcripts.ts';

/**
 * What was deleted, record by record. Sent again it stays deleted, whatever time it tells; what a session does
 * afterwards is another record, and makes the session live again from there on.
 */
export interface Tombstones {
  holdsEvent(sessionId: string, eventId: string): boolean;
  /** Deleted by a Telltale that did not remember records: nothing of it comes back. */
  holdsAll(sessionId: string): boolean;
  /** A metric point or a span, by its key. */
  holdsTelemetry(sessionId: string, kind: 'point' | 'span', ...key: string[]): boolean;
  /** An API request that was made in a deleted session: a fork's copy of it does not count. */
  holdsRequest(requestId: string): boolean;
  /** Which entries of a session's transcript are deleted; undefined for one that never was. */
  entriesOf(session: ProjectedSession): ((entry: PlacedEntry) => boolean) | undefined;
  /** When it was deleted last, ms. */
  deletedAt(sessionId: string): number | undefined;
  /** Remembers all that is there of a session, inside the transaction that deletes it. */
  bury(sessionNo: number, sessionId: string, deletedAt: number): void;
  /** After a rollback: what the database says holds. */
  forget(): void;
}

interface Tombstone {
  deletedAt: number;
  isWhole: boolean;
}

export function createTombstones(database: Database): Tombstones {
  database.function('tombstone_key', { deterministic: true, varargs: true }, keyOf);
  const all = database.prepare<[], { id: string; deletedAt: number; isWhole: number }>(
    'SELECT session_id AS id, deleted_at AS deletedAt, is_whole AS isWhole FROM tombstones',
  );
  const put = database.prepare(`
    INSERT INTO tombstones (session_id, deleted_at) VALUES (?, ?)
    ON CONFLICT (session_id) DO UPDATE SET deleted_at = excluded.deleted_at`);
  const records = database.prepare<[{ no: number; id: string }]>(`
    INSERT INTO deleted_records (key)
    SELECT tombstone_key('event', id) FROM event_log WHERE session = @no
    UNION SELECT tombstone_key('event', id) FROM fresh_events WHERE session = @no
    UNION SELECT tombstone_key('event', twins.id) FROM twins JOIN event_log AS log USING (seq) WHERE log.session = @no
    UNION SELECT tombstone_key('event', twins.id) FROM twins JOIN fresh_events AS log USING (seq) WHERE log.session = @no
    UNION SELECT tombstone_key('entry', @id, agent, uuid) FROM transcript_entries
      WHERE session = @no AND uuid IS NOT NULL
    UNION SELECT tombstone_key('text', @id, agent, offset) FROM transcript_entries
      WHERE session = @no AND uuid IS NULL AND generation = ${unplaced}
    UNION SELECT tombstone_key('point', series.id, CAST(start AS TEXT), CAST(slot AS TEXT))
      FROM metric_series AS series JOIN metric_points ON series = no WHERE session_id = @id
    UNION SELECT tombstone_key('span', trace_id, span_id) FROM spans WHERE session_id = @id
    UNION SELECT tombstone_key('request', id) FROM api_requests WHERE session = @no
    UNION SELECT tombstone_key('request', said.id) FROM said_requests AS said LEFT JOIN said_sessions USING (session)
      WHERE session = @no AND is_owner = 1 AND is_copy = 0 AND (born IS NULL OR said.at >= born)
    ON CONFLICT DO NOTHING`);
  const isHeld = database.prepare<[Buffer], number>('SELECT 1 FROM deleted_records WHERE key = ?').pluck();
  const hasFile = database
    .prepare<[number, string], number>('SELECT 1 FROM transcript_files WHERE session = ? AND agent = ?')
    .pluck();
  const hasEntry = database
    .prepare<[number, string], number>('SELECT 1 FROM transcript_entries WHERE session = ? AND agent = ? LIMIT 1')
    .pluck();
  const hasEntryOf = database
    .prepare<[number, string, number], number>(
      'SELECT 1 FROM transcript_entries WHERE session = ? AND agent = ? AND generation = ? LIMIT 1',
    )
    .pluck();

  const bySession = new Map<string, Tombstone>();
  const holds = (...parts: (string | number)[]) => isHeld.get(keyOf(...parts)) !== undefined;

  function forget(): void {
    bySession.clear();
    for (const { id, deletedAt, isWhole } of all.iterate()) bySession.set(id, { deletedAt, isWhole: isWhole === 1 });
  }

  /** Tells of a subagent, without a time: kept with what the subagent said since, or where it is a new one. */
  function isMetaDeleted({ no, lastSeq, transcript }: ProjectedSession, agent: string): boolean {
    if (hasEntry.get(no, agent)) return false;
    const isAlive = lastSeq > 0 || transcript !== undefined;
    return !isAlive || hasFile.get(no, agent) !== undefined;
  }

  forget();
  return {
    holdsEvent(sessionId, eventId) {
      const tombstone = bySession.get(sessionId);
      return tombstone !== undefined && (tombstone.isWhole || holds('event', eventId));
    },

    holdsTelemetry(sessionId, kind, ...key) {
      const tombstone = bySession.get(sessionId);
      return tombstone !== undefined && (tombstone.isWhole || holds(kind, ...key));
    },

    holdsRequest: (requestId) => bySession.size > 0 && holds('request', requestId),

    deletedAt: (sessionId) => bySession.get(sessionId)?.deletedAt,

    holdsAll: (sessionId) => bySession.get(sessionId)?.isWhole === true,

    entriesOf(session) {
      const tombstone = bySession.get(session.id);
      if (!tombstone) return undefined;
      const { id, no } = session;
      /** Something written after the deletion stands before this entry in its file. */
      let goesOn: boolean | undefined;

      return ({ agent, uuid, generation, offset, type, at }) => {
        if (type === metaType) return isMetaDeleted(session, agent);
        if (uuid !== null && holds('entry', id, agent, uuid)) return true;
        if (uuid === null && generation === unplaced && holds('text', id, agent, offset)) return true;
        goesOn ??= generation === unplaced || hasEntryOf.get(no, agent, generation) !== undefined;
        // A transcript comes at the end of a turn, so part of what was deleted may not have been here yet.
        if (at === null) return !goesOn;
        const isLater = at >= tombstone.deletedAt;
        goesOn ||= isLater;
        return !isLater;
      };
    },

    bury(no, id, deletedAt) {
      records.run({ no, id });
      put.run(id, deletedAt);
      bySession.set(id, { deletedAt, isWhole: false });
    },

    forget,
  };
}

/** 16 bytes stand for a record: half the size of its id, and nothing of it can be read from them. */
function keyOf(...parts: unknown[]): Buffer {
  return createHash('sha256').update(parts.join('\0')).digest().subarray(0, 16);
}

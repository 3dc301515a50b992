import { foldVersion, type Session } from '@telltale/core';
import { usualProvider } from '@telltale/core/agent-provider';
import type { Database } from 'better-sqlite3';
import { nextLook } from './next-look.ts';
import { newSession, type ProjectedSession, type SessionRow, sessionFromRow } from './projected-session.ts';

/** The table of sessions: which there are, and what is written of each. */
export interface SessionRows {
  find(id: string): ProjectedSession | undefined;
  create(id: string): ProjectedSession;
  /** Writes the session as it is told at `now`; what time alone changes later is written again when it is due. */
  write(session: ProjectedSession, told: Session | undefined, at: { now: number; isWatched: boolean }): void;
  /** The newest one whose fold is of another version. */
  outdated(): string | undefined;
  /** Those that time alone may have changed by `now`, and as what they are written. */
  due(now: number): WrittenState[];
  /** Sessions that have not ended and had an event since then, newest first. */
  liveSince(sinceMs: number): string[];
  endedBetween(fromMs: number, toMs: number): string[];
}

interface WrittenState {
  id: string;
  state: string | null;
  group_name: string | null;
  look_at: number | null;
}

/** Sessions that are looked at for edits of one file. */
const maxLive = 500;

export function createSessionRows(database: Database): SessionRows {
  const byId = database.prepare<[string], SessionRow>(`
    SELECT no, id, last_seq, installs, installed_twice, fold, fold_version, transcript, metered, labels, pinned, notes, bookmarks,
      annotated_at
    FROM sessions WHERE id = ?`);
  const insert = database.prepare<[string]>('INSERT INTO sessions (id) VALUES (?)');
  const update = database.prepare(`
    UPDATE sessions SET app = ?, title = ?, branch = ?, user = ?, host = ?, repo = ?, provider = ?, model = ?, state = ?, group_name = ?, started_at = ?,
      ended_at = ?, last_event_at = ?, last_seq = ?, installs = ?, installed_twice = ?, fold = ?, fold_version = ?,
      transcript = ?, metered = ?, look_at = ?, is_watched = ?
    WHERE no = ?`);
  const outdated = database
    .prepare<[number], string>(
      'SELECT id FROM sessions WHERE fold_version NOT IN (0, ?) ORDER BY last_event_at DESC LIMIT 1',
    )
    .pluck();
  const due = database.prepare<[number], WrittenState>(`
    SELECT id, state, group_name, look_at FROM sessions WHERE look_at <= ?
    UNION SELECT id, state, group_name, look_at FROM sessions WHERE is_watched = 1`);
  const live = database
    .prepare<[number], string>(`SELECT id FROM sessions WHERE last_event_at >= ? AND ended_at IS NULL
      ORDER BY last_event_at DESC LIMIT ${maxLive}`)
    .pluck();
  const endedBetween = database
    .prepare<[number, number], string>('SELECT id FROM sessions WHERE ended_at BETWEEN ? AND ?')
    .pluck();

  return {
    find(id) {
      const row = byId.get(id);
      return row && sessionFromRow(row);
    },
    create: (id) => newSession(Number(insert.run(id).lastInsertRowid), id),
    write(session, told, { now, isWatched }) {
      update.run(
        told?.app ?? null,
        told?.title ?? null,
        told?.branch ?? null,
        told?.user ?? null,
        told?.host ?? null,
        told?.repo ?? null,
        told?.provider ?? usualProvider,
        told?.model ?? null,
        told?.state ?? null,
        told?.group ?? null,
        told ? Date.parse(told.startedAt) : null,
        told?.endedAt === undefined ? null : Date.parse(told.endedAt),
        told ? Date.parse(told.lastEventAt) : null,
        session.lastSeq,
        [...session.installs].join(','),
        session.installedTwice ? 1 : 0,
        session.fold.lastId === '' ? null : JSON.stringify(session.fold),
        session.refoldFrom === undefined ? foldVersion : -1,
        session.transcript ? JSON.stringify(session.transcript) : null,
        session.metered ? JSON.stringify(session.metered) : null,
        told ? nextLook(told, session.fold, now) : null,
        isWatched ? 1 : 0,
        session.no,
      );
    },
    outdated: () => outdated.get(foldVersion),
    due: (now) => due.all(now),
    liveSince: (sinceMs) => live.all(sinceMs),
    endedBetween: (fromMs, toMs) => endedBetween.all(fromMs, toMs),
  };
}

import { randomUUID } from 'node:crypto';
import { type Annotation, type AnnotationKind, annotationLimits, type NewAnnotation, targetKey } from '@telltale/core';
import { present } from '@telltale/core/present';
import type { Database } from 'better-sqlite3';
import type { AnnotationQuery, Page } from './queries.ts';
import type { AnnotationResult } from './records.ts';
import type { ProjectedSession } from './sessions/projected-session.ts';

/** Notes, labels, bookmarks and pins. They are told by ids of the client, so a second import finds them in place. */
export interface Annotations {
  /** Inside a transaction. Who puts a label, a bookmark or a pin where it is already gets the one that is there. */
  add(session: ProjectedSession, annotation: NewAnnotation, now: number): AnnotationResult;
  /** Inside a transaction; the session's number, undefined where there was none. */
  remove(id: string): { sessionId: string } | undefined;
  /** Writes what the session shows of them, and notes it in memory. */
  summarise(session: ProjectedSession, now: number): void;
  page(query: AnnotationQuery): Page<Annotation, string>;
  /** Every label in use, for completion. */
  labels(): string[];
}

interface AnnotationRow {
  no: number;
  id: string;
  session_id: string;
  kind: AnnotationKind;
  text: string | null;
  created_at: number;
  event_id: string | null;
  tool_use_id: string | null;
  prompt_id: string | null;
  agent_id: string | null;
  entry_uuid: string | null;
}

const maxLabels = 1000;

const read = `SELECT a.no, a.id, owner.id AS session_id, a.kind, a.text, a.created_at, a.event_id, a.tool_use_id,
  a.prompt_id, a.agent_id, a.entry_uuid FROM annotations AS a JOIN sessions AS owner ON owner.no = a.session`;

export function createAnnotations(database: Database): Annotations {
  const byId = database.prepare<[string], AnnotationRow>(`${read} WHERE a.id = ?`);
  const same = database.prepare<[number, string, string, string], AnnotationRow>(
    `${read} WHERE a.session = ? AND a.kind = ? AND a.target = ? AND coalesce(a.text, '') = ? COLLATE NOCASE`,
  );
  const insert = database.prepare(`
    INSERT INTO annotations (id, session, kind, text, target, created_at, event_id, tool_use_id, prompt_id, agent_id, entry_uuid)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`);
  const drop = database.prepare('DELETE FROM annotations WHERE id = ?');
  const counts = database.prepare<[number], { kind: AnnotationKind; count: number }>(
    'SELECT kind, count(*) AS count FROM annotations WHERE session = ? GROUP BY kind',
  );
  const labelsOf = database
    .prepare<[number], string>(
      "SELECT text FROM annotations WHERE session = ? AND kind = 'label' GROUP BY text COLLATE NOCASE ORDER BY min(no)",
    )
    .pluck();
  const allLabels = database
    .prepare<[], string>(
      `SELECT text FROM annotations WHERE kind = 'label' GROUP BY text COLLATE NOCASE
       ORDER BY text COLLATE NOCASE LIMIT ${maxLabels}`,
    )
    .pluck();
  const write = database.prepare(
    'UPDATE sessions SET labels = ?, pinned = ?, notes = ?, bookmarks = ?, annotated_at = ? WHERE no = ?',
  );

  function refused(session: ProjectedSession, { kind }: NewAnnotation): string | undefined {
    const { labels = 0, all } = countsOf(session.no);
    const { perSession, labelsPerSession } = annotationLimits;
    if (all >= perSession) return `a session has at most ${perSession} annotations; delete some first`;
    if (kind === 'label' && labels >= labelsPerSession)
      return `a session has at most ${labelsPerSession} labels; delete some first`;
    return undefined;
  }

  function countsOf(no: number): { labels: number; pins: number; notes: number; bookmarks: number; all: number } {
    const of: Partial<Record<AnnotationKind, number>> = {};
    for (const { kind, count } of counts.all(no)) of[kind] = count;
    const { label: labels = 0, pin: pins = 0, note: notes = 0, bookmark: bookmarks = 0 } = of;
    return { labels, pins, notes, bookmarks, all: labels + pins + notes + bookmarks };
  }

  return {
    add(session, annotation, now) {
      const { kind, text, eventId, toolUseId, promptId, agentId, entryUuid } = annotation;
      const target = targetKey(annotation);
      const known = kind === 'note' ? undefined : same.get(session.no, kind, target, text ?? '');
      if (known) return { annotation: annotationOf(known), isNew: false };
      const error = refused(session, annotation);
      if (error !== undefined) return { refused: error };
      const id = randomUUID();
      const ids = [eventId, toolUseId, promptId, agentId, entryUuid].map((one) => one ?? null);
      insert.run(id, session.no, kind, text ?? null, target, now, ...ids);
      const made = byId.get(id);
      if (!made) throw new Error('an annotation that was stored is not there');
      return { annotation: annotationOf(made), isNew: true };
    },

    remove(id) {
      const row = byId.get(id);
      if (!row) return undefined;
      drop.run(id);
      return { sessionId: row.session_id };
    },

    summarise(session, now) {
      const { pins, notes, bookmarks } = countsOf(session.no);
      const labels = labelsOf.all(session.no);
      const noted = labels.length > 0 ? JSON.stringify(labels) : null;
      write.run(noted, pins > 0 ? 1 : 0, notes, bookmarks, now, session.no);
      session.annotated = { labels, isPinned: pins > 0, notes, bookmarks, at: now };
    },

    page: createAnnotationPages(database),
    labels: () => allLabels.all(),
  };
}

/** What people put on sessions, the newest first. */
export function createAnnotationPages(database: Database): Annotations['page'] {
  return ({ sessionId, kind, cursor, limit }) => {
    const conditions = ['TRUE'];
    const params: (string | number)[] = [];
    const add = (condition: string, value: string | number) => {
      conditions.push(condition);
      params.push(value);
    };
    if (sessionId !== undefined) add('a.session = (SELECT no FROM sessions WHERE id = ?)', sessionId);
    if (kind !== undefined) add('a.kind = ?', kind);
    if (cursor !== undefined) add('a.no < ?', Number(cursor));
    const rows = database
      .prepare<unknown[], AnnotationRow>(`${read} WHERE ${conditions.join(' AND ')} ORDER BY a.no DESC LIMIT ?`)
      .all(...params, limit + 1);
    const hasMore = rows.length > limit;
    if (hasMore) rows.length = limit;
    return { items: rows.map(annotationOf), next: hasMore ? String(rows.at(-1)?.no) : null };
  };
}

function annotationOf(row: AnnotationRow): Annotation {
  return present({
    id: row.id,
    sessionId: row.session_id,
    kind: row.kind,
    text: row.text ?? undefined,
    createdAt: new Date(row.created_at).toISOString(),
    eventId: row.event_id ?? undefined,
    toolUseId: row.tool_use_id ?? undefined,
    promptId: row.prompt_id ?? undefined,
    agentId: row.agent_id ?? undefined,
    entryUuid: row.entry_uuid ?? undefined,
  });
}

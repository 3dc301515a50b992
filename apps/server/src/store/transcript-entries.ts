import { brotliDecompressSync } from 'node:zlib';
import { isFields, type TranscriptEntry } from '@telltale/core';
import type { Database } from 'better-sqlite3';
import { createByteCache } from './byte-cache.ts';
import type { Page, TranscriptQuery } from './queries.ts';
import { type Texts, textsIn } from './texts.ts';

/** Reads what `transcripts.ts` has stored. */
export interface EntryReader {
  page(sessionNo: number, query: TranscriptQuery): Page<TranscriptEntry, number>;
  /** All entries of a session in the order of arrival, which is the order of each file. */
  ofSession(sessionNo: number, sessionId: string): Iterable<TranscriptEntry>;
  /** The entries of its file before this one, the newest first. */
  before(entry: TranscriptEntry, sessionNo: number): Iterable<TranscriptEntry>;
  /** What was said, of all sessions behind a `seq`, in the order of arrival. */
  behind(seq: number, limit: number): TranscriptEntry[];
  /** The line itself; empty where it is gone. */
  textAt(place: Pick<EntryRow, 'chunk' | 'slot'>): string;
  forget(): void;
}

interface EntryRow {
  seq: number;
  agent: string;
  uuid: string | null;
  type: string;
  at: number | null;
  chunk: number;
  slot: number;
}

const pageSize = 500;
const backSize = 20;

export function createEntryReader(database: Database): EntryReader {
  const chunkOf = database.prepare<[number], { codec: number; data: Buffer }>(
    'SELECT codec, data FROM transcript_chunks WHERE no = ?',
  );
  const entriesIn = (order: 'ASC' | 'DESC') => {
    const sql = (condition: string) => `
      SELECT seq, agent, uuid, type, at, chunk, slot FROM transcript_entries
      WHERE session = ? AND seq > ? AND seq < ? ${condition} ORDER BY seq ${order} LIMIT ?`;
    return {
      ofSession: database.prepare<[number, number, number, number], EntryRow>(sql('')),
      ofAgent: database.prepare<[number, number, number, string, number], EntryRow>(sql('AND agent = ?')),
    };
  };
  const entries = { asc: entriesIn('ASC'), desc: entriesIn('DESC') };
  const behind = database.prepare<[number, number], EntryRow & { sessionId: string }>(`
    SELECT seq, sessions.id AS sessionId, agent, uuid, type, at, chunk, slot
    FROM transcript_entries JOIN sessions ON no = session
    WHERE seq > ? AND type IN ('user', 'assistant', 'queue-operation') ORDER BY seq LIMIT ?`);

  const chunks = createByteCache<number, Texts>(2 * 1024 * 1024);

  function textAt({ chunk, slot }: Pick<EntryRow, 'chunk' | 'slot'>): string {
    let texts = chunks.get(chunk);
    if (!texts) {
      const row = chunkOf.get(chunk);
      if (!row) return '';
      texts = textsIn(row.codec === 0 ? row.data : brotliDecompressSync(row.data));
      chunks.set(chunk, texts, texts.bytes);
    }
    return texts.at(slot) ?? '';
  }

  function page(sessionNo: number, query: TranscriptQuery): Page<TranscriptEntry, number> {
    const { sessionId, agentId, after = 0, before = Number.MAX_SAFE_INTEGER, order = 'asc', limit } = query;
    const rows =
      agentId === undefined
        ? entries[order].ofSession.all(sessionNo, after, before, limit + 1)
        : entries[order].ofAgent.all(sessionNo, after, before, agentId, limit + 1);
    const hasMore = rows.length > limit;
    if (hasMore) rows.length = limit;
    return {
      items: rows.map((row) => entryOf(sessionId, row, lineOf(textAt(row)))),
      next: hasMore ? (rows.at(-1)?.seq ?? null) : null,
    };
  }

  function* ofSession(sessionNo: number, sessionId: string): Iterable<TranscriptEntry> {
    for (let after = 0; ; ) {
      const { items, next } = page(sessionNo, { sessionId, after, limit: pageSize });
      yield* items;
      if (next === null) return;
      after = next;
    }
  }

  function* before({ sessionId, agentId = '', seq }: TranscriptEntry, sessionNo: number): Iterable<TranscriptEntry> {
    for (let before = seq; ; ) {
      const query = { sessionId, agentId, before, order: 'desc', limit: backSize } as const;
      const { items, next } = page(sessionNo, query);
      yield* items;
      if (next === null) return;
      before = next;
    }
  }

  return {
    page,
    ofSession,
    before,
    behind: (seq, limit) => behind.all(seq, limit).map((row) => entryOf(row.sessionId, row, lineOf(textAt(row)))),
    textAt,
    forget: () => chunks.clear(),
  };
}

/** The line's JSON; a line that is none is kept under `text`. */
export function lineOf(text: string): Record<string, unknown> {
  try {
    const line: unknown = JSON.parse(text);
    return isFields(line) ? line : { text };
  } catch {
    // A broken line is the client's; it is shown as it is.
    return { text };
  }
}

/** An entry as the API and the live feed tell it. */
export function entryOf(
  sessionId: string,
  row: Pick<EntryRow, 'seq' | 'agent' | 'uuid' | 'type' | 'at'>,
  line: Record<string, unknown>,
): TranscriptEntry {
  return {
    seq: row.seq,
    sessionId,
    ...(row.agent !== '' && { agentId: row.agent }),
    ...(row.uuid !== null && { uuid: row.uuid }),
    type: row.type,
    ...(row.at !== null && { at: new Date(row.at).toISOString() }),
    line,
  };
}

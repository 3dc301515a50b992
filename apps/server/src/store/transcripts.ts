import { createHash } from 'node:crypto';
import { brotliDecompressSync } from 'node:zlib';
import { isFields, lineFacts, type TranscriptEntry } from '@telltale/core';
import type { Database } from 'better-sqlite3';
import { createByteCache } from './byte-cache.ts';
import { textSeparator } from './payloads.ts';
import type { Page, TranscriptQuery } from './queries.ts';
import type { TranscriptChunk, TranscriptFile, TranscriptResult } from './records.ts';
import { type Texts, textsIn } from './texts.ts';

export interface Transcripts {
  offsetOf(sessionNo: number | undefined, file: TranscriptFile): number;
  /** Where each file of a session is stored to, by agent. */
  placesOf(sessionNo: number): ReadonlyMap<string, number>;
  /** Stores the lines that are not there yet, inside a transaction. */
  append(sessionNo: number, chunk: TranscriptChunk, hooks: EntryHooks): TranscriptResult;
  page(sessionNo: number, query: TranscriptQuery): Page<TranscriptEntry, number>;
  /** All entries of a session in the order of arrival, which is the order of each file. */
  entriesOf(sessionNo: number, sessionId: string): Iterable<TranscriptEntry>;
  /** The entries of its file before this one, the newest first. */
  entriesBefore(entry: TranscriptEntry, sessionNo: number): Iterable<TranscriptEntry>;
  /** What was said, of all sessions behind a `seq`, in the order of arrival. */
  entriesBehind(seq: number, limit: number): TranscriptEntry[];
  /** True when every file of the session is stored as far as its sender knew it. */
  isWhole(sessionNo: number, agentId: string | undefined): boolean;
  forget(): void;
}

interface EntryHooks {
  onEntry(entry: TranscriptEntry): void;
  /** What is passed over, as if it were stored. */
  isDeleted?: ((entry: PlacedEntry) => boolean) | undefined;
}

/** An entry's identity, and when it was written (ms). */
export interface PlacedEntry {
  agent: string;
  uuid: string | null;
  generation: number;
  offset: number;
  type: string;
  at: number | null;
}

/** A file as it was last seen. Another first line, or fewer bytes than are stored, is a new generation. */
interface FileRow {
  generation: number;
  head: string | null;
  offset: number;
  size: number;
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

/** Lines that share a row are compressed and read together. */
const maxChunkBytes = 128 * 1024;
const pageSize = 500;
const backSize = 20;

export function createTranscripts(database: Database): Transcripts {
  const fileOf = database.prepare<[number, string], FileRow>(
    'SELECT generation, head, offset, size FROM transcript_files WHERE session = ? AND agent = ?',
  );
  const filesOf = database.prepare<[number], { agent: string; offset: number }>(
    'SELECT agent, offset FROM transcript_files WHERE session = ?',
  );
  const metaOf = database.prepare<[number, string], { chunk: number; slot: number }>(
    `SELECT chunk, slot FROM transcript_entries WHERE session = ? AND agent = ? AND type = '${metaType}'`,
  );
  const putFile = database.prepare(`
    INSERT INTO transcript_files (session, agent, generation, head, offset, size) VALUES (?, ?, ?, ?, ?, ?)
    ON CONFLICT (session, agent) DO UPDATE SET
      generation = excluded.generation, head = excluded.head, offset = excluded.offset, size = excluded.size`);
  const insertEntry = database.prepare(`
    INSERT INTO transcript_entries (session, agent, uuid, generation, offset, type, at, chunk, slot)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`);
  const dropMeta = database.prepare(
    `DELETE FROM transcript_entries WHERE session = ? AND agent = ? AND type = '${metaType}'`,
  );
  const insertChunk = database.prepare('INSERT INTO transcript_chunks (no, session, codec, data) VALUES (?, ?, 0, ?)');
  const nextChunk = database.prepare<[], number>('SELECT coalesce(max(no), 0) + 1 FROM transcript_chunks').pluck();
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
  const unfinished = database
    .prepare<[number, string | null, string | null], number>(`
    SELECT count(*) FROM transcript_files WHERE session = ? AND (? IS NULL OR agent = ?) AND offset < size`)
    .pluck();

  const chunks = createByteCache<number, Texts>(2 * 1024 * 1024);
  /** Files whose sender asked and was told to start again, although the first line is the same. */
  const restarted = new Set<string>();
  const keyOf = (sessionNo: number, agent: string) => `${sessionNo} ${agent}`;

  function offsetOf(sessionNo: number | undefined, { agentId = '', head, size }: TranscriptFile): number {
    const file = sessionNo === undefined ? undefined : fileOf.get(sessionNo, agentId);
    if (!file || sessionNo === undefined || (head !== undefined && file.head !== null && file.head !== head)) return 0;
    if (size === undefined || size >= file.offset) return file.offset;
    if (restarted.size > 1000) restarted.clear();
    restarted.add(keyOf(sessionNo, agentId));
    return 0;
  }

  function append(sessionNo: number, chunk: TranscriptChunk, hooks: EntryHooks): TranscriptResult {
    const { lines, agentId: agent = '' } = chunk;
    if (chunk.isMeta) {
      const known = metaOf.get(sessionNo, agent);
      if (known && lines.length === 1 && textOf(known.chunk, known.slot) === lines[0]?.text)
        return { stored: 0, duplicates: 1, nextOffset: 0 };
      dropMeta.run(sessionNo, agent);
      const placed = lines.map(({ text }) => ({ text, offset: metaOffset, type: metaType }));
      return { ...store(sessionNo, chunk, 0, placed, hooks), nextOffset: 0 };
    }
    if (chunk.offset === undefined) {
      const placed = lines.map(({ text }) => ({ text, offset: hashOf(text) }));
      return { ...store(sessionNo, chunk, unplaced, placed, hooks), nextOffset: 0 };
    }
    const file = fileFor(sessionNo, agent, chunk);
    if (chunk.offset !== file.offset) return { expectedOffset: file.offset };
    let end = file.offset;
    const placed = lines.map(({ text, bytes }) => {
      end += bytes;
      return { text, offset: end - bytes };
    });
    const stored = store(sessionNo, chunk, file.generation, placed, hooks);
    putFile.run(sessionNo, agent, file.generation, file.head, end, Math.max(end, chunk.size ?? file.size));
    restarted.delete(keyOf(sessionNo, agent));
    return { ...stored, nextOffset: end };
  }

  /** The file that a chunk goes on with, or its next generation from the beginning. */
  function fileFor(sessionNo: number, agent: string, { head: told, offset }: TranscriptChunk): FileRow {
    const head = told ?? null;
    const known = fileOf.get(sessionNo, agent);
    if (!known) return { generation: 0, head, offset: 0, size: 0 };
    const isOther = head !== null && known.head !== null && head !== known.head;
    const isRestart = offset === 0 && restarted.has(keyOf(sessionNo, agent));
    if (isOther || isRestart) return { generation: known.generation + 1, head, offset: 0, size: 0 };
    return { ...known, head: head ?? known.head };
  }

  function store(
    sessionNo: number,
    { sessionId, agentId }: TranscriptFile,
    generation: number,
    lines: readonly PlacedLine[],
    { onEntry, isDeleted }: EntryHooks,
  ): { stored: number; duplicates: number } {
    let texts: string[] = [];
    let bytes = 0;
    let stored = 0;
    let chunkNo = nextChunk.get() ?? 1;
    const finishChunk = () => {
      if (texts.length === 0) return;
      insertChunk.run(chunkNo, sessionNo, Buffer.from(texts.join(textSeparator)));
      chunkNo += 1;
      texts = [];
      bytes = 0;
    };
    for (const { text, offset, type } of lines) {
      const facts = lineFacts(lineOf(text));
      const row = {
        agent: agentId ?? '',
        uuid: facts.uuid ?? null,
        generation,
        offset,
        type: type ?? facts.type,
        at: facts.at === undefined ? null : Date.parse(facts.at),
      };
      if (isDeleted?.(row)) continue;
      const result = insertEntry.run(
        sessionNo,
        row.agent,
        row.uuid,
        generation,
        offset,
        row.type,
        row.at,
        chunkNo,
        texts.length,
      );
      if (result.changes === 0) continue;
      stored += 1;
      texts.push(text);
      bytes += text.length;
      onEntry(entryOf(sessionId, { ...row, seq: Number(result.lastInsertRowid) }, facts.line));
      if (bytes >= maxChunkBytes) finishChunk();
    }
    finishChunk();
    return { stored, duplicates: lines.length - stored };
  }

  function textOf(chunkNo: number, slot: number): string {
    let texts = chunks.get(chunkNo);
    if (!texts) {
      const row = chunkOf.get(chunkNo);
      if (!row) return '';
      texts = textsIn(row.codec === 0 ? row.data : brotliDecompressSync(row.data));
      chunks.set(chunkNo, texts, texts.bytes);
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
      items: rows.map((row) => entryOf(sessionId, row, lineOf(textOf(row.chunk, row.slot)))),
      next: hasMore ? (rows.at(-1)?.seq ?? null) : null,
    };
  }

  function* allOf(sessionNo: number, sessionId: string): Iterable<TranscriptEntry> {
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
    offsetOf,
    placesOf: (sessionNo) => new Map(filesOf.all(sessionNo).map(({ agent, offset }) => [agent, offset])),
    append,
    page,
    entriesOf: allOf,
    entriesBefore: before,
    entriesBehind: (seq, limit) =>
      behind.all(seq, limit).map((row) => entryOf(row.sessionId, row, lineOf(textOf(row.chunk, row.slot)))),
    isWhole: (sessionNo, agentId) => unfinished.get(sessionNo, agentId ?? null, agentId ?? null) === 0,
    forget() {
      chunks.clear();
      restarted.clear();
    },
  };
}

interface PlacedLine {
  text: string;
  offset: number;
  type?: string;
}

export const metaType = 'agent-meta';
const metaOffset = -1;
/** The generation of lines that came without a place in a file: without a uuid their text is their identity. */
export const unplaced = -1;

function hashOf(text: string): number {
  return createHash('sha256').update(text).digest().readUIntBE(0, 6);
}

/** The line's JSON; a line that is none is kept under `text`. */
function lineOf(text: string): Record<string, unknown> {
  try {
    const line: unknown = JSON.parse(text);
    return isFields(line) ? line : { text };
  } catch {
    // A broken line is the client's; it is shown as it is.
    return { text };
  }
}

function entryOf(
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

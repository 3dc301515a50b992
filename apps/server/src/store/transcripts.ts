import { createHash } from 'node:crypto';
import { lineFacts, type TranscriptEntry } from '@telltale/core';
import type { Database } from 'better-sqlite3';
import { textSeparator } from './payloads.ts';
import type { TranscriptChunk, TranscriptFile, TranscriptResult } from './records.ts';
import { createEntryReader, type EntryReader, entryOf, lineOf } from './transcript-entries.ts';

export interface Transcripts {
  offsetOf(sessionNo: number | undefined, file: TranscriptFile): number;
  /** Where each file of a session is stored to, by agent. */
  placesOf(sessionNo: number): ReadonlyMap<string, number>;
  /** Stores the lines that are not there yet, inside a transaction. */
  append(sessionNo: number, chunk: TranscriptChunk, hooks: EntryHooks): TranscriptResult;
  page: EntryReader['page'];
  entriesOf: EntryReader['ofSession'];
  entriesBefore: EntryReader['before'];
  entriesBehind: EntryReader['behind'];
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

/** Lines that share a row are compressed and read together. */
const maxChunkBytes = 128 * 1024;

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
  const unfinished = database
    .prepare<[number, string | null, string | null], number>(`
    SELECT count(*) FROM transcript_files WHERE session = ? AND (? IS NULL OR agent = ?) AND offset < size`)
    .pluck();

  const entries = createEntryReader(database);
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
      if (known && lines.length === 1 && entries.textAt(known) === lines[0]?.text)
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

  return {
    offsetOf,
    placesOf: (sessionNo) => new Map(filesOf.all(sessionNo).map(({ agent, offset }) => [agent, offset])),
    append,
    page: entries.page,
    entriesOf: entries.ofSession,
    entriesBefore: entries.before,
    entriesBehind: entries.behind,
    isWhole: (sessionNo, agentId) => unfinished.get(sessionNo, agentId ?? null, agentId ?? null) === 0,
    forget() {
      entries.forget();
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

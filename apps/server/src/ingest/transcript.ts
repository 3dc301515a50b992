import { setImmediate } from 'node:timers/promises';
import {
  isFields,
  isRejection,
  type NewTranscriptEntry,
  type Redact,
  type Rejection,
  redactDeadLetter,
  textAt,
} from '@telltale/core';
import type { Store, TranscriptChunk, TranscriptFile, TranscriptResult } from '../store/store.ts';
import { readJson, textOf } from './text.ts';

export interface TranscriptIngest {
  /** Bytes of a transcript file, from `offset` on, whole lines; without an offset lines are known by their uuid. */
  transcript(file: TranscriptFile & { offset?: number; app?: string }, body: Buffer): Promise<TranscriptResult>;
  /** A subagent's `.meta.json`. */
  transcriptMeta(file: TranscriptFile, body: Buffer): Promise<TranscriptResult | Rejection>;
  /** JSON of other senders: `{sessionId, agentId?, entries}` or `{sessionId, agentId?, text}`. */
  transcriptJson(body: Buffer, app?: string): Promise<TranscriptResult | Rejection>;
  /** Entries that came inside something else. */
  entries(entries: readonly NewTranscriptEntry[]): Promise<void>;
}

export interface TranscriptIngestDeps {
  store: Store;
  redact: Redact;
  /** A session's transcript has grown. */
  changed(sessionId: string): void;
}

type Line = TranscriptChunk['lines'][number];

/** So many bytes at a time are redacted and stored: small events stay quick beside a large transcript. */
const pieceBytes = 64 * 1024;
const newline = 10;

export function createTranscriptIngest({ store, redact, changed }: TranscriptIngestDeps): TranscriptIngest {
  // A file on a disk may hold bytes that are no UTF-8: better a line with a blot than a transcript that stops there.
  function redactedLine(bytes: Buffer): Line {
    const { text } = redact(textOf(bytes).replaceAll('\0', '�'));
    return { text, bytes: bytes.length + 1 };
  }

  async function transcript(
    { offset, ...file }: Parameters<TranscriptIngest['transcript']>[0],
    body: Buffer,
  ): Promise<TranscriptResult> {
    const total = { stored: 0, duplicates: 0, nextOffset: offset ?? 0 };
    for (const lines of piecesOf(body, redactedLine)) {
      const chunk: TranscriptChunk = { ...file, lines };
      if (offset !== undefined) chunk.offset = total.nextOffset;
      const result = await store.appendTranscript(chunk);
      if ('expectedOffset' in result) return result;
      total.stored += result.stored;
      total.duplicates += result.duplicates;
      total.nextOffset = result.nextOffset;
      // Who shared the COMMIT is answered, and what came meanwhile is read, before the next piece is redacted.
      await setImmediate();
    }
    if (total.stored > 0) changed(file.sessionId);
    return total;
  }

  async function refuse(reason: string, text: string): Promise<Rejection> {
    await store.reject({ road: 'transcript', reason, text: redactDeadLetter(text, undefined, redact).text });
    return { rejected: reason };
  }

  return {
    transcript,

    async transcriptMeta(file, body) {
      const { text } = redact(textOf(body));
      const input = readJson(text);
      if ('unreadable' in input || !isFields(input.json)) return refuse('a transcript meta is a JSON object', text);
      const line = { text: JSON.stringify(input.json), bytes: body.length };
      const result = await store.appendTranscript({ ...file, lines: [line], isMeta: true });
      changed(file.sessionId);
      return result;
    },

    async transcriptJson(body, app) {
      const text = textOf(body);
      const input = readJson(text);
      if ('unreadable' in input) return refuse(input.unreadable, text);
      const sent = readSent(input.json);
      if (isRejection(sent)) return refuse(sent.rejected, text);
      const { lines, ...file } = sent;
      return transcript({ ...file, ...(app !== undefined && { app }) }, Buffer.from(lines));
    },

    async entries(entries) {
      for (const agentId of new Set(entries.map((entry) => entry.agentId))) {
        const mine = entries.filter((entry) => entry.agentId === agentId);
        const sessionId = mine[0]?.sessionId;
        if (sessionId === undefined) continue;
        const file = { sessionId, ...(agentId !== undefined && { agentId }) };
        await transcript(file, Buffer.from(linesOf(mine.map(({ line }) => line))));
      }
    },
  };
}

function readSent(input: unknown): { sessionId: string; agentId?: string; lines: string } | Rejection {
  if (!isFields(input)) return { rejected: 'a transcript is a JSON object with sessionId and entries or text' };
  const sessionId = textAt(input, 'sessionId');
  if (sessionId === undefined) return { rejected: 'sessionId is missing' };
  const agentId = textAt(input, 'agentId');
  const file = { sessionId, ...(agentId !== undefined && { agentId }) };
  if (Array.isArray(input.entries)) {
    return input.entries.every(isFields)
      ? { ...file, lines: linesOf(input.entries) }
      : { rejected: 'entries must be JSON objects' };
  }
  if (typeof input.text === 'string')
    return { ...file, lines: input.text.endsWith('\n') ? input.text : `${input.text}\n` };
  return { rejected: 'entries or text is missing' };
}

function linesOf(entries: readonly unknown[]): string {
  return entries.map((entry) => `${JSON.stringify(entry)}\n`).join('');
}

/** Whole lines in pieces of about `pieceBytes`; what stands behind the last newline is left for the next time. */
function* piecesOf(body: Buffer, lineOf: (bytes: Buffer) => Line): Iterable<Line[]> {
  let lines: Line[] = [];
  let pieceFrom = 0;
  let from = 0;
  for (let end = body.indexOf(newline); end >= 0; end = body.indexOf(newline, from)) {
    lines.push(lineOf(body.subarray(from, end)));
    from = end + 1;
    if (from - pieceFrom < pieceBytes) continue;
    yield lines;
    lines = [];
    pieceFrom = from;
  }
  if (lines.length > 0) yield lines;
}

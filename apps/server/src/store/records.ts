import type { Annotation, NewEvent, TelltaleEvent } from '@telltale/core';

/** What `append` stores: the event and the exact JSON text (redacted) that was received. */
export interface AppendRecord {
  event: NewEvent;
  payloadText: string;
  /** The same as UTF-8, where it came so: saves a conversion. */
  payload?: Buffer;
}

export type AppendResult =
  | { stored: TelltaleEvent }
  | { duplicateOf: number }
  /** It was deleted with its session, or forgotten by age. */
  | { deleted: true };

export interface TranscriptFile {
  sessionId: string;
  agentId?: string;
  /** POSIX cksum of the first line, `<crc>-<bytes>`; absent for senders without offsets. */
  head?: string;
  size?: number;
}

export interface TranscriptChunk extends TranscriptFile {
  app?: string;
  /** Absent for senders without offsets: entries are then matched by uuid alone. */
  offset?: number;
  /** Redacted lines, in file order, with their byte length in the file. */
  lines: readonly { text: string; bytes: number }[];
  /** The lines are a subagent's `.meta.json`: kept as one entry of type `agent-meta`, the newest wins. */
  isMeta?: boolean;
}

export type TranscriptResult = { stored: number; duplicates: number; nextOffset: number } | { expectedOffset: number };

export interface DeadLetter {
  road: string;
  reason: string;
  text: string;
}

export interface StoredDeadLetter extends DeadLetter {
  at: string;
}

/** `isNew` is false where the same label, bookmark or pin was there already. */
export type AnnotationResult = { annotation: Annotation; isNew: boolean } | { refused: string };

import { createHash } from 'node:crypto';
import {
  type BadRecord,
  type OtlpContext,
  type OtlpRecords,
  type Redact,
  type Rejection,
  readLogs,
  readMetrics,
  readSpans,
  redactDeadLetter,
} from '@telltale/core';
import type { AppendRecord, Store } from '../store/store.ts';
import { decodeRequest, type Signal } from './otlp-protobuf.ts';
import { notUtf8, readJson, textOf } from './text.ts';

export type OtlpEncoding = 'json' | 'protobuf';

/** What was taken in: all but `refused` records, which are kept as dead letters. */
export interface OtlpResult {
  refused: number;
  reason: string;
}

export interface OtlpIngest {
  /** The body of one export. Resolves after COMMIT; a Rejection means that no record could be read at all. */
  otlp(signal: Signal, body: Buffer, encoding: OtlpEncoding, receivedAt: string): Promise<OtlpResult | Rejection>;
}

export interface OtlpIngestDeps {
  store: Store;
  redact: Redact;
  append(records: readonly AppendRecord[]): Promise<unknown>;
}

/** One body may be bad through and through: so many of its records are kept. */
const maxLetters = 100;

export function createOtlpIngest({ store, redact, append }: OtlpIngestDeps): OtlpIngest {
  /** Stores what could be read and gives back what could not. */
  const roads: Record<Signal, (body: unknown, context: OtlpContext) => Promise<BadRecord[]>> = {
    logs: (body, context) => take(readLogs(body, context), (records) => append(records)),
    metrics: (body, context) => take(readMetrics(body, context), (points) => store.appendPoints(points)),
    traces: (body, context) => take(readSpans(body, context), (spans) => store.appendSpans(spans)),
  };

  async function keep(signal: Signal, { reason, text }: BadRecord): Promise<void> {
    await store.reject({ road: `otlp ${signal}`, reason, text: redactDeadLetter(text, undefined, redact).text });
  }

  return {
    async otlp(signal, body, encoding, receivedAt) {
      const read = encoding === 'json' ? readText(body) : readBinary(signal, body);
      if ('unreadable' in read) {
        await keep(signal, { reason: read.unreadable, text: shownText(body) });
        return { rejected: read.unreadable };
      }
      const bad = await roads[signal](read.json, { receivedAt, idOf, redact });
      await Promise.all(bad.slice(0, maxLetters).map((record) => keep(signal, record)));
      return { refused: bad.length, reason: [...new Set(bad.map(({ reason }) => reason))].slice(0, 3).join('; ') };
    },
  };
}

async function take<T>({ records, bad }: OtlpRecords<T>, store: (records: T[]) => Promise<unknown>) {
  if (records.length > 0) await store(records);
  return bad;
}

function readText(body: Buffer): { json: unknown } | { unreadable: string } {
  const text = textOf(body);
  return notUtf8(body, text) ?? readJson(text);
}

function readBinary(signal: Signal, body: Buffer): { json: unknown } | { unreadable: string } {
  try {
    return { json: decodeRequest(signal, body) };
  } catch {
    // What the library says quotes bytes of the body.
    return { unreadable: `the body is no OTLP ${signal} request in protobuf` };
  }
}

/** What a person can read of bytes. */
function shownText(body: Buffer): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what has to go
  return body.toString('utf8').replace(/[\x00-\x08\x0b\x0c\x0e-\x1f]+/g, ' ');
}

/** 132 bits, shorter than the key and telling nothing of it. */
function idOf(key: string): string {
  return createHash('sha256').update(key).digest('base64url').slice(0, 22);
}

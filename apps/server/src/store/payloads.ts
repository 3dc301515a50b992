import { brotliDecompressSync } from 'node:zlib';
import type { Database } from 'better-sqlite3';
import { type ByteCache, createByteCache } from './byte-cache.ts';
import { openConnection } from './connection.ts';
import { type Texts, textsIn } from './texts.ts';

/** Stands between texts that share a row: JSON texts cannot hold it. */
export const textSeparator = '\0';

export interface Payloads {
  /** One compressed payload's text; undefined where the batch is gone. */
  settled(batch: number, slot: number): string | undefined;
  /** Batches were deleted: forget what was kept of them. */
  forget(): void;
  close(): void;
}

/** A page of a session, and a window of what is indexed, read batch by batch; a batch is a quarter of a megabyte. */
const payloadBytes = 2 * 1024 * 1024;
/** A search of all sessions goes back and forth between the batches of those that ran at the same time. */
const searchTextBytes = 4 * 1024 * 1024;

/** Texts that lie in batches; what was decompressed is kept for a while, as neighbours are read together. */
export function createPayloads(database: Database): Payloads {
  const dataOf = database.prepare<[number], Buffer>('SELECT payloads FROM batches WHERE no = ?').pluck();
  const payloads = createByteCache<number, Texts>(payloadBytes);
  const searchTexts = createByteCache<number, Texts>(searchTextBytes);

  // The view settled_rows calls it for each row that it looks at. A connection is busy while it calls a function, and
  // a blob as an argument would be copied for each row; so it reads by a connection of its own.
  const beside = openConnection(database.name, { readonly: true });
  beside.pragma('cache_size = -500');
  const searchTextsOf = beside.prepare<[number], Buffer>('SELECT search_texts FROM batches WHERE no = ?').pluck();
  database.function('settled_search_text', { deterministic: true }, (batch: number, slot: number) =>
    textIn(searchTexts, batch, slot, () => searchTextsOf.get(batch)),
  );

  return {
    settled: (batch, slot) => textIn(payloads, batch, slot, () => dataOf.get(batch)),
    forget() {
      payloads.clear();
      searchTexts.clear();
    },
    close: () => beside.close(),
  };
}

function textIn(
  cache: ByteCache<number, Texts>,
  batch: number,
  slot: number,
  read: () => Buffer | undefined,
): string | undefined {
  let texts = cache.get(batch);
  if (!texts) {
    const compressed = read();
    if (!compressed) return undefined;
    texts = textsIn(brotliDecompressSync(compressed));
    cache.set(batch, texts, texts.bytes);
  }
  return texts.at(slot);
}

export function textsOf(data: Buffer): string[] {
  return data.toString('utf8').split(textSeparator);
}

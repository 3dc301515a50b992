import { brotliDecompressSync } from 'node:zlib';
import { resultNames, withoutResult } from '@telltale/core/tool-result';
import type { Database } from 'better-sqlite3';
import { compressQuickly } from '../compress.ts';
import { payloadOf } from '../event-row.ts';
import { textSeparator, textsOf } from '../payloads.ts';
import type { ProjectedSession } from '../sessions/projected-session.ts';
import type { RetentionTakesDeps } from './takes-deps.ts';

interface ResultPlace {
  seq: number;
  batch: number;
  slot: number;
}

interface Trimmed {
  seq: number;
  bytes: number;
}

/** Results looked for in one go. */
const lookRows = 2000;
/** Batches, or events that are in none yet, that are written by one transaction. */
const stepBatches = 8;
const stepEvents = 64;
const resultList = resultNames.map((name) => `'${name}'`).join(', ');

/** Takes what tools gave back out of the events of a session. */
export function createResultsTake(database: Database, deps: RetentionTakesDeps) {
  const { commits, pruned, fresh } = deps;
  const resultsBehind = database.prepare<[number, number, number], ResultPlace>(`
    SELECT seq, batch, slot FROM event_log
    WHERE session = ? AND seq > ? AND source = 'hook' AND name IN (${resultList}) ORDER BY seq LIMIT ?`);
  const payloadsOf = database.prepare<[number], Buffer>('SELECT payloads FROM batches WHERE no = ?').pluck();
  // A batch may go meanwhile, and another one get its number.
  const putPayloads = database.prepare(
    'UPDATE batches SET payloads = ? WHERE no = ? AND EXISTS (SELECT 1 FROM event_log WHERE seq = ? AND batch = batches.no)',
  );
  const putBytes = database.prepare('UPDATE event_log SET payload_bytes = ? WHERE seq = ?');
  const freshResult = database
    .prepare<[number], Buffer>(
      `SELECT payload FROM fresh_events WHERE seq = ? AND source = 'hook' AND name IN (${resultList})`,
    )
    .pluck();
  const putFresh = database.prepare('UPDATE fresh_events SET payload = ?, payload_bytes = ? WHERE seq = ?');
  const resultsSeq = database.prepare<[number], number>('SELECT results_seq FROM pruned WHERE session = ?').pluck();

  async function take(session: ProjectedSession): Promise<void> {
    const after = resultsSeq.get(session.no) ?? 0;
    const upTo = session.lastSeq;
    const newest = await fresh.of(session, after);
    const batches = await resultsByBatch(session.no, after);
    for (let from = 0; from < batches.length; from += stepBatches) {
      const step = batches.slice(from, from + stepBatches);
      const trimmed = await Promise.all(step.map(([batch, places]) => trimmedBatch(batch, places)));
      await commits.run(() => {
        for (const batch of trimmed) if (batch) putBatch(batch);
        deps.forget();
      });
      await deps.rest();
    }
    for (let from = 0; from < newest.length; from += stepEvents) {
      await commits.run(() => {
        for (const seq of newest.slice(from, from + stepEvents)) trimFresh(seq);
        deps.forget();
      });
      await deps.rest();
    }
    await commits.run(() => pruned.results(session.no, upTo));
    session.pruned = pruned.of(session.no);
  }

  /** Looked for once: a session's events have no index of their batches. */
  async function resultsByBatch(sessionNo: number, behind: number): Promise<[number, ResultPlace[]][]> {
    const found = new Map<number, ResultPlace[]>();
    for (let after = behind; ; ) {
      const places = resultsBehind.all(sessionNo, after, lookRows);
      for (const place of places) {
        const known = found.get(place.batch);
        if (known) known.push(place);
        else found.set(place.batch, [place]);
      }
      if (places.length < lookRows) return [...found];
      after = places.at(-1)?.seq ?? after;
      await deps.rest();
    }
  }

  async function trimmedBatch(batch: number, places: readonly ResultPlace[]) {
    const data = payloadsOf.get(batch);
    if (!data) return undefined;
    const texts = textsOf(brotliDecompressSync(data));
    const sizes: Trimmed[] = [];
    for (const { seq, slot } of places) {
      const text = trimmedText(texts[slot]);
      if (text === undefined) continue;
      texts[slot] = text;
      sizes.push({ seq, bytes: Buffer.byteLength(text) });
    }
    if (sizes.length === 0) return undefined;
    return { batch, sizes, payloads: await compressQuickly(Buffer.from(texts.join(textSeparator))) };
  }

  function putBatch({ batch, sizes, payloads }: { batch: number; sizes: Trimmed[]; payloads: Buffer }): void {
    if (putPayloads.run(payloads, batch, sizes[0]?.seq ?? 0).changes === 0) return;
    for (const { seq, bytes } of sizes) putBytes.run(bytes, seq);
  }

  function trimFresh(seq: number): void {
    const payload = freshResult.get(seq);
    const text = payload && trimmedText(payload.toString('utf8'));
    if (text !== undefined) putFresh.run(Buffer.from(text), Buffer.byteLength(text), seq);
  }

  return take;
}

/** Undefined where nothing is to be taken. */
function trimmedText(text: string | undefined): string | undefined {
  const payload = payloadOf(text);
  const kept = payload && withoutResult(payload);
  return kept && JSON.stringify(kept);
}

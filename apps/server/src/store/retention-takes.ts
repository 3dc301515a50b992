import { brotliDecompressSync } from 'node:zlib';
import { resultNames, withoutResult } from '@telltale/core/tool-result';
import type { Database } from 'better-sqlite3';
import { compressQuickly } from './compress.ts';
import { payloadOf } from './event-row.ts';
import type { GroupCommit } from './group-commit.ts';
import { textSeparator, textsOf } from './payloads.ts';
import type { ProjectedSession } from './projected-session.ts';
import type { PrunedSessions } from './pruned-sessions.ts';

/**
 * Takes parts out of one session, in small transactions. Each notes first that the part goes, so that a kill in the
 * middle leaves a session that says so, and `finish` takes the rest.
 */
export interface RetentionTakes {
  results(session: ProjectedSession): Promise<void>;
  transcript(session: ProjectedSession): Promise<void>;
  events(session: ProjectedSession): Promise<void>;
  /** Sessions, by their numbers, of which a kill left a part that was to go. */
  unfinished(): number[];
  finish(sessionNo: number): Promise<void>;
}

export interface RetentionTakesDeps {
  commits: GroupCommit;
  pruned: PrunedSessions;
  /** Folds what waits to be folded, and writes it; inside a transaction. */
  settle(session: ProjectedSession): void;
  /** The events of a session go; inside the transaction that notes it, before the first one is gone. */
  onEventsGoing(sessionNo: number): void;
  /** So many events are gone; inside the transaction. */
  onEventsGone(count: number, hadFresh: boolean): void;
  /** Texts that were kept in memory may be gone. */
  forget(): void;
  /** Another turn; whoever appends comes first. */
  rest(): Promise<void>;
}

interface EventPlace {
  seq: number;
  batch: number;
}

interface ResultPlace extends EventPlace {
  slot: number;
}

/** Deleted in one transaction: more would make those who append wait. */
const stepRows = 256;
/** Looked at in one go; events of one batch lie closer together than the overlap, see compress.ts. */
const lookRows = 20_000;
const overlapRows = 4096;
const stepBatches = 8;
/** Results looked for in one go. */
const resultRows = 2000;
const resultList = resultNames.map((name) => `'${name}'`).join(', ');

export function createRetentionTakes(database: Database, deps: RetentionTakesDeps): RetentionTakes {
  const { commits, pruned } = deps;

  const resultsBehind = database.prepare<[number, number, number], ResultPlace>(`
    SELECT seq, batch, slot FROM event_log
    WHERE session = ? AND seq > ? AND source = 'hook' AND name IN (${resultList}) ORDER BY seq LIMIT ?`);
  const payloadsOf = database.prepare<[number], Buffer>('SELECT payloads FROM batches WHERE no = ?').pluck();
  // A batch may go meanwhile, and another one get its number.
  const putPayloads = database.prepare(
    'UPDATE batches SET payloads = ? WHERE no = ? AND EXISTS (SELECT 1 FROM event_log WHERE seq = ? AND batch = batches.no)',
  );
  const putBytes = database.prepare('UPDATE event_log SET payload_bytes = ? WHERE seq = ?');
  const lastSettled = database
    .prepare<[number], number | null>('SELECT max(seq) FROM event_log WHERE session = ?')
    .pluck();
  const resultsSeq = database.prepare<[number], number>('SELECT results_seq FROM pruned WHERE session = ?').pluck();

  const entryEnd = database.prepare<[number], { seq: number | null; to: number | null }>(
    'SELECT max(seq) AS seq, max(at) AS "to" FROM transcript_entries WHERE session = ?',
  );
  const entriesUpTo = database.prepare<[number, number, number], { seq: number; chunk: number }>(
    'SELECT seq, chunk FROM transcript_entries WHERE session = ? AND seq <= ? ORDER BY seq LIMIT ?',
  );
  const dropEntry = database.prepare('DELETE FROM transcript_entries WHERE seq = ?');
  const dropChunk = database.prepare('DELETE FROM transcript_chunks WHERE no = ?');
  const dropUnusedChunks = database.prepare(`
    DELETE FROM transcript_chunks WHERE session = @no
      AND no NOT IN (SELECT chunk FROM transcript_entries WHERE session = @no)`);

  const eventEnd = database.prepare<[{ no: number }], { seq: number | null; to: number | null }>(`
    SELECT max(seq) AS seq, max(at) AS "to" FROM (
      SELECT seq, at FROM event_log WHERE session = @no UNION ALL SELECT seq, at FROM fresh_events WHERE session = @no)`);
  const dropTwins = database.prepare(`
    DELETE FROM twins WHERE seq IN (SELECT value FROM json_each(?))`);
  const hasTwins = database.prepare<[], number>('SELECT EXISTS (SELECT 1 FROM twins)').pluck();
  const freshOf = database
    .prepare<[number, number], number>('SELECT seq FROM fresh_events WHERE session = ? AND seq <= ?')
    .pluck();
  const dropFresh = database.prepare('DELETE FROM fresh_events WHERE seq = ?');
  const eventsUpTo = database.prepare<[number, number, number], EventPlace>(
    'SELECT seq, batch FROM event_log WHERE session = ? AND seq <= ? ORDER BY seq LIMIT ?',
  );
  const dropEvent = database.prepare('DELETE FROM event_log WHERE seq = ?');
  const dropBatch = database.prepare('DELETE FROM batches WHERE no = ?');

  const unfinished = database
    .prepare<[], number>(`
    SELECT session FROM pruned
    WHERE (events_seq > 0 AND EXISTS (SELECT 1 FROM event_log AS log WHERE log.session = pruned.session AND seq <= events_seq))
       OR (entries_seq > 0 AND EXISTS (SELECT 1 FROM transcript_entries AS said
           WHERE said.session = pruned.session AND said.seq <= entries_seq))`)
    .pluck();
  const marked = database.prepare<[number], { events_seq: number; entries_seq: number }>(
    'SELECT events_seq, entries_seq FROM pruned WHERE session = ?',
  );

  async function results(session: ProjectedSession): Promise<void> {
    const after = resultsSeq.get(session.no) ?? 0;
    const upTo = lastSettled.get(session.no) ?? 0;
    const batches = await resultsByBatch(session.no, after);
    for (let from = 0; from < batches.length; from += stepBatches) {
      const trimmed = await Promise.all(
        batches.slice(from, from + stepBatches).map(([batch, places]) => trimmedBatch(batch, places)),
      );
      await commits.run(() => {
        for (const batch of trimmed) if (batch) put(batch);
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
      const places = resultsBehind.all(sessionNo, after, resultRows);
      for (const place of places) {
        const known = found.get(place.batch);
        if (known) known.push(place);
        else found.set(place.batch, [place]);
      }
      if (places.length < resultRows) return [...found];
      after = places.at(-1)?.seq ?? after;
      await deps.rest();
    }
  }

  async function trimmedBatch(batch: number, places: readonly ResultPlace[]) {
    const data = payloadsOf.get(batch);
    if (!data) return undefined;
    const texts = textsOf(brotliDecompressSync(data));
    const sizes: { seq: number; bytes: number }[] = [];
    for (const { seq, slot } of places) {
      const payload = payloadOf(texts[slot]);
      const kept = payload && withoutResult(payload);
      if (!kept) continue;
      const text = JSON.stringify(kept);
      texts[slot] = text;
      sizes.push({ seq, bytes: Buffer.byteLength(text) });
    }
    if (sizes.length === 0) return undefined;
    return { batch, sizes, payloads: await compressQuickly(Buffer.from(texts.join(textSeparator))) };
  }

  function put({
    batch,
    sizes,
    payloads,
  }: {
    batch: number;
    sizes: { seq: number; bytes: number }[];
    payloads: Buffer;
  }) {
    if (putPayloads.run(payloads, batch, sizes[0]?.seq ?? 0).changes === 0) return;
    for (const { seq, bytes } of sizes) putBytes.run(bytes, seq);
  }

  async function transcript(session: ProjectedSession): Promise<void> {
    await commits.run(() => {
      const { seq, to } = entryEnd.get(session.no) ?? { seq: null, to: null };
      if (seq === null) return;
      deps.settle(session);
      const before = session.pruned?.entriesTo ?? Number.NEGATIVE_INFINITY;
      pruned.transcript(session.no, { seq, to: Math.max(before, to ?? 0) }, session.transcript);
      session.pruned = pruned.of(session.no);
    });
    await dropEntries(session.no, session.pruned?.entriesSeq ?? 0);
  }

  async function dropEntries(no: number, upTo: number): Promise<void> {
    for (let isMore = true; isMore; ) {
      isMore = await commits.run(() => {
        const rows = entriesUpTo.all(no, upTo, stepRows);
        const hasMore = rows.length === stepRows;
        // Lines of a chunk lie side by side: the last one may be cut by the limit, unless it is all there is.
        const last = rows.at(-1)?.chunk;
        const first = rows[0]?.chunk;
        const whole = hasMore && last !== first ? rows.filter(({ chunk }) => chunk !== last) : rows;
        for (const { seq } of whole) dropEntry.run(seq);
        for (const chunk of new Set(whole.map(({ chunk }) => chunk)))
          if (!hasMore || chunk !== last) dropChunk.run(chunk);
        if (!hasMore) dropUnusedChunks.run({ no });
        deps.forget();
        return hasMore;
      });
      await deps.rest();
    }
  }

  async function events(session: ProjectedSession): Promise<void> {
    const upTo = await commits.run(() => {
      deps.settle(session);
      const { seq, to } = eventEnd.get({ no: session.no }) ?? { seq: null, to: null };
      if (seq === null || to === null) return 0;
      const { lastAt: at, lastId: id } = session.fold;
      const before = session.pruned?.eventsTo ?? Number.NEGATIVE_INFINITY;
      pruned.events(session.no, { seq, to: Math.max(before, to) }, { at, id, seq, json: JSON.stringify(session.fold) });
      session.pruned = pruned.of(session.no);
      deps.onEventsGoing(session.no);
      session.snapshots = [];
      const fresh = freshOf.all(session.no, seq);
      forgetTwins(fresh);
      for (const one of fresh) dropFresh.run(one);
      deps.onEventsGone(fresh.length, fresh.length > 0);
      return seq;
    });
    await dropEvents(session.no, upTo);
  }

  /** Whole batches with all their events: a number may be given to another batch as soon as it is free. */
  async function dropEvents(no: number, upTo: number): Promise<void> {
    for (let isMore = upTo > 0; isMore; ) {
      const rows = eventsUpTo.all(no, upTo, lookRows);
      isMore = rows.length === lookRows;
      const open = new Set(isMore ? rows.slice(-overlapRows).map(({ batch }) => batch) : []);
      const byBatch = new Map<number, number[]>();
      for (const { seq, batch } of rows) {
        if (open.has(batch)) continue;
        const known = byBatch.get(batch);
        if (known) known.push(seq);
        else byBatch.set(batch, [seq]);
      }
      for (const step of stepsOf(byBatch)) {
        await commits.run(() => {
          const gone = step.flatMap(([batch, seqs]) => {
            dropBatch.run(batch);
            return seqs;
          });
          forgetTwins(gone);
          for (const seq of gone) dropEvent.run(seq);
          deps.onEventsGone(gone.length, false);
        });
        await deps.rest();
      }
    }
  }

  function forgetTwins(seqs: readonly number[]): void {
    if (seqs.length > 0 && hasTwins.get() === 1) dropTwins.run(JSON.stringify(seqs));
  }

  return {
    results,
    transcript,
    events,
    unfinished: () => unfinished.all(),
    async finish(sessionNo) {
      const { events_seq: eventsSeq, entries_seq: entriesSeq } = marked.get(sessionNo) ?? {
        events_seq: 0,
        entries_seq: 0,
      };
      await dropEvents(sessionNo, eventsSeq);
      if (entriesSeq > 0) await dropEntries(sessionNo, entriesSeq);
    },
  };
}

/** Batches that go together. */
function stepsOf(byBatch: ReadonlyMap<number, number[]>): [number, number[]][][] {
  const steps: [number, number[]][][] = [];
  let step: [number, number[]][] = [];
  let rows = 0;
  for (const [batch, seqs] of byBatch) {
    step.push([batch, seqs]);
    rows += seqs.length;
    if (rows < stepRows) continue;
    steps.push(step);
    [step, rows] = [[], 0];
  }
  if (step.length > 0) steps.push(step);
  return steps;
}

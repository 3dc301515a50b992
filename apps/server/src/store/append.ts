import { type NewEvent, type Origin, type TelltaleEvent, unknownApp } from '@telltale/core';
import type { Database } from 'better-sqlite3';
import { eventValues, storedColumns } from './event-row.ts';
import type { Facets } from './facets.ts';
import type { Ledger } from './ledger/ledger.ts';
import type { Counters } from './meta.ts';
import type { AppendRecord, AppendResult } from './records.ts';
import type { ProjectedSession } from './sessions/projected-session.ts';
import type { Projection } from './sessions/projection.ts';
import { createTwins } from './twins.ts';

export interface Appender {
  /** Stores one record, inside a transaction; the same id is stored once. */
  append(record: AppendRecord): AppendResult;
  /** The newest `seq`, also while its transaction is still open. */
  seq(): number;
  /** Events up to `seq` are found by their ids in event_log now. */
  settled(ids: Iterable<string>): void;
  /** After a rollback, a deletion, or at the start: what the database says holds. */
  forget(): void;
}

export interface AppenderDeps {
  counters: Counters;
  projection: Projection;
  facets: Facets;
  ledger: Pick<Ledger, 'addEvent' | 'noteEarlier'>;
  isDeleted(sessionId: string, eventId: string): boolean;
  /** It is older than what is kept of its kind. */
  isForgotten(event: NewEvent): boolean;
}

export function createAppender(database: Database, deps: AppenderDeps): Appender {
  const { counters, projection, facets, ledger } = deps;
  const marks = storedColumns.replace(/[^,]+/g, '?');
  const insert = database.prepare(`INSERT INTO fresh_events (${storedColumns}, payload) VALUES (${marks}, ?)`);
  const settledSeqOf = database.prepare<[string], number>('SELECT seq FROM event_log WHERE id = ?').pluck();
  const freshIds = database.prepare<[], { id: string; seq: number }>('SELECT id, seq FROM fresh_events');
  const newestSeq = database
    .prepare<[], number>(`
      SELECT max(coalesce((SELECT max(seq) FROM fresh_events), 0), coalesce((SELECT max(seq) FROM event_log), 0),
        coalesce((SELECT CAST(value AS INTEGER) FROM meta WHERE key = 'high_seq'), 0))`)
    .pluck();
  const insertOrigin = database
    .prepare<[string], number>(
      'INSERT INTO origins (json) VALUES (?) ON CONFLICT (json) DO UPDATE SET json = excluded.json RETURNING no',
    )
    .pluck();

  const twins = createTwins(database);
  const origins = new Map<string, number>();
  /** The same by the object: events of one sender share it. */
  let noOfOrigin = new WeakMap<Origin, number>();
  /** Fresh events have no index of ids on disk. */
  const fresh = new Map<string, number>();
  let seq = 0;

  function forget(): void {
    seq = newestSeq.get() ?? 0;
    fresh.clear();
    for (const { id, seq: of } of freshIds.iterate()) fresh.set(id, of);
    origins.clear();
    noOfOrigin = new WeakMap();
    twins.forget();
  }

  function originOf(origin: Origin | undefined): number | null {
    if (!origin) return null;
    const known = noOfOrigin.get(origin) ?? originNoOf(JSON.stringify(origin));
    if (known !== null) noOfOrigin.set(origin, known);
    return known;
  }

  function originNoOf(json: string): number | null {
    const known = origins.get(json);
    if (known !== undefined) return known;
    if (origins.size >= 2000) origins.clear();
    const no = insertOrigin.get(json) ?? null;
    if (no !== null) origins.set(json, no);
    return no;
  }

  function duplicate(of: number): AppendResult {
    counters.duplicates += 1;
    return { duplicateOf: of };
  }

  /** A copy from a second install; where hooks are installed once, as nearly always, nothing is compared. */
  function twinOf(session: ProjectedSession, { event }: AppendRecord, at: number, payload: Buffer): number | undefined {
    const install = event.origin?.install;
    if (install === undefined || (session.installs.has(install) && session.installs.size < 2)) return undefined;
    session.installs.add(install);
    projection.touch(session);
    if (session.installs.size < 2) return undefined;
    const twin = twins.find(session.no, event, at, payload, seq);
    if (twin === undefined) return undefined;
    twins.add(event.id, twin, install);
    session.installedTwice = true;
    return twin;
  }

  function append(record: AppendRecord): AppendResult {
    const { event } = record;
    const { sessionId } = event;
    if (sessionId !== undefined && deps.isDeleted(sessionId, event.id)) return { deleted: true };
    if (deps.isForgotten(event)) return { deleted: true };
    const known = fresh.get(event.id) ?? settledSeqOf.get(event.id) ?? twins.seqOf(event.id);
    if (known !== undefined) return duplicate(known);

    const at = Date.parse(event.at);
    const payload = record.payload ?? Buffer.from(record.payloadText);
    const session = sessionId === undefined ? undefined : (projection.find(sessionId) ?? projection.create(sessionId));
    // What age took of it: sent again it stays forgotten.
    if (session?.pruned && at <= session.pruned.eventsTo) return { deleted: true };
    const twin = session && twinOf(session, record, at, payload);
    if (twin !== undefined) return duplicate(twin);

    // Telemetry without a `project` belongs to the project that the session's hooks tell.
    if (event.app === unknownApp && event.source !== 'hook') event.app = session?.fold.app || unknownApp;

    const next = seq + 1;
    const values = eventValues(next, event, at, session?.no ?? null, originOf(event.origin), payload.length);
    values.push(payload);
    insert.run(values);
    seq = next;
    fresh.set(event.id, next);
    counters.events += 1;
    counters.stored += 1;
    if (event.masked !== undefined) counters.masked += event.masked;
    facets.add(event);
    const stored: TelltaleEvent = Object.assign(event, { seq: next });
    if (!session) return { stored };
    ledger.noteEarlier(session, stored);
    projection.add(session, stored);
    ledger.addEvent(session, stored);
    return { stored };
  }

  forget();
  return {
    append,
    seq: () => seq,
    settled(ids) {
      for (const id of ids) fresh.delete(id);
    },
    forget,
  };
}

import type { Appender } from './append.ts';
import type { CallBuild } from './calls/build.ts';
import type { Facets } from './facets.ts';
import type { Ledger } from './ledger/ledger.ts';
import { type Counters, type Meta, noCounters } from './meta.ts';
import type { Payloads } from './payloads.ts';
import type { EventReader } from './read-events.ts';
import type { Projection } from './sessions/projection.ts';
import type { StatusLines } from './status-lines.ts';
import type { Telemetry } from './telemetry.ts';
import type { Tombstones } from './tombstones.ts';
import type { Transcripts } from './transcripts.ts';

/** What is kept in memory of the database: it says what the database says. */
export interface Memory {
  /** At the start: counters, the newest `seq`, sessions up to the last event. */
  catchUp(): void;
  /** A transaction is gone, or a part of it. */
  afterRollback(): void;
  /** A session and so many events are gone, inside the transaction. */
  onDeleted(sessionId: string, events: number): void;
}

export interface MemoryDeps {
  meta: Meta;
  counters: Counters;
  reader: EventReader;
  appender: Appender;
  projection: Projection;
  ledger: Ledger;
  tombstones: Tombstones;
  statusLines: StatusLines;
  telemetry: Telemetry;
  payloads: Payloads;
  transcripts: Transcripts;
  facets: Facets;
  calls: CallBuild;
}

export function createMemory(deps: MemoryDeps): Memory {
  const { meta, counters, reader, appender, projection, ledger, tombstones, statusLines } = deps;
  const { telemetry, payloads, transcripts, facets, calls } = deps;

  function forgetRows(): void {
    for (const part of [telemetry, payloads, transcripts, facets, calls]) part.forget();
  }

  function forgetSessions(): void {
    for (const part of [appender, projection, ledger]) part.forget();
  }

  function catchUp(): void {
    forgetSessions();
    Object.assign(counters, noCounters, JSON.parse(meta.get('counters') ?? '{}'));
    for (const event of reader.behind(Number(meta.get('projected_seq') ?? 0))) {
      counters.events += 1;
      counters.stored += 1;
      counters.masked += event.masked ?? 0;
      const session = event.sessionId === undefined ? undefined : projection.find(event.sessionId);
      if (session && event.seq > session.lastSeq) projection.add(session, event);
    }
  }

  return {
    catchUp,
    afterRollback() {
      tombstones.forget();
      statusLines.forget();
      forgetRows();
      catchUp();
    },
    onDeleted(sessionId, events) {
      statusLines.drop(sessionId);
      counters.events -= events;
      forgetRows();
      forgetSessions();
    },
  };
}

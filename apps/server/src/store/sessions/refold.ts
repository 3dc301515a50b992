import {
  concernsSession,
  emptyFold,
  emptyTranscriptFold,
  foldEvent,
  isBefore,
  type SessionFold,
  type TelltaleEvent,
  type TranscriptEntry,
} from '@telltale/core';
import {
  type KeptTranscript,
  type Place,
  type ProjectedSession,
  type Snapshot,
  withEntries,
} from './projected-session.ts';

/** Takes events into a session's fold: in order at once, late ones when there is time. */
export interface Refold {
  add(session: ProjectedSession, event: TelltaleEvent): void;
  addEntries(session: ProjectedSession, entries: readonly TranscriptEntry[], app: string | undefined): void;
  /** Folds again what late events, or an older version of the fold, made necessary; true when it did. */
  whenDue(session: ProjectedSession): boolean;
}

export interface RefoldDeps {
  /** The events of a session behind a `seq`, in the order of the fold: (at, id). */
  eventsOf(sessionNo: number, behindSeq: number): Iterable<TelltaleEvent>;
  /** All entries of its transcript, each file in its order. */
  entriesOf(session: ProjectedSession): Iterable<TranscriptEntry>;
  onFoldError(sessionId: string, error: unknown): void;
}

/** A late event costs the folding of so many events, or twice as many; kept are as many as that takes. */
const snapshotEvery = 32;
const maxSnapshots = 3;
/** A refold that took longer than this waits before the next one, 20 times as long as it took. */
const dearRefoldMs = 4;

export function createRefold({ eventsOf, entriesOf, onFoldError }: RefoldDeps): Refold {
  /** An event that the fold cannot digest is stored all the same; the session misses it. */
  function fold(session: ProjectedSession, event: TelltaleEvent): void {
    try {
      foldEvent(session.fold, event);
    } catch (error) {
      onFoldError(session.id, error);
    }
  }

  /** Takes snapshots on the way, where all events so far came before all that follow. */
  function foldInOrder(session: ProjectedSession, events: readonly TelltaleEvent[]): void {
    const lowestFrom = lowestSeqs(events);
    let highest = 0;
    for (const [index, event] of events.entries()) {
      fold(session, event);
      highest = Math.max(highest, event.seq);
      if (highest < (lowestFrom[index + 1] ?? Number.POSITIVE_INFINITY)) noteSnapshot(session, highest);
      else session.sinceSnapshot += 1;
    }
  }

  function refoldEvents(session: ProjectedSession, from: 'start' | Place): void {
    const isUsable = (snapshot: Snapshot) => from !== 'start' && !comesBefore(from, snapshot);
    session.snapshots = session.snapshots.filter(isUsable);
    const base = session.snapshots.at(-1) ?? session.pruned?.fold;
    // What a pruned session starts from may be of an older version: it cannot be made anew.
    session.fold = { ...emptyFold(session.id), ...(base && (JSON.parse(base.json) as SessionFold)) };
    session.sinceSnapshot = 0;
    foldInOrder(session, [...eventsOf(session.no, base?.seq ?? 0)]);
  }

  function refoldTranscript(session: ProjectedSession): void {
    const base = transcriptOf(session);
    const app = session.transcript?.app ?? base?.app;
    const { entriesSeq = 0 } = session.pruned ?? {};
    let hasEntries = base !== undefined;
    function* noted(): Iterable<TranscriptEntry> {
      for (const entry of entriesOf(session)) {
        if (entry.seq <= entriesSeq) continue;
        hasEntries = true;
        yield entry;
      }
    }
    session.transcript = base;
    const told = withEntries(session, noted(), { app, onFoldError });
    if (hasEntries) session.transcript = told;
  }

  return {
    add(session, event) {
      const { refoldFrom } = session;
      // Most of telemetry, and all of it late: it would fold again what it does not change.
      if (refoldFrom === 'start' || !concernsSession(event)) return;
      if (refoldFrom !== undefined || isBefore(event, session.fold)) {
        if (refoldFrom === undefined || comesBefore(event, refoldFrom))
          session.refoldFrom = { at: event.at, id: event.id };
        return;
      }
      fold(session, event);
      noteSnapshot(session, event.seq);
    },

    addEntries(session, entries, app) {
      const before = session.transcript;
      if (session.refoldFrom === 'start') {
        const fold = before?.fold ?? emptyTranscriptFold(session.id);
        session.transcript = { app: before?.app ?? app, fold };
      } else session.transcript = withEntries(session, entries, { app, onFoldError });
    },

    whenDue(session) {
      const startedAt = performance.now();
      const from = session.refoldFrom;
      if (from === undefined || (from !== 'start' && startedAt < session.refoldAfter)) return false;
      session.refoldFrom = undefined;
      if (from === 'start') refoldTranscript(session);
      refoldEvents(session, from);
      const tookMs = performance.now() - startedAt;
      if (tookMs > dearRefoldMs) session.refoldAfter = startedAt + 20 * tookMs;
      return true;
    },
  };
}

function noteSnapshot(session: ProjectedSession, seq: number): void {
  session.sinceSnapshot += 1;
  if (session.sinceSnapshot < snapshotEvery) return;
  session.sinceSnapshot = 0;
  const { lastAt: at, lastId: id } = session.fold;
  session.snapshots.push({ at, id, seq, json: JSON.stringify(session.fold) });
  if (session.snapshots.length > maxSnapshots) session.snapshots.shift();
}

/** What the entries told that are gone. */
function transcriptOf({ id, pruned }: ProjectedSession): KeptTranscript | undefined {
  if (pruned?.transcript === undefined) return undefined;
  const { app, fold } = JSON.parse(pruned.transcript) as Partial<KeptTranscript>;
  return { app, fold: { ...emptyTranscriptFold(id), ...fold } };
}

/** For each place the lowest `seq` from there on. */
function lowestSeqs(events: readonly TelltaleEvent[]): number[] {
  const lowest: number[] = new Array(events.length);
  let least = Number.POSITIVE_INFINITY;
  for (let index = events.length - 1; index >= 0; index -= 1) {
    least = Math.min(least, events[index]?.seq ?? least);
    lowest[index] = least;
  }
  return lowest;
}

function comesBefore(place: Place, other: Place): boolean {
  return place.at === other.at ? place.id < other.id : place.at < other.at;
}

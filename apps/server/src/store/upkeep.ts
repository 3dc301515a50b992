import type { FreeNow, NewEvent, RetentionReport } from '@telltale/core';
import type { Database } from 'better-sqlite3';
import type { Appender } from './append.ts';
import type { CallBuild } from './calls/build.ts';
import { eraseFreed } from './delete-session.ts';
import { createFreshEvents } from './fresh-events.ts';
import type { GroupCommit } from './group-commit.ts';
import type { Counters, Meta } from './meta.ts';
import type { Payloads } from './payloads.ts';
import type { Quotas } from './quotas.ts';
import { createRetentionPace } from './retention/pace.ts';
import { createPruning } from './retention/prune.ts';
import type { PrunedSessions } from './retention/pruned-sessions.ts';
import { createRetention } from './retention/retention.ts';
import type { RetentionRules } from './retention/rules.ts';
import { createSessionlessEvents } from './retention/sessionless.ts';
import { createRetentionSizes, type KeepDays } from './retention/sizes.ts';
import { createRetentionTakes } from './retention/takes.ts';
import type { Search } from './search/door.ts';
import type { ProjectedSession } from './sessions/projected-session.ts';
import type { Projection } from './sessions/projection.ts';
import type { WriteBehind } from './sessions/write-behind.ts';
import type { StatusLines } from './status-lines.ts';
import type { Telemetry } from './telemetry.ts';
import type { Transcripts } from './transcripts.ts';

/** Lets go of what is old, of itself and when it is asked to. */
export interface Upkeep {
  start(): void;
  /** Everything that the settings say goes now. */
  prune(): Promise<void>;
  /** The rules alone, or what is asked. */
  free(asked?: FreeNow): Promise<void>;
  report(asked: KeepDays): Promise<Omit<RetentionReport, 'databaseBytes'>>;
  /** It is older than what is kept of its kind. */
  isForgotten(event: NewEvent): boolean;
  isForgottenTelemetry(nanos: bigint): boolean;
  stop(): Promise<void>;
}

interface UpkeepOptions {
  rules: RetentionRules;
  hookTelemetryDays: number;
  telemetryDays: number;
}

export interface UpkeepDeps extends UpkeepOptions {
  meta: Meta;
  counters: Counters;
  commits: GroupCommit;
  behind: WriteBehind;
  appender: Appender;
  projection: Projection;
  prunedSessions: PrunedSessions;
  payloads: Payloads;
  transcripts: Transcripts;
  telemetry: Telemetry;
  statusLines: StatusLines;
  quotas: Quotas;
  search: Search;
  calls: CallBuild;
  /** Nothing is settled or indexed until it is over. */
  pausing<T>(work: () => Promise<T>): Promise<T>;
  now(): number;
  onChanged(sessionId: string): void;
  onProblem(problem: string, error: unknown): void;
}

/** How long after the start, and how often. */
const pruneMs = 10 * 60_000;
const dayMs = 24 * 60 * 60_000;

export function createUpkeep(database: Database, deps: UpkeepDeps): Upkeep {
  const { meta, counters, commits, behind, appender, projection, payloads, transcripts, search, now, rules } = deps;
  const pruning = createPruning(database, {
    ...{ meta, counters, now },
    forget() {
      payloads.forget();
      deps.telemetry.forget();
    },
  });
  const sizes = createRetentionSizes(database, rules, now);
  const pace = createRetentionPace(database, { commits, seq: appender.seq });
  const { rest, usedBytes, freedBytes } = pace;
  const sessionless = createSessionlessEvents(database, { commits: pace, rest, meta, now, onEventsGone, alone });
  const takes = createRetentionTakes(database, {
    ...{ commits: pace, rest, fresh: createFreshEvents(database, rest) },
    ...{ pruned: deps.prunedSessions, settle, onEventsGone, onEventsGoing: deps.calls.finish },
    forget() {
      payloads.forget();
      transcripts.forget();
    },
  });
  const retention = createRetention(database, {
    ...{ rules, now, takes, sessionless, alone, usedBytes, freedBytes, find: projection.find },
    async onTaking({ no }) {
      await search.pause();
      await search.takeOut(no, pace).finally(search.resume);
    },
    onTaken(session) {
      sizes.forget();
      deps.onChanged(session.id);
    },
    giveBack: () => eraseFreed(database, (work) => commits.run(work)),
  });
  let timer: NodeJS.Timeout | undefined;

  async function prune(): Promise<void> {
    const notesBefore = now() - deps.hookTelemetryDays * dayMs;
    const telemetryBefore = now() - deps.telemetryDays * dayMs;
    while (await commits.run(() => pruneNotes(notesBefore)));
    while (await commits.run(() => pruning.points(telemetryBefore)));
    while (await commits.run(() => pruning.spans(telemetryBefore)));
    await commits.run(() => {
      deps.statusLines.prune(telemetryBefore);
      deps.quotas.prune(telemetryBefore);
    });
    await retention.run();
  }

  /** With the counters: after a crash they must not count what is gone. */
  function pruneNotes(before: number): boolean {
    const isMore = pruning.notes(before);
    behind.write();
    return isMore;
  }

  /** Around what takes rows away that settling may hold. */
  function alone<T>(work: () => Promise<T>): Promise<T> {
    return deps.pausing(async () => {
      await deps.calls.runNow();
      return work();
    });
  }

  /** Nothing of the session waits to be folded or written. */
  function settle(session: ProjectedSession): void {
    session.refoldAfter = 0;
    projection.view(session, now());
    projection.touch(session);
    behind.write();
  }

  function onEventsGone(count: number, freshIds: readonly string[] = []): void {
    // Viewers resume by seq: a deleted newest one must not come again.
    meta.set('high_seq', appender.seq());
    counters.events -= count;
    payloads.forget();
    appender.settled(freshIds);
    behind.write();
  }

  return {
    start() {
      timer = setInterval(() => {
        prune().catch((error) => deps.onProblem('What is old could not be deleted', error));
      }, pruneMs).unref();
    },
    prune,
    free: retention.run,
    async report(asked) {
      const { parts, kept } = await sizes.tell(asked);
      const { maxBytes } = rules;
      const told = { freeBytes: pace.freeBytes(), parts, kept, ...retention.state() };
      return maxBytes === undefined ? told : { maxBytes, ...told };
    },
    isForgotten: (event) => pruning.isForgotten(event) || sessionless.isForgotten(event),
    isForgottenTelemetry: pruning.isForgottenTelemetry,
    async stop() {
      clearInterval(timer);
      await retention.stop();
    },
  };
}

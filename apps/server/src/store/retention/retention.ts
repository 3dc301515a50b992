import type { FreeNow, PrunedPart, RetentionReport } from '@telltale/core';
import type { Database, Statement } from 'better-sqlite3';
import type { ProjectedSession } from '../sessions/projected-session.ts';
import { isKeptSql, type RetentionRules } from './rules.ts';
import type { SessionlessEvents } from './sessionless.ts';
import type { RetentionTakes } from './takes.ts';

/**
 * Lets go of old sessions' parts, by age and by size: first tool results, then transcripts, then events, of the session
 * first that has been silent longest. Sessions and their totals stay; pinned and labelled ones stay whole.
 */
export interface Retention {
  /** Applies the rules, or only what is asked; while one round runs, that one goes on and what is asked comes after it. */
  run(asked?: FreeNow): Promise<void>;
  state(): Pick<RetentionReport, 'state' | 'last' | 'problem'>;
  /** Ends after the step at hand. */
  stop(): Promise<void>;
}

export interface RetentionDeps {
  rules: RetentionRules;
  takes: RetentionTakes;
  sessionless: Pick<SessionlessEvents, 'take'>;
  /** Bytes of the file that are in use. */
  usedBytes(): number;
  /** So many bytes were freed since the service started, whatever came meanwhile. */
  freedBytes(): number;
  now(): number;
  find(sessionId: string): ProjectedSession | undefined;
  /** Around what takes rows away that settling may hold. */
  alone<T>(work: () => Promise<T>): Promise<T>;
  /** Before a part of a session goes, and when it is gone. */
  onTaking(session: Pick<ProjectedSession, 'no'>): Promise<void>;
  onTaken(session: ProjectedSession): void;
  /** Gives freed pages back to the disk. */
  giveBack(): Promise<void>;
}

const dayMs = 24 * 60 * 60_000;
/** By size alone nothing is taken of a session that had an event so lately. */
const quietMs = 60 * 60_000;
/** Goes below the limit by so much, so that it is not reached again at once. */
const slack = 0.95;

interface Candidate {
  no: number;
  id: string;
  at: number;
}

const parts = ['results', 'transcript', 'events'] as const satisfies readonly PrunedPart[];

/** Which sessions still have a part that can go, as far as the session's row and an index can tell. */
const hasPart: Readonly<Record<PrunedPart, string>> = {
  results: `s.last_seq > coalesce(p.results_seq, 0) AND (EXISTS (SELECT 1 FROM event_log WHERE session = s.no)
    OR s.last_seq >= (SELECT min(seq) FROM fresh_events))`,
  transcript: 'EXISTS (SELECT 1 FROM transcript_entries WHERE session = s.no)',
  events: `(EXISTS (SELECT 1 FROM event_log WHERE session = s.no)
    OR (s.last_seq > coalesce(p.events_seq, 0) AND s.last_seq >= (SELECT min(seq) FROM fresh_events)
      AND EXISTS (SELECT 1 FROM fresh_events WHERE session = s.no)))`,
};

export function createRetention(database: Database, deps: RetentionDeps): Retention {
  const { rules, takes, sessionless, usedBytes, now } = deps;
  const next = Object.fromEntries(
    parts.map((part) => [
      part,
      database.prepare<[number, number, number], Candidate>(`
        SELECT s.no, s.id, s.last_event_at AS at FROM sessions AS s LEFT JOIN pruned AS p ON p.session = s.no
        WHERE (s.last_event_at, s.no) > (?, ?) AND s.last_event_at < ? AND NOT ${isKeptSql} AND ${hasPart[part]}
        ORDER BY s.last_event_at, s.no LIMIT 1`),
    ]),
  ) as Record<PrunedPart, Statement<[number, number, number], Candidate>>;

  let running: Promise<void> | undefined;
  let isStopped = false;
  let last: RetentionReport['last'];
  let problem: string | undefined;

  /** Up to the next round: what it has freed so far. */
  let freedBefore = 0;

  /** Takes a part of every session that has been silent since then, while there is need for it. */
  async function take(part: PrunedPart, before: number, isNeeded: () => boolean): Promise<void> {
    let [at, no] = [Number.MIN_SAFE_INTEGER, 0];
    while (!isStopped && isNeeded()) {
      const found = next[part].get(at, no, before);
      // The oldest first, whether a session's or not.
      if (part === 'events') await sessionless.take(found?.at ?? before, () => !isStopped && isNeeded());
      if (!found || !isNeeded()) return;
      [at, no] = [found.at, found.no];
      const session = deps.find(found.id);
      if (!session) continue;
      await deps.onTaking(session);
      await deps.alone(() => takes[part](session));
      deps.onTaken(session);
      if (last) last.sessions[part] += 1;
    }
  }

  async function round(asked: FreeNow): Promise<void> {
    for (const no of takes.unfinished()) {
      if (isStopped) return;
      await deps.onTaking({ no });
      await deps.alone(() => takes.finish(no));
    }
    const days = { results: asked.resultsDays, transcript: asked.transcriptsDays, events: asked.eventsDays };
    for (const part of parts) {
      const kept = days[part];
      if (kept !== undefined) await take(part, now() - kept * dayMs, () => true);
    }
  }

  async function shrink(): Promise<void> {
    const { maxBytes } = rules;
    problem = undefined;
    if (maxBytes === undefined || usedBytes() <= maxBytes) return;
    const isAbove = () => usedBytes() > maxBytes * slack;
    for (const part of parts) await take(part, now() - quietMs, isAbove);
    if (!isStopped && usedBytes() > maxBytes)
      problem = `The database holds ${mb(usedBytes())} MB, and TELLTALE_MAX_DATABASE_MB is ${mb(maxBytes)}: what is left is pinned or labelled, of the last hour, metrics and traces, or what sessions are known by.`;
  }

  const freedNow = () => Math.max(0, deps.freedBytes() - freedBefore);

  async function work(asked: FreeNow | undefined): Promise<void> {
    freedBefore = deps.freedBytes();
    last = { at: new Date(now()).toISOString(), freedBytes: 0, sessions: { results: 0, transcript: 0, events: 0 } };
    try {
      await round(asked ?? rules);
      if (!asked) await shrink();
    } finally {
      last.freedBytes = freedNow();
      if (!isStopped) await deps.giveBack();
    }
  }

  async function run(asked?: FreeNow): Promise<void> {
    // What the timer asks for is done already.
    if (running && !asked) return running;
    while (running) await running.catch(() => undefined);
    if (isStopped) return;
    running = work(asked).finally(() => {
      running = undefined;
    });
    await running;
  }

  return {
    run,
    state: () => ({
      state: running ? 'running' : 'idle',
      ...(last && {
        last: { ...last, ...(running && { freedBytes: freedNow() }), sessions: { ...last.sessions } },
      }),
      ...(problem !== undefined && { problem }),
    }),
    async stop() {
      isStopped = true;
      // Its failure was told to whoever started it.
      await running?.catch(() => undefined);
    },
  };
}

function mb(bytes: number): number {
  return Math.ceil(bytes / 1e6);
}

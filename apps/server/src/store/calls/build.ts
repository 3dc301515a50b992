import type { TranscriptEntry } from '@telltale/core';
import type { Database } from 'better-sqlite3';
import { type BackgroundTurns, createBackgroundTurns, noRest, type Rest } from '../background-turns.ts';
import type { GroupCommit } from '../group-commit.ts';
import type { Payloads } from '../payloads.ts';
import { createCallRollup, stepEvents } from './rollup.ts';
import { type CallRow, callRowsIn } from './rows.ts';
import { createCallTranscripts } from './transcripts.ts';

/** Keeps calls as rows in the background, from what is settled, in turns: `background-turns.ts`. */
export interface CallBuild extends Pick<BackgroundTurns, 'start' | 'pause' | 'resume'> {
  /** Goes on until all that is settled now is taken. */
  runNow(): Promise<void>;
  /** The events of a session go: see `CallRollup.finish`. */
  finish(sessionNo: number): void;
  forget(): void;
}

export interface CallBuildDeps {
  commits: GroupCommit;
  payloads: Pick<Payloads, 'settled'>;
  /** Entries of all transcripts behind a `seq`, in the order of arrival. */
  entriesBehind(seq: number, limit: number): TranscriptEntry[];
  onProblem(problem: string, error: unknown): void;
}

/** Rows of another version are made again from their events and transcripts. */
const callsVersion = 1;
/** Looked at together, so that there is much of each session. */
const windowEvents = 2048;
const readEvents = 512;
const stepEntries = 50;
/** One transaction does so much: more would make those who append wait. */
const stepMs = 4;
/** What waits is read by those who ask, which is no trouble while it is little. */
const idleMs = 5000;

/** What is taken next, the last part first. */
interface Window {
  to: number;
  left: { session: number; rows: CallRow[] }[];
}

export function createCallBuild(database: Database, deps: CallBuildDeps): CallBuild {
  const { commits, payloads, entriesBehind, onProblem } = deps;
  const rollup = createCallRollup(database, payloads);
  const transcripts = createCallTranscripts(database);
  const getState = database.prepare<[string], number>('SELECT value FROM call_state WHERE key = ?').pluck();
  const putState = database.prepare('UPDATE call_state SET value = ? WHERE key = ?');
  const rowsBehind = database.prepare<[number, number], CallRow & { no: number | null }>(
    `${callRowsIn.settled} WHERE seq > ? ORDER BY seq LIMIT ?`,
  );
  const noOf = database.prepare<[string], number>('SELECT no FROM sessions WHERE id = ?').pluck();

  const turns = createBackgroundTurns({ turn, idleMs });
  const { isStopping } = turns;
  let isForgotten = false;

  /** Again and again what `work` does, in transactions of a few milliseconds, until it says that nothing is left. */
  async function inSteps(work: () => boolean, rest: Rest): Promise<void> {
    for (let hasMore = true; hasMore && !isStopping(); ) {
      const startedAt = performance.now();
      hasMore = await commits.run(() => {
        const until = performance.now() + stepMs;
        while (work()) if (performance.now() > until) return true;
        return false;
      });
      await rest(performance.now() - startedAt);
    }
  }

  /** The next events, by session in parts that are folded together. Read in the order in which they lie on the disk. */
  async function nextWindow(from: number, rest: Rest): Promise<Window> {
    const parts = new Map<number, CallRow[][]>();
    let to = from;
    for (let left = windowEvents; left > 0 && !isStopping(); left -= readEvents) {
      const startedAt = performance.now();
      const rows = rowsBehind.all(to, readEvents);
      for (const row of rows) if (row.no !== null) addTo(parts, row.no, row);
      to = rows.at(-1)?.seq ?? to;
      if (rows.length < readEvents) break;
      await rest(performance.now() - startedAt);
    }
    return { to, left: [...parts].flatMap(([session, lists]) => lists.map((rows) => ({ session, rows }))).reverse() };
  }

  async function eventWindow(rest: Rest): Promise<boolean> {
    const from = getState.get('events') ?? 0;
    isForgotten = false;
    const { to, left } = await nextWindow(from, rest);
    if (to === from) return false;
    await inSteps(() => {
      // What was read may be gone.
      if (isForgotten) return false;
      const part = left.pop();
      if (part) rollup.take(part.session, part.rows);
      else putState.run(to, 'events');
      return part !== undefined;
    }, rest);
    return true;
  }

  async function entries(rest: Rest): Promise<void> {
    await inSteps(() => {
      const found = entriesBehind(getState.get('entries') ?? 0, stepEntries);
      const bySession = new Map<string, TranscriptEntry[]>();
      for (const entry of found) bySession.set(entry.sessionId, [...(bySession.get(entry.sessionId) ?? []), entry]);
      for (const [id, told] of bySession) {
        const no = noOf.get(id);
        if (no !== undefined) transcripts.add(no, told);
      }
      const last = found.at(-1);
      if (last) putState.run(last.seq, 'entries');
      return last !== undefined;
    }, rest);
  }

  async function everything(rest: Rest): Promise<void> {
    if (getState.get('version') !== callsVersion) {
      await commits.run(() => {
        rollup.clear();
        for (const road of ['events', 'entries']) putState.run(0, road);
        putState.run(callsVersion, 'version');
      });
    }
    while (!isStopping() && (await eventWindow(rest)));
    // Not before all is there: what comes out of order may do so again.
    await inSteps(rollup.mend, rest);
    await entries(rest);
  }

  async function turn(): Promise<number> {
    try {
      await everything(turns.rest);
    } catch (error) {
      // Analyses read the events themselves; the next turn tries again.
      if (!isStopping()) onProblem('Tool calls could not be put together for analyses', error);
    }
    return idleMs;
  }

  return {
    ...turns,
    runNow: () => turns.alone(() => everything(noRest)),
    finish: rollup.finish,
    forget() {
      isForgotten = true;
      rollup.forget();
    },
  };
}

function addTo(parts: Map<number, CallRow[][]>, session: number, row: CallRow): void {
  const lists = parts.get(session) ?? [[]];
  parts.set(session, lists);
  const last = lists.at(-1);
  if (last && last.length < stepEvents) last.push(row);
  else lists.push([row]);
}

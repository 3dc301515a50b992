import { searchVersion } from '@telltale/core/search';
import type { Database } from 'better-sqlite3';
import { type BackgroundTurns, createBackgroundTurns, noRest, type Rest } from '../background-turns.ts';
import { type FreshLook, isBurst } from '../burst.ts';
import { eraseFreed } from '../delete-session.ts';
import type { GroupCommit } from '../group-commit.ts';
import type { FoundText, SearchIndex } from './search-index.ts';
import type { SearchSources, SourceRow } from './sources.ts';

/** How far the index is. */
export interface SearchProgress {
  /** What waits did not come just now. */
  isBuilding: boolean;
  /** Of all events and entries, 0 to 1. */
  share: number;
  /** Events and entries that are not looked at yet. */
  waiting: number;
}

/** Makes the index in the background, from what is stored, in turns: `background-turns.ts`. */
export interface SearchBuild extends Pick<BackgroundTurns, 'start' | 'pause' | 'resume'> {
  stop(): Promise<void>;
  /** Goes on until everything that is stored now is found. */
  runNow(): Promise<void>;
  progress(): SearchProgress;
  /**
   * Takes a session's texts out of the index, in steps, while this is paused. What is left of them when it goes on is put
   * in again.
   */
  takeOut(session: number, pace?: Pace): Promise<void>;
  /** The same of what is there still, inside the transaction that deletes the session; `erase` must follow. */
  takeOutRest(session: number): void;
  /** No word of what was taken out is in the file any more; while this is paused. */
  erase(): Promise<void>;
  /** Begins anew: a text is gone whose words are in the index still. */
  rebuild(): void;
}

/** How whoever takes out works: in transactions of a few milliseconds, with turns for others in between. */
interface Pace {
  run: GroupCommit['run'];
  rest(): Promise<void>;
}

export interface SearchBuildDeps {
  commits: GroupCommit;
  index: SearchIndex;
  sources: SearchSources;
  onProblem(problem: string, error: unknown): void;
}

/** Looked at together, so that records that lie in one compressed batch are read together. */
const windowRows = 4096;
/** Put in by one transaction: a few milliseconds of work, so that those who append need not wait. */
const stepCharacters = 48 * 1024;
const stepMs = 4;
const removedPerStep = 200;
const removeMs = 4;
/** Pages that one transaction brings together. */
const mergePages = 48;
const idleMs = 500;
/** A word may be found a little later: this waits at a pace at which settling still goes on. */
const calmPerSecond = 200;
/** While events pour in, so many times more are left for later than settling leaves: half a million. */
const putOffFactor = 10;
/** What came since then is found in a moment: nobody has to be told. */
const justNowMs = 3000;

const roads = ['events', 'entries'] as const;
type StateKey = 'events' | 'entries' | 'version' | 'erasing';

export function createSearchBuild(database: Database, deps: SearchBuildDeps): SearchBuild {
  const { commits, index, sources, onProblem } = deps;
  const getState = database.prepare<[string], number>('SELECT value FROM search_state WHERE key = ?').pluck();
  const putState = database.prepare('UPDATE search_state SET value = ? WHERE key = ?');
  const noteState = database.prepare('INSERT INTO search_state (key, value) VALUES (?, 1) ON CONFLICT DO NOTHING');
  const forgetState = database.prepare('DELETE FROM search_state WHERE key = ?');
  const takenOut = database.prepare<[], { session: number }>('SELECT session FROM search_taken_out');
  const noteTakenOut = database.prepare('INSERT INTO search_taken_out (session) VALUES (?) ON CONFLICT DO NOTHING');
  const forgetTakenOut = database.prepare('DELETE FROM search_taken_out WHERE session = ?');
  const get = (key: StateKey) => getState.get(key) ?? 0;
  const set = (key: StateKey, value: number) => void putState.run(value, key);
  const unhurried: Pace = { run: commits.run, rest: () => Promise.resolve() };

  const turns = createBackgroundTurns({ turn, idleMs });
  let lastLook: FreshLook = { newestSeq: 0, oldestSeq: 0, at: 0 };
  /** False after something was added. */
  let isMerged = false;
  /** Everything that was stored at this time is in. */
  let wholeAt = Number.NEGATIVE_INFINITY;

  /** One window of each road; false when there was nothing new. */
  async function step(rest: Rest): Promise<boolean> {
    await makeReady(rest);
    const at = performance.now();
    const newest = sources.newest();
    const hadEvents = await indexWindow('events', sources.events(get('events'), windowRows), rest);
    const hadEntries = await indexWindow('entries', sources.entries(get('entries'), windowRows), rest);
    if (roads.every((road) => get(road) >= newest[road])) wholeAt = at;
    return hadEvents || hadEntries;
  }

  /** An index of another version is made anew; what was taken out of it for a while is put in again. */
  async function makeReady(rest: Rest): Promise<void> {
    if (get('version') !== searchVersion) {
      while (await commits.run(index.clearSome)) await rest(0);
      await commits.run(() => {
        for (const { session } of takenOut.all()) forgetTakenOut.run(session);
        for (const road of roads) set(road, 0);
        set('version', searchVersion);
      });
    }
    // A session was deleted, and the service was killed before that was done.
    if (get('erasing') === 1) {
      await erase();
      await eraseFreed(database, (work) => commits.run(work));
    }
    for (const { session } of takenOut.all()) {
      const rows = sources.ofSession(session, { events: get('events'), entries: get('entries') });
      await addAll(rows, rest, () => void forgetTakenOut.run(session));
    }
  }

  /**
   * That up to here everything is in is written with the last texts of the window: a crash before that does some of it
   * again, which changes nothing, as a text that is there is recognised.
   */
  async function indexWindow(
    road: (typeof roads)[number],
    { rows, upTo }: { rows: readonly SourceRow[]; upTo: number },
    rest: Rest,
  ): Promise<boolean> {
    const from = get(road);
    if (upTo === from) return false;
    await addAll(rows, rest, () => {
      // Lower than before: an entry came meanwhile whose number was used again.
      if (get(road) === from) set(road, upTo);
    });
    return true;
  }

  /** In transactions of a few milliseconds; `onLast` is part of the last one. */
  async function addAll(rows: readonly SourceRow[], rest: Rest, onLast: () => void): Promise<void> {
    let next = 0;
    do {
      if (turns.isStopping()) return;
      const startedAt = performance.now();
      const texts: FoundText[] = [];
      next = gather(rows, next, texts);
      await commits.run(() => {
        index.add(texts);
        if (next >= rows.length) onLast();
      });
      if (texts.length > 0) {
        isMerged = false;
        await commits.run(() => index.merge(mergePages));
      }
      await rest(performance.now() - startedAt);
    } while (next < rows.length);
  }

  /** As many texts as one transaction takes; where to go on. */
  function gather(rows: readonly SourceRow[], from: number, texts: FoundText[]): number {
    const until = performance.now() + stepMs;
    let characters = 0;
    let next = from;
    while (next < rows.length && characters < stepCharacters && performance.now() < until) {
      const row = rows[next++] as SourceRow;
      try {
        const found = sources.textsOf(row);
        texts.push(...found);
        for (const { piece } of found) characters += piece.text.length;
      } catch (error) {
        onProblem(`A text of ${row.road} ${row.seq} could not be indexed for the search`, error);
      }
    }
    return next;
  }

  function isPutOff(): boolean {
    const before = lastLook;
    const newestSeq = sources.newest().events;
    // Much more may wait for this than for settling, which gets slow with what waits.
    const waiting = Math.floor((newestSeq - get('events')) / putOffFactor);
    lastLook = { newestSeq, oldestSeq: newestSeq - waiting, at: performance.now() };
    return isBurst(before, lastLook, calmPerSecond);
  }

  async function turn(): Promise<number> {
    let hadWork = false;
    try {
      hadWork = !isPutOff() && (await step(turns.rest));
      if (!hadWork && !isMerged) isMerged = !(await commits.run(() => index.merge(mergePages)));
    } catch (error) {
      // The texts are stored; the next turn tries again.
      onProblem('Texts could not be indexed for the search', error);
    }
    return hadWork ? 0 : idleMs;
  }

  async function erase({ run, rest } = unhurried): Promise<void> {
    for (const torn of index.torn()) {
      const { part } = torn;
      await run(() => index.beginAnew(part, mergePages));
      do await rest();
      while (await run(() => index.merge(mergePages, part)));
      await run(() => index.noteWhole(torn));
    }
    await run(() => void forgetState.run('erasing'));
  }

  return {
    ...turns,
    stop: turns.pause,

    runNow: () =>
      turns.alone(async () => {
        while (!turns.isStopping() && (await step(noRest)));
        while (await commits.run(() => index.merge(mergePages)));
      }),

    progress() {
      const newest = sources.newest();
      const done = get('version') === searchVersion ? get('events') + get('entries') : 0;
      const all = newest.events + newest.entries;
      const waiting = Math.max(0, all - done);
      const isBuilding = waiting > 0 && performance.now() - wholeAt > justNowMs;
      return { isBuilding, waiting, share: all === 0 ? 1 : Math.min(1, (all - waiting) / all) };
    },

    rebuild() {
      wholeAt = Number.NEGATIVE_INFINITY;
      commits
        .run(() => set('version', 0))
        .catch((error) => onProblem('The index of the search could not be made anew', error));
    },

    async takeOut(session, { run, rest } = unhurried) {
      await run(() => noteTakenOut.run(session));
      const tools = new Set<number>();
      let isMore = true;
      while (isMore) {
        isMore = await run(() => {
          const until = performance.now() + removeMs;
          const docs = index.docsOf(session, removedPerStep);
          for (const doc of docs) {
            if (doc.tool !== null) tools.add(doc.tool);
            index.remove([doc]);
            if (performance.now() > until) return true;
          }
          return docs.length === removedPerStep;
        });
        await rest();
      }
      while (await run(() => index.merge(mergePages))) await rest();
      while (await run(index.dropEmpty)) await rest();
      await run(() => index.forgetTools(tools));
    },

    takeOutRest(session) {
      const docs = index.docsOf(session, Number.MAX_SAFE_INTEGER);
      index.remove(docs);
      index.forgetTools(new Set(docs.flatMap(({ tool }) => (tool === null ? [] : [tool]))));
      forgetTakenOut.run(session);
      noteState.run('erasing');
    },

    erase: () => erase(),
  };
}

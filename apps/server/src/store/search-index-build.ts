import { searchVersion } from '@telltale/core/search';
import type { Database } from 'better-sqlite3';
import { type FreshLook, isBurst } from './burst.ts';
import type { GroupCommit } from './group-commit.ts';
import type { FoundText, SearchDoc, SearchIndex } from './search-index.ts';
import type { SearchSources, SourceRow } from './search-index-sources.ts';

/** How far the index is. */
export interface SearchProgress {
  /** More waits than what came in the last moments. */
  isBuilding: boolean;
  /** Of all events and entries, 0 to 1. */
  share: number;
  /** Events and entries that are not looked at yet. */
  waiting: number;
}

/** Makes the index in the background, from what is stored; see `createCompression` for the manner. */
export interface SearchBuild {
  start(): void;
  /** Resolves when no step is under way; none begins before `resume`. */
  pause(): Promise<void>;
  resume(): void;
  stop(): Promise<void>;
  /** Goes on until everything that is stored now is found. */
  runNow(): Promise<void>;
  progress(): SearchProgress;
  /** Takes a session's texts out of the index, in steps, while they are still there; paused, before they are deleted. */
  removeSession(session: number): Promise<void>;
  /** The same of what is left, inside the transaction that deletes the session. */
  removeRest(session: number): void;
}

export interface SearchBuildDeps {
  commits: GroupCommit;
  index: SearchIndex;
  sources: SearchSources;
  onProblem(problem: string, error: unknown): void;
}

/** Looked at together, so that records that lie in one compressed batch are read together. */
const windowRows = 1000;
/** Put in by one transaction: a few milliseconds of work, so that those who append need not wait. */
const stepCharacters = 48 * 1024;
const stepMs = 4;
const removedPerStep = 40;
/** Pages that one transaction brings together. */
const mergePages = 48;
const idleMs = 500;
/** A step is followed by a rest of so many times what it took. */
const restFactor = 4;
/** Fewer than this are what came just now: nobody has to be told. */
const buildingFrom = 5000;

type StateKey = 'events' | 'entries' | 'version' | 'removing';

export function createSearchBuild(database: Database, deps: SearchBuildDeps): SearchBuild {
  const { commits, index, sources, onProblem } = deps;
  const getState = database.prepare<[string], number>('SELECT value FROM search_state WHERE key = ?').pluck();
  const putState = database.prepare('UPDATE search_state SET value = ? WHERE key = ?');
  const get = (key: StateKey) => getState.get(key) ?? 0;
  const set = (key: StateKey, value: number) => void putState.run(value, key);

  let timer: NodeJS.Timeout | undefined;
  let running: Promise<unknown> = Promise.resolve();
  let isPaused = true;
  let isStopping = false;
  let lastLook: FreshLook = { newestSeq: 0, oldestSeq: 0, at: 0 };
  /** False after something was added. */
  let isMerged = false;

  /** One window of each road; false when there was nothing new. */
  async function step(rest: (tookMs: number) => Promise<void>): Promise<boolean> {
    await makeReady();
    const hadEvents = await indexWindow('events', sources.events(get('events'), windowRows), rest);
    const hadEntries = await indexWindow('entries', sources.entries(get('entries'), windowRows), rest);
    return hadEvents || hadEntries;
  }

  /** An index of another version is made anew; of a deletion that was broken off, what it took out is put in again. */
  async function makeReady(): Promise<void> {
    if (get('version') !== searchVersion) {
      await commits.run(() => {
        index.clear();
        for (const road of ['events', 'entries'] as const) set(road, 0);
        set('version', searchVersion);
      });
    }
    if (get('removing') === 0) return;
    await commits.run(() => {
      const first = sources.firstOf(get('removing'));
      for (const road of ['events', 'entries'] as const) {
        const from = first[road];
        if (from !== null) set(road, Math.min(get(road), from - 1));
      }
      set('removing', 0);
    });
  }

  /**
   * That up to here everything is in is written with the last texts of the window: a crash before that does some of it
   * again, which changes nothing, as a text that is there is recognised.
   */
  async function indexWindow(
    road: 'events' | 'entries',
    { rows, upTo }: { rows: readonly SourceRow[]; upTo: number },
    rest: (tookMs: number) => Promise<void>,
  ): Promise<boolean> {
    const from = get(road);
    if (upTo === from) return false;
    let next = 0;
    do {
      if (isStopping) return true;
      const startedAt = performance.now();
      const texts: FoundText[] = [];
      next = gather(rows, next, texts);
      await commits.run(() => {
        index.add(texts);
        // Lower than before: an entry came meanwhile whose number was used again.
        if (next >= rows.length && get(road) === from) set(road, upTo);
      });
      if (texts.length > 0) {
        isMerged = false;
        await commits.run(() => index.merge(mergePages));
      }
      await rest(performance.now() - startedAt);
    } while (next < rows.length);
    return true;
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
    lastLook = { newestSeq: sources.newest().events, oldestSeq: get('events'), at: performance.now() };
    return isBurst(before, lastLook);
  }

  async function work(): Promise<void> {
    let hadWork = false;
    try {
      hadWork = !isPutOff() && (await step(restAfter));
      if (!hadWork && !isMerged) isMerged = !(await commits.run(() => index.merge(mergePages)));
    } catch (error) {
      // The texts are stored; the next turn tries again.
      onProblem('Texts could not be indexed for the search', error);
    }
    schedule(hadWork ? 0 : idleMs);
  }

  const restAfter = (tookMs: number) =>
    isPaused ? Promise.resolve() : new Promise<void>((resolve) => setTimeout(resolve, tookMs * restFactor));

  function schedule(ms: number): void {
    if (isPaused) return;
    timer = setTimeout(() => {
      running = work();
    }, ms);
    timer.unref();
  }

  async function pause(): Promise<void> {
    isPaused = true;
    isStopping = true;
    clearTimeout(timer);
    await running;
    isStopping = false;
  }

  function resume(): void {
    if (!isPaused) return;
    isPaused = false;
    schedule(idleMs);
  }

  function remove(docs: readonly SearchDoc[]): void {
    index.remove(docs, (doc) => sources.recordOf(doc).piece?.text);
  }

  return {
    start: resume,
    pause,
    resume,
    stop: pause,

    async runNow() {
      const wasPaused = isPaused;
      await pause();
      while (await step(() => Promise.resolve()));
      while (await commits.run(() => index.merge(mergePages)));
      if (!wasPaused) resume();
    },

    progress() {
      const newest = sources.newest();
      const done = get('version') === searchVersion ? get('events') + get('entries') : 0;
      const all = newest.events + newest.entries;
      const waiting = Math.max(0, all - done);
      return { isBuilding: waiting > buildingFrom, waiting, share: all === 0 ? 1 : Math.min(1, (all - waiting) / all) };
    },

    async removeSession(session) {
      await commits.run(() => set('removing', session));
      const tools = new Set<number>();
      for (;;) {
        const isMore = await commits.run(() => {
          const docs = index.docsOf(session, removedPerStep);
          for (const { tool } of docs) if (tool !== null) tools.add(tool);
          remove(docs);
          return docs.length === removedPerStep;
        });
        if (!isMore) break;
      }
      await commits.run(() => index.forgetTools(tools));
    },

    removeRest(session) {
      const docs = index.docsOf(session, Number.MAX_SAFE_INTEGER);
      remove(docs);
      index.forgetTools(new Set(docs.flatMap(({ tool }) => (tool === null ? [] : [tool]))));
      set('removing', 0);
    },
  };
}

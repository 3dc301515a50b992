import type { Session, TelltaleEvent, TranscriptEntry } from '@telltale/core';
import { onScopeDispose, shallowRef, watch } from 'vue';
import { api, inWords } from './api.ts';
import { withFresh } from './by-seq.ts';
import { type BackPage, readBack } from './read-back.ts';
import { useLive } from './use-live.ts';

const transcriptEvents = new Set(['Stop', 'SubagentStop', 'SessionEnd', 'StopFailure', 'UserPromptSubmit']);
/** As much as the service gives at once. */
const pageSize = 1000;
const retryMs = 2000;

/**
 * Everything of one session, live: its view, its events (whole, ascending by `seq`) and its transcript. It is read
 * from its end: until `isWhole`, what came before the newest page is lacking. Lists are handed out anew.
 */
export function useSession(id: () => string) {
  const live = useLive();
  const session = shallowRef<Session>();
  const events = shallowRef<readonly TelltaleEvent[]>([]);
  const entries = shallowRef<readonly TranscriptEntry[]>([]);
  const complete = shallowRef(false);
  const isLoading = shallowRef(true);
  const isWhole = shallowRef(false);
  /** Events read so far, also those that wait for others before them. */
  const eventsRead = shallowRef(0);
  const problem = shallowRef<string>();
  let round = 0;
  let lastEntry = 0;
  let refetch: ReturnType<typeof setTimeout> | undefined;

  watch(id, load, { immediate: true });
  watch(live.sessions, () => {
    const newer = live.session(id());
    if (newer) session.value = newer;
  });
  const stop = live.onEvents((fresh) => {
    const mine = fresh.filter((event) => event.sessionId === id());
    if (mine.length === 0) return;
    events.value = withFresh(events.value, mine);
    if (mine.some((event) => transcriptEvents.has(event.name))) refetchTranscript();
  });
  onScopeDispose(() => {
    stop();
    clearTimeout(refetch);
    round += 1;
  });
  return { session, events, entries, complete, isLoading, isWhole, eventsRead, problem, reload: load };

  async function load(): Promise<void> {
    const mine = ++round;
    [isLoading.value, isWhole.value, problem.value] = [true, false, undefined];
    [events.value, entries.value, eventsRead.value, lastEntry] = [[], [], 0, 0];
    session.value = live.session(id());
    try {
      const newest = await Promise.all([api.session(id()), eventsBefore(), entriesBefore()]);
      if (mine === round) await take(mine, ...newest);
    } catch (error) {
      if (mine === round) [problem.value, isLoading.value] = [inWords(error), false];
    }
  }

  async function take(
    mine: number,
    view: Session,
    newest: BackPage<TelltaleEvent>,
    said: BackPage<TranscriptEntry>,
  ): Promise<void> {
    const told = [...newest.items].reverse();
    const tail = [...said.items].reverse();
    session.value = view;
    events.value = withFresh(told, events.value);
    // What was said before the first event that is here would stand alone until the others come.
    const from = newest.next === null ? '' : (told[0]?.at ?? '');
    entries.value = tail.filter(({ at }) => at === undefined || at >= from);
    lastEntry = tail.at(-1)?.seq ?? 0;
    eventsRead.value = told.length;
    isLoading.value = false;
    if (newest.next !== null || said.next !== null) {
      const [events_, entries_] = await Promise.all([
        restOf(mine, newest.next, eventsBefore, (count) => {
          eventsRead.value += count;
        }),
        restOf(mine, said.next, entriesBefore),
      ]);
      if (mine !== round) return;
      events.value = [...events_, ...events.value];
      entries.value = [...entries_, ...withFresh(tail, entries.value)];
    }
    isWhole.value = true;
  }

  function restOf<T>(
    mine: number,
    from: number | null,
    page: (before: number) => Promise<BackPage<T>>,
    onPage: (count: number) => void = () => {},
  ): Promise<T[]> {
    const pause = () => new Promise<void>((done) => setTimeout(done, retryMs));
    return readBack({ page, from, onPage, pause, isWanted: () => mine === round });
  }

  async function eventsBefore(before?: number): Promise<BackPage<TelltaleEvent>> {
    const query = { session: id(), limit: pageSize, order: 'desc', ...(before !== undefined && { before }) } as const;
    const page = await api.events(query);
    return { items: page.events, next: page.next };
  }

  async function entriesBefore(before?: number): Promise<BackPage<TranscriptEntry>> {
    const query = { limit: pageSize, order: 'desc', ...(before !== undefined && { before }) } as const;
    const page = await api.transcript(id(), query);
    complete.value = page.complete;
    return { items: page.entries, next: page.next };
  }

  async function loadNewEntries(mine: number): Promise<void> {
    let after: number | null = lastEntry;
    while (after !== null && mine === round && !isLoading.value) {
      const page = await api.transcript(id(), { after, limit: pageSize });
      if (mine !== round) return;
      entries.value = withFresh(entries.value, page.entries);
      lastEntry = Math.max(lastEntry, page.entries.at(-1)?.seq ?? 0);
      complete.value = page.complete;
      after = page.entries.length > 0 ? page.next : null;
    }
  }

  /** The sender follows the turn's end by a moment, so ask a little later, and once more. */
  function refetchTranscript(): void {
    clearTimeout(refetch);
    const mine = round;
    const again = (waits: readonly number[]): void => {
      const [wait, ...rest] = waits;
      if (wait === undefined) return;
      refetch = setTimeout(async () => {
        // What fails now is asked for again; the story says that its transcript lacks something.
        await loadNewEntries(mine).catch(() => undefined);
        if (mine === round) again(rest);
      }, wait);
    };
    again([500, 2500, 8000]);
  }
}

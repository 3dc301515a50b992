import type { Session, TelltaleEvent, TranscriptEntry } from '@telltale/core';
import { onScopeDispose, shallowRef, watch } from 'vue';
import { api, inWords } from './api.ts';
import { useLive } from './use-live.ts';

const transcriptEvents = new Set(['Stop', 'SubagentStop', 'SessionEnd', 'StopFailure', 'UserPromptSubmit']);

/**
 * Everything of one session, live: its view, its events (whole, ascending by `seq`) and its transcript.
 * `version` counts changes; arrays are appended to and handed out anew.
 */
export function useSession(id: () => string) {
  const live = useLive();
  const session = shallowRef<Session>();
  const events = shallowRef<readonly TelltaleEvent[]>([]);
  const entries = shallowRef<readonly TranscriptEntry[]>([]);
  const complete = shallowRef(false);
  const isLoading = shallowRef(true);
  const problem = shallowRef<string>();
  let round = 0;
  let refetch: ReturnType<typeof setTimeout> | undefined;

  watch(id, load, { immediate: true });
  watch(live.sessions, () => {
    const newer = live.session(id());
    if (newer) session.value = newer;
  });
  const stop = live.onEvents((fresh) => {
    const mine = fresh.filter((event) => event.sessionId === id());
    if (mine.length === 0) return;
    addEvents(mine);
    if (mine.some((event) => transcriptEvents.has(event.name))) refetchTranscript();
  });
  onScopeDispose(() => {
    stop();
    clearTimeout(refetch);
    round += 1;
  });
  return { session, events, entries, complete, isLoading, problem, reload: load };

  async function load(): Promise<void> {
    const mine = ++round;
    [isLoading.value, problem.value, events.value, entries.value] = [true, undefined, [], []];
    session.value = live.session(id());
    try {
      const [view] = await Promise.all([api.session(id()), loadEvents(mine), loadTranscript(mine)]);
      if (mine === round) session.value = view;
    } catch (error) {
      if (mine === round) problem.value = inWords(error);
    }
    if (mine === round) isLoading.value = false;
  }

  async function loadEvents(mine: number): Promise<void> {
    let after: number | null = 0;
    while (after !== null && mine === round) {
      const page = await api.events({ session: id(), after, limit: 1000, order: 'asc' });
      if (mine !== round) return;
      addEvents(page.events);
      after = page.events.length > 0 ? page.next : null;
    }
  }

  async function loadTranscript(mine: number): Promise<void> {
    let after: number | null = entries.value.at(-1)?.seq ?? 0;
    while (after !== null && mine === round) {
      const page = await api.transcript(id(), { after, limit: 1000 });
      if (mine !== round) return;
      // Another turn's end may have begun to load the same meanwhile.
      const last = entries.value.at(-1)?.seq ?? 0;
      entries.value = [...entries.value, ...page.entries.filter((entry) => entry.seq > last)];
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
        await loadTranscript(mine).catch(() => undefined);
        if (mine === round) again(rest);
      }, wait);
    };
    again([500, 2500, 8000]);
  }

  function addEvents(fresh: readonly TelltaleEvent[]): void {
    const known = new Set(events.value.map((event) => event.seq));
    const added = fresh.filter((event) => !known.has(event.seq));
    if (added.length > 0) events.value = [...events.value, ...added].sort((a, b) => a.seq - b.seq);
  }
}

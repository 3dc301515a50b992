import type { EventPage, TelltaleEvent } from '@telltale/core';
import { useEventListener, useLocalStorage, useThrottleFn } from '@vueuse/core';
import { shallowRef, watch } from 'vue';
import { useAccess } from '../access/use-access.ts';
import { api } from '../data/api.ts';
import { useLive } from '../data/use-live.ts';
import { whereLeft } from '../live/where-left.ts';
import { missedFrom, type Presence } from './presence.ts';
import { type SinceLeft, sinceLeft } from './since-left.ts';

const noticeEveryMs = 5000;
const mostPages = 5;

/** What happened since this viewer left; absent when nothing is to be told or it was closed. */
export const missed = shallowRef<{ sessions: readonly SinceLeft[]; isWhole: boolean; awayMs: number }>();

/** Notices that somebody is back after ten minutes or more, on this or another tab. */
export function useAway(): void {
  const live = useLive();
  const { showsNumbersOnly } = useAccess();
  const presence = useLocalStorage<Presence | null>('telltale.presence', null, {
    serializer: { read: (text) => JSON.parse(text) as Presence, write: JSON.stringify },
  });
  let isOpened = false;
  const present = useThrottleFn(notice, noticeEveryMs);

  for (const name of ['pointermove', 'keydown', 'focus'] as const) useEventListener(window, name, present);
  useEventListener(document, 'visibilitychange', () => document.hidden || present());
  watch([live.hello, live.upTo], ([hello, seq]) => {
    // Whoever opens the page is back; from then on only what they do says that they are there.
    if (hello && seq > 0 && !isOpened) {
      isOpened = true;
      notice();
    }
  });
  function notice(): void {
    const store = live.hello.value?.store;
    if (!store || live.upTo.value === 0 || document.hidden) return;
    const last = presence.value ?? undefined;
    const from = missedFrom(last, store, Date.now());
    presence.value = { store, seq: live.upTo.value, atMs: Date.now() };
    if (from !== undefined && last && !showsNumbersOnly.value && from < live.upTo.value)
      void tell(from, Date.now() - last.atMs);
  }

  async function tell(from: number, awayMs: number): Promise<void> {
    whereLeft.value = from;
    const events: TelltaleEvent[] = [];
    let after: number | null = from;
    for (let pages = 0; pages < mostPages && after !== null; pages += 1) {
      // Without an answer there is no panel: the page says by itself that the service is gone.
      const page: EventPage | undefined = await api.events({ after, limit: 1000, order: 'asc' }).catch(() => undefined);
      if (!page) return;
      events.push(...page.events);
      after = page.events.length > 0 ? page.next : null;
    }
    const sessions = sinceLeft(events);
    if (sessions.length > 0) missed.value = { sessions, isWhole: after === null, awayMs };
  }
}

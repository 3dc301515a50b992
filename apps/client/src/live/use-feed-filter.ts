import { isSession } from '@telltale/core';
import { computed, onScopeDispose, watch } from 'vue';
import { useLive } from '../data/use-live.ts';
import { rowTest } from './row-test.ts';
import type { PageFilter } from './use-filter.ts';

/** Long enough to be quick, short enough for the frame to be drawn. */
const sliceMs = 8;

/** Puts the page's filter on the feed; the rows in memory are tried newest first, a slice per frame. */
export function useFeedFilter({ filter }: PageFilter): void {
  const live = useLive();
  let frame = 0;
  /** Rows come and go with the state of their session where the filter asks for it. */
  const states = computed(() => {
    const asked = filter.value?.terms.filter((term) => term.kind === 'is') ?? [];
    if (asked.length === 0) return '';
    const answers = asked.map((term) => live.sessions.value.filter((session) => isSession(term.names, session)));
    return answers
      .map((sessions) =>
        sessions
          .map((session) => session.id)
          .sort()
          .join(),
      )
      .join(';');
  });

  watch([filter, states], apply, { immediate: true });
  onScopeDispose(() => {
    cancelAnimationFrame(frame);
    live.feed.setFilter(undefined);
  });

  function apply(): void {
    const terms = filter.value;
    live.feed.setFilter(terms && rowTest(terms, { now: Date.now(), sessionOf: live.session }));
    goOn();
  }

  function goOn(): void {
    cancelAnimationFrame(frame);
    live.feed.continueFilter(sliceMs, () => performance.now());
    live.touchFeed();
    if (live.feed.filtering) frame = requestAnimationFrame(goOn);
  }
}

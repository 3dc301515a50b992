import { isSession } from '@telltale/core';
import { computed, onScopeDispose, watch } from 'vue';
import { useLive } from '../data/use-live.ts';
import { afterPaint } from './after-paint.ts';
import type { PageFilter } from './filter/use-filter.ts';
import { rowTest } from './row-test.ts';

/** Long enough to be quick, short enough for the frame to be drawn. */
const sliceMs = 8;
/** Until there is something to see: each slice more would be a frame more before the first result. */
const firstSliceMs = 24;
/** More than any screen shows at once. */
const screenful = 100;
/** What is found above the screen need not be counted up in every frame: each time all lines move. */
const tellEveryMs = 250;

/**
 * Puts the page's filter on the feed; the rows in memory are tried newest first, a slice per frame. The newest
 * screenful is shown as soon as it is found, what else there is follows.
 */
export function useFeedFilter({ filter }: PageFilter): void {
  const live = useLive();
  let turn = 0;
  let toldMs = 0;
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
    turn += 1;
    live.feed.setFilter(undefined);
  });

  function apply(): void {
    const terms = filter.value;
    live.feed.setFilter(terms && rowTest(terms, { now: Date.now(), sessionOf: live.session }));
    live.feed.continueFilter({ budgetMs: firstSliceMs, enough: screenful }, () => performance.now());
    tell();
  }

  function goOn(): void {
    const shownBefore = live.feed.rows.length;
    live.feed.continueFilter({ budgetMs: sliceMs }, () => performance.now());
    const isFirst = shownBefore < screenful && live.feed.rows.length > shownBefore;
    if (isFirst || !live.feed.filtering || performance.now() - toldMs > tellEveryMs) tell();
    else next();
  }

  function tell(): void {
    toldMs = performance.now();
    live.touchFeed();
    next();
  }

  function next(): void {
    turn += 1;
    const mine = turn;
    if (live.feed.filtering) afterPaint(() => mine === turn && goOn());
  }
}

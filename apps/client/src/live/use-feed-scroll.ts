import { useElementSize, useMediaQuery } from '@vueuse/core';
import { computed, nextTick, type Ref, shallowRef, triggerRef, watch } from 'vue';
import type { FeedRow } from '../data/feed-row.ts';
import { useLive } from '../data/use-live.ts';
import { useFilter } from './filter/use-filter.ts';
import { isPaused } from './following.ts';
import { useHistory } from './use-history.ts';
import { whereLeft } from './where-left.ts';

const edgePx = 4;
const pageAtPx = 600;
const overscan = 6;

/**
 * The window on the rows, which all have one height: plain arithmetic, so that a new row costs the same
 * with ten rows as with 100,000. At the live edge the window follows; whoever scrolled away or paused
 * keeps their place, also when rows are put or dropped in front, and is told how many are new.
 */
export function useFeedScroll(scroller: Ref<HTMLElement | null>) {
  const live = useLive();
  const history = useHistory();
  const { query } = useFilter();
  const isNarrow = useMediaQuery('(max-width: 640px)');
  const rowPx = computed(() => (isNarrow.value ? 48 : 28));
  const { height: viewPx } = useElementSize(scroller);
  const rows = shallowRef<readonly FeedRow[]>([]);
  const scrollTop = shallowRef(0);
  const isAtEdge = shallowRef(true);
  /** The newest row that was there when the edge was left. */
  const leftAt = shallowRef(0);
  /** What stands at the top: it stays there, whatever is put or dropped in front of it. */
  let top = { key: 0, offset: 0 };

  const height = computed(() => rows.value.length * rowPx.value);
  const lines = computed(() => {
    const first = Math.max(0, Math.floor(scrollTop.value / rowPx.value) - overscan);
    const last = Math.ceil((scrollTop.value + viewPx.value) / rowPx.value) + overscan;
    const slots = Math.ceil(viewPx.value / rowPx.value) + 2 * overscan + 2;
    return rows.value.slice(first, last).map((row, index) => ({
      row,
      index: first + index,
      top: (first + index) * rowPx.value,
      // Lines are used again for other rows: at 2,000 events/s making new ones would cost most of the time.
      slot: (first + index) % slots,
    }));
  });
  const topRow = computed(() => rows.value[Math.floor(scrollTop.value / rowPx.value)]);
  const fresh = computed(() => {
    live.feedVersion.value;
    return isAtEdge.value && !isPaused.value ? 0 : countAbove(live.feed.rows, leftAt.value);
  });
  const hereKey = computed(() => {
    const left = whereLeft.value;
    return left === undefined ? undefined : rows.value[countUpTo(rows.value, left)]?.key;
  });

  watch(live.feedVersion, take, { immediate: true });
  watch([viewPx, scroller], () => isAtEdge.value && void afterUpdate(toEdge));
  // Another filter is another list: it begins at its live edge.
  watch(query, follow, { flush: 'sync' });
  watch(isPaused, (paused) => {
    if (!paused) return follow();
    if (isAtEdge.value) leftAt.value = rows.value.at(-1)?.key ?? 0;
    take();
  });

  return {
    rows,
    lines,
    topRow,
    height,
    fresh,
    hereKey,
    isAtEdge,
    isPaging: history.isPaging,
    onScroll,
    follow,
    reveal,
  };

  function take(): void {
    rows.value = isPaused.value ? live.feed.rows.slice(0, countUpTo(live.feed.rows, leftAt.value)) : live.feed.rows;
    // The feed's own array, told by its version: copying 100,000 rows per frame would be felt.
    triggerRef(rows);
    if (isAtEdge.value && !isPaused.value) {
      // Before the lines are made: made for the old place they would be made twice.
      scrollTop.value = endPx();
      void afterUpdate(toEdge);
    }
    // While a filter is still being tried the row may be yet to come.
    else if (!live.feed.filtering) void afterUpdate(keepPlace);
  }

  async function afterUpdate(then: () => void): Promise<void> {
    await nextTick();
    then();
  }

  function keepPlace(): void {
    const index = Math.max(0, countUpTo(rows.value, top.key) - 1);
    const wanted = index * rowPx.value + top.offset;
    if (top.key > 0 && wanted !== scrollTop.value) moveTo(wanted);
    // What came in front may have made no row, or too few to scroll by.
    if (scrollTop.value < pageAtPx) void history.page();
  }

  function notePlace(): void {
    const index = Math.floor(scrollTop.value / rowPx.value);
    top = { key: rows.value[index]?.key ?? 0, offset: scrollTop.value - index * rowPx.value };
  }

  function onScroll(): void {
    const element = scroller.value;
    if (!element) return;
    scrollTop.value = element.scrollTop;
    notePlace();
    const wasAtEdge = isAtEdge.value;
    isAtEdge.value = endPx() - element.scrollTop <= edgePx;
    if (wasAtEdge && !isAtEdge.value && !isPaused.value) leftAt.value = rows.value.at(-1)?.key ?? 0;
    if (element.scrollTop < pageAtPx) void history.page();
  }

  /** Where the window stands at the end. Reckoned: to ask the browser costs a layout. */
  function endPx(): number {
    return Math.max(0, height.value - viewPx.value);
  }

  function toEdge(): void {
    if (!scroller.value || viewPx.value === 0) return;
    moveTo(endPx());
    if (endPx() === 0) void history.page();
  }

  function moveTo(px: number): void {
    const element = scroller.value;
    if (!element) return;
    element.scrollTop = px;
    scrollTop.value = Math.min(Math.max(0, px), endPx());
    notePlace();
  }

  function follow(): void {
    isPaused.value = false;
    isAtEdge.value = true;
    take();
  }

  function reveal(index: number): void {
    const start = index * rowPx.value;
    const end = start + rowPx.value;
    if (start < scrollTop.value) moveTo(start);
    else if (end > scrollTop.value + viewPx.value) moveTo(end - viewPx.value);
  }
}

/** How many rows stand at or before `key`. */
function countUpTo(rows: readonly FeedRow[], key: number): number {
  let low = 0;
  let high = rows.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((rows[middle]?.key ?? 0) <= key) low = middle + 1;
    else high = middle;
  }
  return low;
}

function countAbove(rows: readonly FeedRow[], key: number): number {
  return rows.length - countUpTo(rows, key);
}

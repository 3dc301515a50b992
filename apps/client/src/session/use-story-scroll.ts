import { useVirtualizer } from '@tanstack/vue-virtual';
import { useElementSize } from '@vueuse/core';
import { computed, nextTick, type Ref, shallowRef, watch } from 'vue';
import { guessHeight } from './row-height.ts';
import type { StoryRow } from './rows.ts';

const edgePx = 40;
/** Below the last row, also where the end is gone to: two ends would be a jump between them. */
const endPx = 48;
/** So long after going to the end rows are measured for the first time, and the end moves. */
const settleMs = 1500;
/** The prompt's header stands over the first rows. */
const headerPx = 34;
const proseMaxPx = 760;

/**
 * The window on the story's rows. At the end it follows what is added; whoever reads above keeps the row before
 * their eyes, whatever is added, opened or measured elsewhere.
 */
export function useStoryScroll(scroller: Ref<HTMLElement | null>, rows: Readonly<Ref<readonly StoryRow[]>>) {
  const { width } = useElementSize(scroller);
  const virtualizer = useVirtualizer(
    computed(() => {
      const all = rows.value;
      const textWidth = Math.min(proseMaxPx, width.value - 48);
      return {
        count: all.length,
        getScrollElement: () => scroller.value,
        estimateSize: (index: number) => (all[index] ? guessHeight(all[index], textWidth) : 28),
        getItemKey: (index: number) => all[index]?.key ?? index,
        overscan: 12,
        paddingEnd: endPx,
        scrollPaddingStart: headerPx + 8,
        scrollPaddingEnd: endPx,
      };
    }),
  );
  const lines = computed(() =>
    virtualizer.value.getVirtualItems().flatMap(({ index, start, key }) => {
      const row = rows.value[index];
      return row ? [{ row, index, top: start, key: String(key) }] : [];
    }),
  );
  /** What is drawn: when rows have changed, `lines` has too, and the reader's place is in what they still see. */
  let drawn: typeof lines.value = [];
  watch(lines, (now) => (drawn = now), { flush: 'post' });

  const height = computed(() => virtualizer.value.getTotalSize());
  const offset = computed(() => virtualizer.value.scrollOffset ?? 0);

  const headers = computed(
    () => new Map(rows.value.flatMap((row, at) => (row.kind === 'prompt' ? [[row.turn, at] as const] : []))),
  );

  /** The turn whose header has scrolled away while the turn is still read; `push` moves it out as the next one comes. */
  const stuck = computed(() => {
    const top = lines.value.find((line, at) => (lines.value[at + 1]?.top ?? line.top + 1e9) > offset.value + 1);
    // Marks stand before the header of their turn.
    if (!top || top.index < (headers.value.get(top.row.turn) ?? 0)) return undefined;
    if (top.row.kind === 'prompt' && top.top >= offset.value) return undefined;
    const next = lines.value.find((line) => line.row.kind === 'prompt' && line.top > offset.value);
    const push = next ? Math.min(0, next.top - offset.value - headerPx) : 0;
    return { turn: top.row.turn, push };
  });

  /** The turn that is read now. */
  const turn = computed(() => {
    const top = lines.value.find((line, at) => (lines.value[at + 1]?.top ?? line.top + 1e9) > offset.value + headerPx);
    return top?.row.turn ?? 0;
  });

  let settlesUntil = 0;

  /** The last row that was there when the end was left. */
  const leftAt = shallowRef<string>();
  const fresh = computed(() => {
    const at = leftAt.value === undefined ? -1 : rows.value.findLastIndex((row) => row.key === leftAt.value);
    return at < 0 ? 0 : rows.value.length - 1 - at;
  });
  watch(offset, (now, before) => {
    const isThere = isAtEnd();
    if (now < before && !isThere) settlesUntil = 0;
    leftAt.value = isThere ? undefined : (leftAt.value ?? rows.value.at(-1)?.key);
  });

  watch(
    height,
    () => {
      if (performance.now() < settlesUntil) virtualizer.value.scrollToEnd();
    },
    { flush: 'post' },
  );

  watch(rows, (now, before) => keepPlace(now, before), { flush: 'pre' });

  return { virtualizer, lines, height, stuck, turn, fresh, toEnd, reveal };

  function isAtEnd(): boolean {
    const element = scroller.value;
    return !!element && element.scrollHeight - element.scrollTop - element.clientHeight <= edgePx;
  }

  function toEnd(): void {
    settlesUntil = performance.now() + settleMs;
    if (rows.value.length > 0) virtualizer.value.scrollToIndex(rows.value.length - 1, { align: 'end' });
  }

  function reveal(key: string, align: 'auto' | 'start' | 'center' = 'auto'): void {
    settlesUntil = 0;
    const index = rows.value.findIndex((row) => row.key === key);
    if (index >= 0) virtualizer.value.scrollToIndex(index, { align });
  }

  /** Rows may come anywhere: an event that was on its way for long, a transcript that fills in what was said. */
  async function keepPlace(now: readonly StoryRow[], before: readonly StoryRow[]): Promise<void> {
    if (before.length === 0 || !scroller.value) return;
    const wasAtEnd = isAtEnd();
    const top = scroller.value.scrollTop;
    const known = new Set(now.map((row) => row.key));
    const kept = drawn.filter((line) => known.has(line.key));
    const anchor = kept.find((line) => line.top >= top) ?? kept.at(-1);
    const isSame =
      now.length === before.length && now.at(-1)?.key === before.at(-1)?.key && now[0]?.key === before[0]?.key;
    if (isSame) return;
    const hasGrown = now.at(-1)?.key !== before.at(-1)?.key;
    await nextTick();
    if (wasAtEnd && hasGrown) return toEnd();
    const index = anchor ? rows.value.findIndex((row) => row.key === anchor.key) : -1;
    const start = virtualizer.value.measurementsCache[index]?.start;
    if (anchor && start !== undefined && scroller.value) scroller.value.scrollTop += start - anchor.top;
  }
}

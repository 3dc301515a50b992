import { computed, onScopeDispose, type Ref, shallowRef, watch } from 'vue';
import type { FeedRow } from '../data/feed-row.ts';

interface SelectionOptions {
  rows: Readonly<Ref<readonly FeedRow[]>>;
  reveal(index: number): void;
  open(seq: number | undefined, replace?: boolean): void;
  /** Key of the opened row. */
  opened: Readonly<Ref<number | undefined>>;
}

/** What the page's single keys do to the feed; set while a feed is on the page. */
export const feedKeys = shallowRef<{ move(by: number): void; open(): void }>();

/** The selected row: moved by keys, opened by click or Enter; with an event open, it follows the selection. */
export function useSelection({ rows, reveal, open, opened }: SelectionOptions) {
  const key = shallowRef<number | undefined>(opened.value);
  watch(opened, (seq) => {
    if (seq !== undefined) key.value = seq;
  });
  const activeId = computed(() => (key.value === undefined ? undefined : `row-${key.value}`));
  const keys = { move, open: openSelected };
  feedKeys.value = keys;
  onScopeDispose(() => {
    if (feedKeys.value === keys) feedKeys.value = undefined;
  });

  return { key, activeId, pick, onKey };

  function pick(row: FeedRow): void {
    key.value = row.key;
    open(row.key === opened.value ? undefined : row.key);
  }

  function move(by: number): void {
    const all = rows.value;
    const at = key.value === undefined ? -1 : all.findIndex((row) => row.key === key.value);
    const next = at < 0 ? all.length - 1 : Math.min(all.length - 1, Math.max(0, at + by));
    const row = all[next];
    if (!row) return;
    key.value = row.key;
    reveal(next);
    if (opened.value !== undefined) open(row.key, true);
  }

  function openSelected(): void {
    if (key.value !== undefined) open(key.value);
  }

  function onKey(pressed: KeyboardEvent): void {
    const step = { ArrowDown: 1, ArrowUp: -1, PageDown: 20, PageUp: -20 }[pressed.key];
    if (step !== undefined) move(step);
    else if (pressed.key === 'Enter') openSelected();
    else return;
    pressed.preventDefault();
  }
}

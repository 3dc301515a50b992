import { computed, type Ref, shallowRef, watch } from 'vue';
import { createFinder, type FoundText } from './find-text.ts';
import type { StoryIndex } from './story-index.ts';

/** The page's own ctrl-f: rows that are not on the page are no text to the browser. */
export function useFind(index: Readonly<Ref<StoryIndex | undefined>>, show: (found: FoundText) => void) {
  const isOpen = shallowRef(false);
  const query = shallowRef('');
  const at = shallowRef(0);
  const finder = computed(() => (isOpen.value && index.value ? createFinder(index.value) : undefined));
  const hits = computed(() => finder.value?.find(query.value) ?? []);
  const current = computed(() => hits.value[at.value]);

  /** The row that a search of all sessions led to: of what is found the one there comes first. */
  let wantedKey: string | undefined;

  /** What `hits` were found for: a story that grows keeps the find that is shown. */
  let foundFor = '';

  watch(hits, (now, before) => {
    const shown = before[at.value]?.key;
    const there = now.findIndex(({ key }) => key === shown);
    if (query.value === foundFor && there >= 0) at.value = there;
    foundFor = query.value;
  });
  watch(query, () => {
    const wanted = wantedKey;
    wantedKey = undefined;
    const there = wanted === undefined ? 0 : hits.value.findIndex(({ key }) => key === wanted);
    at.value = Math.max(0, there);
    if (current.value && there >= 0) show(current.value);
  });

  return { isOpen, query, at, hits, current, open, openAt, close, step };

  function openAt(words: string, key: string): void {
    isOpen.value = true;
    wantedKey = key;
    query.value = words;
  }

  function open(): void {
    isOpen.value = true;
  }

  function close(): void {
    isOpen.value = false;
  }

  function step(by: number): void {
    const count = hits.value.length;
    if (count === 0) return;
    at.value = (at.value + by + count) % count;
    if (current.value) show(current.value);
  }
}

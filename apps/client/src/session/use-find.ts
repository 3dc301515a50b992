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

  watch(query, () => {
    at.value = 0;
    if (current.value) show(current.value);
  });

  return { isOpen, query, at, hits, current, open, close, step };

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

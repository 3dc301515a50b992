import type { Session, TelltaleEvent, TranscriptEntry } from '@telltale/core';
import { buildStory } from '@telltale/core/story';
import { onScopeDispose, type Ref, shallowRef, watch } from 'vue';
import { indexStory, type StoryIndex } from './story-index.ts';

export interface StoryParts {
  session: Readonly<Ref<Session | undefined>>;
  events: Readonly<Ref<readonly TelltaleEvent[]>>;
  entries: Readonly<Ref<readonly TranscriptEntry[]>>;
  isLoading: Readonly<Ref<boolean>>;
}

const leastWaitMs = 100;
/** Building may take this share of the page's time. */
const share = 0.1;

/** The story of a session, told anew as it grows: the longer that takes, the more rarely. */
export function useStory({ session, events, entries, isLoading }: StoryParts) {
  const index = shallowRef<StoryIndex>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let costMs = 0;
  let toldAt = 0;

  watch(
    isLoading,
    (loading) => {
      clearTimeout(timer);
      timer = undefined;
      if (loading) index.value = undefined;
      else tell();
    },
    { immediate: true },
  );
  watch([events, entries, () => session.value?.state], () => {
    if (isLoading.value || timer !== undefined) return;
    const dueMs = toldAt + Math.max(leastWaitMs, costMs / share) - performance.now();
    timer = setTimeout(tell, Math.max(0, dueMs));
  });
  onScopeDispose(() => clearTimeout(timer));
  return { index };

  function tell(): void {
    timer = undefined;
    const began = performance.now();
    index.value = indexStory(buildStory({ events: events.value, entries: entries.value, session: session.value }));
    toldAt = performance.now();
    costMs = toldAt - began;
  }
}

import type { Session, TelltaleEvent, TranscriptEntry } from '@telltale/core';
import { buildStory, type Story } from '@telltale/core/story';
import { onScopeDispose, type Ref, shallowRef, watch } from 'vue';
import { indexStory, type StoryIndex } from './story-index.ts';

export interface StoryParts {
  session: Readonly<Ref<Session | undefined>>;
  events: Readonly<Ref<readonly TelltaleEvent[]>>;
  entries: Readonly<Ref<readonly TranscriptEntry[]>>;
  isLoading: Readonly<Ref<boolean>>;
  /** False while what came before is still being read. */
  isWhole: Readonly<Ref<boolean>>;
}

const leastWaitMs = 100;
/** Building may take this share of the page's time. */
const share = 0.1;

/** The story of a session, told anew as it grows: the longer that takes, the more rarely. */
export function useStory({ session, events, entries, isLoading, isWhole }: StoryParts) {
  const index = shallowRef<StoryIndex>();
  /** Whether the story that was told last is the whole one. */
  const isToldWhole = shallowRef(false);
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
  watch([events, entries, isWhole, () => session.value?.state], ([, , whole], [, , wasWhole]) => {
    if (isLoading.value || timer !== undefined) return;
    // The whole story is not put off: somebody waits for it.
    const isDue = whole && !wasWhole;
    const dueMs = isDue ? 0 : toldAt + Math.max(leastWaitMs, costMs / share) - performance.now();
    timer = setTimeout(tell, Math.max(0, dueMs));
  });
  onScopeDispose(() => clearTimeout(timer));
  return { index, isToldWhole };

  function tell(): void {
    timer = undefined;
    const began = performance.now();
    isToldWhole.value = isWhole.value;
    const story = buildStory({ events: events.value, entries: entries.value, session: session.value });
    index.value = indexStory(isWhole.value ? story : endOf(story));
    toldAt = performance.now();
    costMs = toldAt - began;
  }
}

/** Of a story whose start is not there yet: from its first prompt on, numbers of prompts left out. */
function endOf(story: Story): Story {
  const first = story.turns.findIndex((turn) => turn.kind !== 'none');
  const turns = story.turns.slice(Math.max(0, first)).map(({ number: _, ...turn }) => turn);
  return { ...story, turns };
}

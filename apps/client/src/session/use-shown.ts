import { computed, type InjectionKey, inject, provide, type Ref } from 'vue';
import { useRoute, useRouter } from 'vue-router';

/** What the address says is opened beside the story: the panel of numbers, and the prompt whose waterfall is shown. */
export interface Shown {
  isPanelOpen: Readonly<Ref<boolean>>;
  togglePanel: () => void;
  /** Key of the turn. */
  fall: Readonly<Ref<string | undefined>>;
  toggleFall: (key: string) => void;
  sessionId: () => string;
}

const key: InjectionKey<Shown> = Symbol('what is shown beside the story');

export function provideShown(sessionId: () => string): Shown {
  const route = useRoute();
  const router = useRouter();
  const text = (name: string) => {
    const value = route.query[name];
    return typeof value === 'string' ? value : undefined;
  };
  const set = (name: string, value: string | undefined) => {
    const { [name]: _, ...query } = route.query;
    void router.replace({ path: route.path, query: value === undefined ? query : { ...query, [name]: value } });
  };
  const shown: Shown = {
    isPanelOpen: computed(() => text('panel') === 'cost'),
    togglePanel: () => set('panel', text('panel') === 'cost' ? undefined : 'cost'),
    fall: computed(() => text('time')),
    sessionId,
    toggleFall: (turn) => set('time', text('time') === turn ? undefined : turn),
  };
  provide(key, shown);
  return shown;
}

export function useShown(): Shown | undefined {
  return inject(key, undefined);
}

import { type Annotation, type AnnotationTarget, type Session, targetKey } from '@telltale/core';
import { computed, type InjectionKey, inject, provide, type Ref, shallowRef, watch } from 'vue';
import { api } from '../data/api.ts';

export type SessionAnnotations = ReturnType<typeof provideAnnotations>;

const key: InjectionKey<SessionAnnotations> = Symbol('annotations');

/** What is put on things of the page's session; undefined outside of one. */
export function useAnnotations(): SessionAnnotations | undefined {
  return inject(key, undefined);
}

/** A session's annotations, read anew whenever the session says that they changed, in this tab or another one. */
export function provideAnnotations(session: Readonly<Ref<Session | undefined>>) {
  const list = shallowRef<readonly Annotation[]>([]);
  let round = 0;

  const byTarget = computed(() => {
    const map = new Map<string, Annotation[]>();
    for (const annotation of list.value) {
      const target = targetKey(annotation);
      map.set(target, [...(map.get(target) ?? []), annotation]);
    }
    return map;
  });

  async function load(): Promise<void> {
    const mine = ++round;
    const id = session.value?.id;
    if (id === undefined) return;
    // What fails is read with the next change; the rows stay as they were.
    const page = await api.annotations({ session: id, limit: 1000 }).catch(() => undefined);
    if (page && mine === round) list.value = [...page.annotations].reverse();
  }

  watch(
    () => [session.value?.id, session.value?.annotatedAt],
    ([id, at]) => {
      if (id !== undefined && at !== undefined) void load();
      else list.value = [];
    },
    { immediate: true },
  );

  const annotations = {
    list,
    byTarget,
    of: (target: AnnotationTarget): readonly Annotation[] => byTarget.value.get(targetKey(target)) ?? [],
    async toggle(kind: 'bookmark' | 'pin', target: AnnotationTarget): Promise<void> {
      const id = session.value?.id;
      if (id === undefined) return;
      const there = annotations.of(target).find((one) => one.kind === kind);
      if (there) await api.removeAnnotation(there.id);
      else await api.annotate({ sessionId: id, kind, ...target });
      await load();
    },
    reload: load,
  };
  provide(key, annotations);
  return annotations;
}

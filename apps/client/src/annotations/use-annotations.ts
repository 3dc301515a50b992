import {
  type Annotation,
  type AnnotationKind,
  type AnnotationTarget,
  type NewAnnotation,
  type Session,
  targetKey,
} from '@telltale/core';
import { computed, shallowReadonly, shallowRef, watch } from 'vue';
import { ApiError, api, inWords } from '../data/api.ts';

export type SessionAnnotations = ReturnType<typeof useAnnotations>;
export type AnnotatedSession = Pick<Session, 'id' | 'annotatedAt'>;

/**
 * A session's annotations, read anew whenever the session says that they changed, in this tab or another one; and the
 * one way to change them. What the service refuses is told where it was tried.
 */
export function useAnnotations(session: () => AnnotatedSession | undefined) {
  const list = shallowRef<readonly Annotation[]>([]);
  /** What was tried last, where that was refused. */
  const refused = shallowRef<{ on: string; words: string }>();
  let round = 0;

  const byTarget = computed(() => {
    const map = new Map<string, Annotation[]>();
    for (const annotation of list.value) {
      const target = targetKey(annotation);
      map.set(target, [...(map.get(target) ?? []), annotation]);
    }
    return map;
  });
  const of = (target: AnnotationTarget): readonly Annotation[] => byTarget.value.get(targetKey(target)) ?? [];

  async function load(): Promise<void> {
    const mine = ++round;
    const id = session()?.id;
    if (id === undefined) return;
    // What fails is read with the next change; what is known stays as it was.
    const page = await api.annotations({ session: id, limit: 1000 }).catch(() => undefined);
    if (page && mine === round) list.value = [...page.annotations].reverse();
  }

  /** Whether it was done. */
  async function change(on: AnnotationTarget, failure: string, work: () => Promise<unknown>): Promise<boolean> {
    refused.value = undefined;
    try {
      await work();
    } catch (error) {
      refused.value = { on: targetKey(on), words: `${failure}: ${inWords(error)}` };
      return false;
    }
    await load();
    return true;
  }

  function add(kind: AnnotationKind, target: AnnotationTarget, text?: string): Promise<boolean> {
    const id = session()?.id;
    if (id === undefined) return Promise.resolve(false);
    const annotation: NewAnnotation = { sessionId: id, kind, ...target, ...(text !== undefined && { text }) };
    return change(target, `The ${kind} was not kept`, () => api.annotate(annotation));
  }

  function remove(annotation: Annotation): Promise<boolean> {
    return change(annotation, `The ${annotation.kind} is still there`, async () => {
      try {
        await api.removeAnnotation(annotation.id);
      } catch (error) {
        // Another tab was quicker.
        if (!(error instanceof ApiError && error.status === 404)) throw error;
      }
    });
  }

  watch(
    [() => session()?.id, () => session()?.annotatedAt],
    ([id, at], [before]) => {
      if (id !== before) refused.value = undefined;
      if (id !== undefined && at !== undefined) void load();
      else list.value = [];
    },
    { immediate: true },
  );

  return {
    list: shallowReadonly(list),
    byTarget,
    of,
    add,
    remove,
    /** Puts it there, or takes it away. */
    toggle(kind: 'bookmark' | 'pin', target: AnnotationTarget): Promise<boolean> {
      const there = of(target).find((one) => one.kind === kind);
      return there ? remove(there) : add(kind, target);
    },
    hasRefusal: computed(() => refused.value !== undefined),
    /** Why the last change of this was refused. */
    refusalOf: (target: AnnotationTarget) =>
      refused.value?.on === targetKey(target) ? refused.value.words : undefined,
    dismiss() {
      refused.value = undefined;
    },
  };
}

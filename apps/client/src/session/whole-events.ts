import type { TelltaleEvent } from '@telltale/core';
import { type InjectionKey, inject, provide, type Ref, shallowRef, watch } from 'vue';
import { api, inWords } from '../data/api.ts';
import { atSeq } from '../data/by-seq.ts';

const eventsKey: InjectionKey<Readonly<Ref<readonly TelltaleEvent[]>>> = Symbol('events of the session');

/** Gives the rows below the session's events, which ascend by `seq`. */
export function provideEvents(events: Readonly<Ref<readonly TelltaleEvent[]>>): void {
  provide(eventsKey, events);
}

/** The events of a call with their payloads; what lists leave out for its size is fetched when it is opened. */
export function useWholeEvents(seqs: () => readonly number[]) {
  const known = inject(eventsKey, undefined);
  const events = shallowRef<readonly TelltaleEvent[]>([]);
  const problem = shallowRef<string>();
  const fetched = new Map<number, TelltaleEvent>();
  const told = (seq: number) => atSeq(known?.value ?? [], seq);

  watch(
    () => seqs().join(),
    async (asked) => {
      const wanted = seqs();
      events.value = wanted.flatMap((seq) => fetched.get(seq) ?? told(seq) ?? []);
      const lacking = wanted.filter((seq) => !fetched.has(seq) && told(seq)?.payload === undefined);
      if (lacking.length === 0) return;
      try {
        for (const event of await Promise.all(lacking.map((seq) => api.event(seq)))) fetched.set(event.seq, event);
        problem.value = undefined;
      } catch (error) {
        problem.value = inWords(error);
      }
      if (seqs().join() === asked) events.value = wanted.flatMap((seq) => fetched.get(seq) ?? told(seq) ?? []);
    },
    { immediate: true },
  );
  return { events, problem };
}

import type { TelltaleEvent } from '@telltale/core';
import { shallowRef, watch } from 'vue';
import { api, inWords } from '../data/api.ts';
import type { FeedRow } from '../data/feed-row.ts';
import { type OpenedAction, openAction } from './opened-action.ts';

/** The opened row with its payloads: the feed keeps none, so they are fetched, once per event. */
export function useOpened(seq: () => number, row: () => FeedRow | undefined) {
  const action = shallowRef<OpenedAction>();
  const problem = shallowRef<string>();
  let fetched = new Map<number, TelltaleEvent>();
  let opened = 0;

  watch(
    [
      seq,
      () =>
        row()
          ?.events.map((event) => event.seq)
          .join(),
    ],
    async () => {
      const asked = seq();
      if (asked !== opened) fetched = new Map();
      opened = asked;
      const wanted = row()?.events.map((event) => event.seq) ?? [Math.floor(asked)];
      try {
        const events = await Promise.all(wanted.map(async (one) => fetched.get(one) ?? (await api.event(one))));
        if (seq() !== asked) return;
        for (const event of events) fetched.set(event.seq, event);
        action.value = openAction(events);
        problem.value = undefined;
      } catch (error) {
        if (seq() !== asked) return;
        action.value = undefined;
        problem.value = inWords(error);
      }
    },
    { immediate: true },
  );
  return { action, problem };
}

import type { SpanView } from '@telltale/core';
import { onScopeDispose, shallowRef, watch } from 'vue';
import { api } from '../../data/api.ts';

/** Exporters send a span when it is over; the machine's clocks are the same. */
const slackMs = 60_000;

/** The spans of a prompt's time; none where the client sends no traces. Asked again when the prompt is over. */
export function useSpans(asked: () => { sessionId: string; from: string; to: string | undefined }) {
  const spans = shallowRef<readonly SpanView[]>([]);
  let isGone = false;
  watch(
    () => JSON.stringify(asked()),
    async () => {
      const { sessionId, from, to } = asked();
      const until = to === undefined ? {} : { to: new Date(Date.parse(to) + slackMs).toISOString() };
      try {
        const page = await api.spans(sessionId, { from: new Date(Date.parse(from) - slackMs).toISOString(), ...until });
        if (!isGone) spans.value = page.spans;
      } catch {
        // Events tell the times as well, if less exactly.
      }
    },
    { immediate: true },
  );
  onScopeDispose(() => {
    isGone = true;
  });
  return spans;
}

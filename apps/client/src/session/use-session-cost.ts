import type { Session, SessionCost } from '@telltale/core';
import { onScopeDispose, type Ref, shallowRef, watch } from 'vue';
import { api } from '../data/api.ts';

const leastWaitMs = 1000;
/** Asking again may take this share of the time. */
const share = 0.1;

/**
 * What the session cost, request by request: asked for once the end of its story is there, which somebody waits for.
 * Asked again when its sum has changed, the longer it takes the more rarely.
 */
export function useSessionCost(
  id: () => string,
  { session, isLoading }: { session: Readonly<Ref<Session | undefined>>; isLoading: Readonly<Ref<boolean>> },
) {
  const cost = shallowRef<SessionCost>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let round = 0;
  let tookMs = 0;
  let asked = '';

  watch(
    id,
    () => {
      cost.value = undefined;
      [tookMs, asked] = [0, ''];
      round += 1;
      clearTimeout(timer);
      timer = undefined;
    },
    { immediate: true },
  );
  watch(
    isLoading,
    (loading) => {
      // A task behind the frame in which the story stands.
      if (!loading) requestAnimationFrame(() => setTimeout(ask));
    },
    { immediate: true },
  );
  watch(session, (now) => {
    if (timer !== undefined || !cost.value || sumOf(now) === asked) return;
    timer = setTimeout(ask, Math.max(leastWaitMs, tookMs / share));
  });
  onScopeDispose(() => {
    clearTimeout(timer);
    round += 1;
  });
  return cost;

  async function ask(): Promise<void> {
    timer = undefined;
    const mine = round;
    const began = performance.now();
    const sum = sumOf(session.value);
    try {
      const told = await api.sessionCost(id());
      if (mine !== round) return;
      [cost.value, asked] = [told, sum];
    } catch {
      // The story's own problem says when the service is away; its prices follow with the next change.
    }
    tookMs = performance.now() - began;
  }
}

function sumOf(session: Session | undefined): string {
  return JSON.stringify([session?.costUsd, session?.estimatedUsd, session?.unpriced, session?.tokens]);
}

import type { Analysis } from '@telltale/core/analysis';
import { onScopeDispose, type Ref, shallowReadonly, shallowRef, watch } from 'vue';
import { inWords } from '../data/api.ts';
import { useLive } from '../data/use-live.ts';
import { type AnalysisAsked, analysis } from './analytics-api.ts';

/** New events change a chart after this, and not before so many times what the answer took: it must not cost more than it tells. */
const liveMs = 4000;
const restFactor = 10;

/** The service's answer, asked for anew when the question changes and, now and then, while there is news. */
export function useAnalysis(name: string, asked: Ref<AnalysisAsked>) {
  const live = useLive();
  const answer = shallowRef<Analysis>();
  const problem = shallowRef<string>();
  const isLoading = shallowRef(false);
  let turn = 0;
  let timer: number | undefined;
  let notBefore = 0;

  async function load(): Promise<void> {
    window.clearTimeout(timer);
    timer = undefined;
    turn += 1;
    const mine = turn;
    const began = performance.now();
    isLoading.value = true;
    try {
      const got = await analysis(name, asked.value);
      if (mine !== turn) return;
      answer.value = got;
      problem.value = undefined;
    } catch (error) {
      if (mine === turn) problem.value = inWords(error);
    }
    if (mine !== turn) return;
    isLoading.value = false;
    const took = performance.now() - began;
    notBefore = performance.now() + Math.max(liveMs, restFactor * took);
  }

  function loadSoon(): void {
    if (timer !== undefined) return;
    timer = window.setTimeout(
      () => (document.hidden ? whenSeen() : void load()),
      Math.max(liveMs / 2, notBefore - performance.now()),
    );
  }

  /** A page that nobody sees asks nothing. */
  function whenSeen(): void {
    timer = undefined;
    document.addEventListener('visibilitychange', loadSoon, { once: true });
  }

  watch(
    () => JSON.stringify(asked.value),
    () => void load(),
    { immediate: true },
  );
  watch([live.upTo, live.sessions], loadSoon);
  onScopeDispose(() => {
    turn += 1;
    window.clearTimeout(timer);
    document.removeEventListener('visibilitychange', loadSoon);
  });
  return {
    answer: shallowReadonly(answer),
    problem: shallowReadonly(problem),
    isLoading: shallowReadonly(isLoading),
    load,
  };
}

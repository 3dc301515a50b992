import type { Reconciliation } from '@telltale/core';
import { computed, shallowReadonly, shallowRef, watch } from 'vue';
import { useRoute, useRouter } from 'vue-router';
import { api, inWords } from '../data/api.ts';

const hour = 60 * 60_000;
/** How far back one may look. */
export const ranges = [
  { key: '24h', words: '24 hours', ms: 24 * hour },
  { key: '7d', words: '7 days', ms: 7 * 24 * hour },
  { key: '30d', words: '30 days', ms: 30 * 24 * hour },
  { key: 'all', words: 'all', ms: undefined },
] as const;

export type RangeKey = (typeof ranges)[number]['key'];

/** What the address asks for (`?range=7d`, `?session=…`), and the service's answer to it. */
export function useReconciliation() {
  const route = useRoute();
  const router = useRouter();
  const answer = shallowRef<Reconciliation>();
  const problem = shallowRef<string>();
  const isLoading = shallowRef(false);
  let turn = 0;

  const session = computed(() => textOf(route.query.session));
  const range = computed(() => ranges.find(({ key }) => key === route.query.range) ?? ranges[1]);

  async function load(): Promise<void> {
    turn += 1;
    const mine = turn;
    isLoading.value = true;
    const from = range.value.ms === undefined ? 0 : Date.now() - range.value.ms;
    try {
      const got = await api.reconciliation(
        session.value === undefined ? { from: new Date(from).toISOString() } : { session: session.value },
      );
      if (mine !== turn) return; // another range was chosen meanwhile
      answer.value = got;
      problem.value = undefined;
    } catch (error) {
      if (mine === turn) problem.value = inWords(error);
    } finally {
      if (mine === turn) isLoading.value = false;
    }
  }

  watch([session, range], () => void load(), { immediate: true });
  return {
    answer: shallowReadonly(answer),
    problem: shallowReadonly(problem),
    isLoading: shallowReadonly(isLoading),
    ...{ session, range, load },
    choose: (key: RangeKey) => router.replace({ query: { range: key } }),
  };
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

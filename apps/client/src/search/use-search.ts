import type { SearchAnswer } from '@telltale/core/search-view';
import { useDebounceFn } from '@vueuse/core';
import { computed, onScopeDispose, shallowRef, watch } from 'vue';
import { onBeforeRouteLeave, useRoute, useRouter } from 'vue-router';
import { inWords } from '../data/api.ts';
import { type Asked, askedOf, requestOf } from './asked.ts';
import { search } from './search-api.ts';

type Group = SearchAnswer['sessions'][number];

/** While the index is being made, it is asked again; not under somebody who reads on. */
const buildingMs = 2000;
const typingMs = 150;

/** What the address asks for, and the answer; the address is all the state there is. */
export function useSearch() {
  const route = useRoute();
  const router = useRouter();
  const asked = computed(() => askedOf(route.query));
  const words = shallowRef(asked.value.q ?? '');
  const answer = shallowRef<SearchAnswer>();
  const groups = shallowRef<readonly Group[]>([]);
  const problem = shallowRef<string>();
  /** Of the hits after those that are shown, which stay. */
  const moreProblem = shallowRef<string>();
  const isLoading = shallowRef(false);
  let round = 0;
  let again: ReturnType<typeof setTimeout> | undefined;
  let isFirstPage = true;

  /** Somebody is on the way to a hit: what was typed last must not call them back. */
  let isLeaving = false;
  const askSoon = useDebounceFn(() => isLeaving || set({ q: words.value }), typingMs);
  watch(words, (typed) => {
    isLeaving = false;
    if (typed !== (asked.value.q ?? '')) void askSoon();
  });
  onBeforeRouteLeave(() => {
    isLeaving = true;
  });
  watch(
    () => JSON.stringify(route.name === 'search' ? asked.value : undefined),
    (_, before) => {
      if (route.name !== 'search') return;
      // Typed here it says the same already, but for what was typed since.
      if (before === undefined || askedAgain(asked.value)) words.value = asked.value.q ?? '';
      void load();
    },
    { immediate: true },
  );
  onScopeDispose(() => {
    round += 1;
    clearTimeout(again);
  });

  return { asked, words, answer, groups, problem, moreProblem, isLoading, set, more, load };

  /** Another question than the one that the box has on its way. */
  function askedAgain({ q = '' }: Asked): boolean {
    return !words.value.startsWith(q) || document.activeElement?.getAttribute('type') !== 'search';
  }

  /** Without an entry in the history: each letter would be one. */
  function set(changes: Asked): void {
    const query: Record<string, string> = {};
    for (const [key, value] of Object.entries({ ...asked.value, ...changes })) if (value) query[key] = value;
    void router.replace({ path: '/search', query });
  }

  async function load(): Promise<void> {
    const mine = ++round;
    clearTimeout(again);
    moreProblem.value = undefined;
    if (!asked.value.q) {
      [answer.value, groups.value, problem.value, isLoading.value] = [undefined, [], undefined, false];
      return;
    }
    isLoading.value = true;
    try {
      const told = await page(mine);
      if (mine !== round) return;
      [answer.value, groups.value, problem.value] = [told, told.sessions, undefined];
      if (told.index.isBuilding) again = setTimeout(() => isFirstPage && void load(), buildingMs);
      isFirstPage = true;
    } catch (error) {
      if (mine === round) problem.value = inWords(error);
    }
    if (mine === round) isLoading.value = false;
  }

  /** The service looks for a few milliseconds at a time: where that found nothing yet, it is asked to go on. */
  async function page(mine: number, cursor?: string): Promise<SearchAnswer> {
    const request = requestOf(asked.value, Date.now());
    let told = await search({ ...request, ...(cursor !== undefined && { cursor }) });
    while (told.sessions.length === 0 && told.next !== null && mine === round)
      told = await search({ ...request, cursor: told.next });
    return told;
  }

  async function more(): Promise<void> {
    const cursor = answer.value?.next;
    if (!cursor || isLoading.value) return;
    const mine = round;
    isLoading.value = true;
    moreProblem.value = undefined;
    try {
      const told = await page(mine, cursor);
      if (mine !== round) return;
      answer.value = answer.value && { ...answer.value, next: told.next };
      groups.value = joined(groups.value, told.sessions);
      isFirstPage = false;
    } catch (error) {
      if (mine === round) moreProblem.value = inWords(error);
    }
    if (mine === round) isLoading.value = false;
  }
}

/** A session that both have stays one. */
function joined(before: readonly Group[], next: readonly Group[]): Group[] {
  const groups = new Map(before.map((group) => [group.session.id, group]));
  for (const group of next) {
    const known = groups.get(group.session.id);
    groups.set(group.session.id, known ? { ...known, hits: [...known.hits, ...group.hits] } : group);
  }
  return [...groups.values()];
}

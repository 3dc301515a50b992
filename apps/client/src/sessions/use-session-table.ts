import type { Session } from '@telltale/core';
import { computed, shallowRef, watch } from 'vue';
import { api, inWords } from '../data/api.ts';
import { useLive } from '../data/use-live.ts';
import type { PageFilter } from '../live/filter/use-filter.ts';
import { asHeard, inOrder } from './session-groups.ts';

const pageSize = 200;

/**
 * The sessions of the filter: pages of the service's list, each row kept current by what is heard. Rows keep
 * the order of the moment they were listed; sessions that began since are counted until they are asked for.
 */
export function useSessionTable({ query, matchesSession }: PageFilter) {
  const live = useLive();
  const listed = shallowRef<readonly Session[]>([]);
  const next = shallowRef<string | null>(null);
  const isLoading = shallowRef(true);
  const problem = shallowRef<string>();
  /** Of the sessions after those that are listed, which stay. */
  const moreProblem = shallowRef<string>();
  const gone = shallowRef<ReadonlySet<string>>(new Set());

  const sessions = computed(() => {
    live.sessions.value;
    // A deleted one that goes on is heard of again.
    const isThere = ({ id }: Session) => !gone.value.has(id) || live.session(id) !== undefined;
    return asHeard(listed.value, live.session).filter(isThere);
  });
  const fresh = computed(() => {
    // Nothing is new to who has not seen the first page yet.
    if (isLoading.value && listed.value.length === 0) return 0;
    const newest = listed.value[0]?.lastEventAt ?? '';
    const known = new Set(listed.value.map((session) => session.id));
    const isFresh = (session: Session) => !known.has(session.id) && session.lastEventAt > newest;
    return live.sessions.value.filter((session) => isFresh(session) && matchesSession.value(session)).length;
  });
  watch([query, () => live.hello.value?.store], () => load(), { immediate: true });
  watch(live.deleted, (ids) => {
    gone.value = new Set([...gone.value, ...ids]);
  });

  return {
    ...{ sessions, fresh, isLoading, problem, moreProblem, hasMore: computed(() => next.value !== null) },
    ...{ more: () => load(next.value), refresh: () => load() },
  };

  async function load(cursor?: string | null): Promise<void> {
    const asked = query.value;
    isLoading.value = true;
    try {
      const page = await api.sessions({ limit: pageSize, filter: asked, ...(cursor && { cursor }) });
      if (query.value !== asked) return;
      listed.value = cursor ? [...listed.value, ...page.sessions] : inOrder(page.sessions);
      next.value = page.next;
      [problem.value, moreProblem.value] = [undefined, undefined];
    } catch (error) {
      if (query.value === asked) (cursor ? moreProblem : problem).value = inWords(error);
    }
    isLoading.value = false;
  }
}

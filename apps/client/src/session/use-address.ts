import { computed } from 'vue';
import { type LocationQuery, useRoute, useRouter } from 'vue-router';
import type { Wanted } from './places.ts';

const keys = ['at', 'entry', 'agent'] as const;
type Address = Partial<Record<(typeof keys)[number], string>>;

/** The place in the session that the URL points at. */
export function useAddress() {
  const route = useRoute();
  const router = useRouter();
  const wanted = computed(
    (): Wanted => ({
      seq: number(route.query, 'at'),
      entry: number(route.query, 'entry'),
      agentId: text(route.query, 'agent'),
    }),
  );
  /** The words that a search of all sessions led here with. */
  const searched = computed(() => text(route.query, 'find'));
  return { wanted, searched, point };

  /** Writes where somebody is; without an entry in the history, since it is the same page. */
  function point(address: Address): void {
    const query: LocationQuery = {};
    for (const kept of ['panel', 'time']) if (route.query[kept]) query[kept] = route.query[kept];
    for (const key of keys) {
      const value = address[key];
      if (value !== undefined) query[key] = value;
    }
    if (keys.every((key) => query[key] === text(route.query, key))) return;
    void router.replace({ path: route.path, query });
  }
}

function text(query: LocationQuery, key: string): string | undefined {
  const value = query[key];
  return typeof value === 'string' ? value : undefined;
}

function number(query: LocationQuery, key: string): number | undefined {
  const value = text(query, key);
  return value !== undefined && /^\d+$/.test(value) ? Number(value) : undefined;
}

import { computed } from 'vue';
import { type LocationQuery, useRoute, useRouter } from 'vue-router';

const feedViews = ['feed', 'lanes'] as const;
export const ranges = [1, 3, 5, 10] as const;
export type FeedView = (typeof feedViews)[number];
export type RangeMinutes = (typeof ranges)[number];

/** What the live page shows, read from the URL and written to it: reload and share give the same page. */
export function usePageState() {
  const route = useRoute();
  const router = useRouter();

  return {
    filter: computed(() => text(route.query, 'filter') ?? ''),
    view: computed((): FeedView => feedViews.find((view) => view === route.query.view) ?? 'feed'),
    range: computed((): RangeMinutes => ranges.find((range) => String(range) === route.query.range) ?? 10),
    /** `seq` of the opened event. */
    opened: computed(() => number(text(route.query, 'event'))),
    setFilter: (filter: string) => go({ filter: filter.trim() || undefined }),
    /** While typing: no entry in the history for every letter. */
    previewFilter: (filter: string) => go({ filter: filter.trim() || undefined }, true),
    setView: (view: FeedView) => go({ view: view === 'feed' ? undefined : view }),
    setRange: (range: RangeMinutes) => go({ range: range === 10 ? undefined : String(range) }),
    open: (seq: number | undefined, replace = false) =>
      go({ event: seq === undefined ? undefined : String(seq) }, replace),
  };

  function go(change: Record<string, string | undefined>, replace = false): void {
    // The same again would call somebody back who is on the way to another page.
    if (Object.entries(change).every(([key, value]) => text(route.query, key) === value)) return;
    const query = { ...route.query, ...change };
    void router[replace ? 'replace' : 'push']({ path: route.path, query });
  }
}

function text(query: LocationQuery, key: string): string | undefined {
  const value = query[key];
  return typeof value === 'string' ? value : undefined;
}

function number(value: string | undefined): number | undefined {
  return value !== undefined && /^\d+(\.\d+)?$/.test(value) ? Number(value) : undefined;
}

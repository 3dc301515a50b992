import { type AnalysisView, analysisViews, type PriceWay } from '@telltale/core/analysis';
import { computed } from 'vue';
import { useRoute, useRouter } from 'vue-router';
import { useNow } from '../data/use-now.ts';
import { useStatus } from '../data/use-status.ts';
import { type RangeKey, ranges, timeRange } from './time-range.ts';

const ownZone = Intl.DateTimeFormat().resolvedOptions().timeZone;

/** What the page's address asks for: the same address is the same page. */
export function useAsked() {
  const route = useRoute();
  const router = useRouter();
  const status = useStatus();
  const now = useNow();
  const text = (key: string) => (typeof route.query[key] === 'string' ? route.query[key] : undefined);

  const timeZone = computed(() => status.value?.timeZone ?? ownZone);
  const range = computed((): RangeKey => ranges.find(({ key }) => key === text('range'))?.key ?? '7d');
  const time = computed(() =>
    timeRange({ range: range.value, from: text('from'), to: text('to') }, { now: now.value, timeZone: timeZone.value }),
  );
  return {
    timeZone,
    range,
    /** As texts, so that what depends on them changes with the day and not with the second. */
    from: computed(() => time.value.from),
    to: computed(() => time.value.to),
    firstDay: computed(() => text('from')),
    lastDay: computed(() => text('to')),
    view: computed((): AnalysisView => analysisViews.find((view) => view === text('show')) ?? 'money'),
    prices: computed((): PriceWay => (text('prices') === 'table' ? 'table' : 'client')),
    byOf: (name: string) => text(`by-${name}`),
    go: (change: Record<string, string | undefined>) =>
      void router.replace({ path: route.path, query: { ...route.query, ...change } }),
  };
}

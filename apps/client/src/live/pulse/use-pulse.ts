import { matches, type Pulse, type TelltaleEvent } from '@telltale/core';
import { computed, onScopeDispose, shallowRef, watch } from 'vue';
import { api } from '../../data/api.ts';
import { searchTextOf } from '../../data/search-text.ts';
import { useLive } from '../../data/use-live.ts';
import { useNow } from '../../data/use-now.ts';
import { useFilter } from '../filter/use-filter.ts';
import { usePageState } from '../page-state.ts';
import { createPulse, type PulseEvent, pulseBars, pulseTotal } from './pulse.ts';

/** The pulse of the page's range and filter: history from the service, then every event as it comes. */
export function usePulse() {
  const live = useLive();
  const page = usePageState();
  const { query, filter } = useFilter();
  const now = useNow();
  const model = shallowRef(createPulse(page.range.value));
  /** Counted here since the history was asked for. */
  let since: TelltaleEvent[] = [];
  /** `seq` up to which the history that was asked for holds everything: a greeting brings the last events once more. */
  let inHistory = 0;
  const isLive = computed(() => live.connection.value.phase === 'live');

  watch([page.range, query, () => live.hello.value?.store, isLive], load, { immediate: true });
  onScopeDispose(live.onEvents(count));

  const bars = computed(() => model.value.bars(now.value));
  const total = computed(() => pulseTotal(bars.value));
  return { bars, total, bucketMs: computed(() => model.value.bucketMs) };

  async function load(): Promise<void> {
    if (!isLive.value) return;
    const asked = { minutes: page.range.value, filter: query.value };
    since = [];
    inHistory = Math.max(live.hello.value?.seq ?? 0, live.upTo.value);
    const told = await (asked.filter === '' ? api.pulse({ minutes: asked.minutes }) : filteredPulse(asked)).catch(
      () => undefined,
    );
    if (asked.minutes !== page.range.value || asked.filter !== query.value) return;
    model.value = createPulse(asked.minutes, told);
    // What came while the answer was on its way may be in it or not: count only what is surely later.
    const answered = told ? Date.parse(told.from) + told.buckets.length * told.bucketMs : 0;
    model.value.add(since.filter((event) => Date.parse(event.at) >= answered).map(pulseEvent));
  }

  function count(events: readonly TelltaleEvent[]): void {
    const terms = filter.value;
    const context = { now: Date.now(), sessionOf: live.session, searchTextOf };
    const later = events.filter((event) => event.seq > inHistory);
    const mine = terms ? later.filter((event) => matches(terms, event, context)) : later;
    model.value.add(mine.map(pulseEvent));
    since.push(...mine.slice(0, 1000));
  }
}

function pulseEvent(event: TelltaleEvent): PulseEvent {
  return {
    atMs: Date.parse(event.at),
    failed: event.outcome === 'failed',
    waits: event.name === 'PermissionRequest' || event.name === 'Elicitation',
  };
}

const mostPages = 5;

/** The service counts everything; with a filter the events themselves are counted, newest first, within bounds. */
async function filteredPulse({ minutes, filter }: { minutes: number; filter: string }): Promise<Pulse> {
  const bucketMs = (minutes * 60_000) / pulseBars;
  const start = Math.floor(Date.now() / bucketMs) - pulseBars + 1;
  const from = new Date(start * bucketMs).toISOString();
  const buckets = Array.from({ length: pulseBars }, () => ({ events: 0, failures: 0, waits: 0 }));
  let before: number | undefined;
  for (let pages = 0; pages < mostPages; pages += 1) {
    const query = { filter, from, order: 'desc' as const, limit: 1000, ...(before !== undefined && { before }) };
    const page = await api.events(query);
    for (const event of page.events.map(pulseEvent)) {
      const bucket = buckets[Math.floor(event.atMs / bucketMs) - start];
      if (!bucket) continue;
      bucket.events += 1;
      bucket.failures += event.failed ? 1 : 0;
      bucket.waits += event.waits ? 1 : 0;
    }
    before = page.events.at(-1)?.seq;
    if (page.next === null || before === undefined) break;
  }
  return { from, bucketMs, buckets };
}

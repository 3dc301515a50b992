import { onScopeDispose, shallowReadonly, shallowRef, watch } from 'vue';
import { api } from '../../data/api.ts';
import { createFeed } from '../../data/feed.ts';
import type { FeedRow } from '../../data/feed-row.ts';
import { useLive } from '../../data/use-live.ts';
import { useFilter } from '../filter/use-filter.ts';
import { manyRows } from './lanes.ts';

/** Beyond so many pages the lanes begin later than the range. */
const mostPages = 12;
const pageSize = 1000;

/**
 * What happened in the lanes' range before the page was opened. It is asked for by its time: where old sessions arrived
 * in between, what stands before the feed's first row need not be older than it.
 */
export function useLaneHistory({ minutes, from }: { minutes: () => number; from: () => number }) {
  const live = useLive();
  const { query } = useFilter();
  const rows = shallowRef<readonly FeedRow[]>([]);
  const isFilled = shallowRef(false);
  let filled = { asked: '', filter: '', before: 0 };
  let isFilling = false;
  let isGone = false;
  onScopeDispose(() => {
    isGone = true;
  });
  watch([() => live.connection.value.phase, live.feedVersion, live.sessionsLoaded, query, minutes], fill, {
    immediate: true,
  });
  return { rows: shallowReadonly(rows), isFilled: shallowReadonly(isFilled) };

  async function fill(): Promise<void> {
    const { heldFrom, held } = live.feed;
    if (isFilling || isGone || heldFrom === 0 || !live.sessionsLoaded.value) return;
    const [asked, filter] = [`${minutes()} ${query.value}`, query.value];
    // Of another filter nothing may stand here, not for a moment.
    if (filter !== filled.filter) rows.value = [];
    // Rows that are paged in or evicted change where the feed begins: only the latter leaves a gap.
    if (asked !== filled.asked || (heldFrom > filled.before && held.length < manyRows)) {
      isFilling = true;
      const found = await readBack(heldFrom, filter).catch(() => undefined);
      isFilling = false;
      if (isGone) return;
      // The service is away: the connection says so, and its return asks again.
      if (found === undefined) return;
      if (asked !== `${minutes()} ${query.value}`) return fill();
      filled = { asked, filter, before: heldFrom };
      rows.value = found;
    }
    isFilled.value = true;
  }

  async function readBack(heldFrom: number, filter: string): Promise<readonly FeedRow[]> {
    const past = createFeed();
    const since = new Date(from()).toISOString();
    let before: number | null = heldFrom;
    for (let page = 0; page < mostPages && before !== null && before > 1 && !isGone; page += 1) {
      const asked = { from: since, before, limit: pageSize, order: 'desc' as const };
      const { events, next }: { events: Parameters<typeof past.prepend>[0]; next: number | null } = await api.events({
        ...asked,
        ...(filter !== '' && { filter }),
      });
      past.prepend(events, true);
      before = next;
    }
    return past.held;
  }
}

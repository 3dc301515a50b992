import { shallowRef, watch } from 'vue';
import { api } from '../data/api.ts';
import { feedLimits } from '../data/feed.ts';
import { useLive } from '../data/use-live.ts';
import { useFilter } from './filter/use-filter.ts';

/** As many as the service gives: with telemetry most of them are notes, which are one row together. */
const pageSize = 1000;

/** Pages older events in when the top of the feed comes near; one page at a time. */
export function useHistory() {
  const live = useLive();
  const { query } = useFilter();
  const isPaging = shallowRef(false);
  /** The oldest `seq` asked for with this filter; nothing before it when 0. */
  let before: number | undefined;
  watch(query, () => {
    before = undefined;
  });

  return { isPaging, page };

  async function page(): Promise<void> {
    const asked = query.value;
    const isFiltered = asked !== '';
    const from = before ?? live.feed.heldFrom;
    const isFull = live.feed.rows.length >= feedLimits.maxRows;
    if (isPaging.value || isFull || from <= 1 || live.feed.filtering || live.connection.value.phase === 'lost') return;
    isPaging.value = true;
    try {
      const found = await api.events({
        before: from,
        limit: pageSize,
        order: 'desc',
        ...(isFiltered && { filter: asked }),
      });
      if (query.value !== asked) return;
      // A search that takes long answers what it found so far: a short page need not be the last one.
      before = found.next ?? 0;
      live.feed.prepend(found.events, !isFiltered);
      if (!isFiltered && before !== 0) before = undefined;
      live.touchFeed();
    } catch {
      // The service is away; the connection says so, and the next scroll asks again.
    } finally {
      isPaging.value = false;
    }
  }
}

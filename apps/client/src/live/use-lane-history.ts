import { onScopeDispose, watch } from 'vue';
import { useLive } from '../data/use-live.ts';
import { useHistory } from './use-history.ts';

/** Pages of 500 events: beyond this the lanes begin later than the range, and the axis says so. */
const mostPages = 12;

/** Fills the lanes' range with what was before the page was opened. */
export function useLaneHistory(from: () => number) {
  const live = useLive();
  const history = useHistory();
  let pages = 0;
  let isGone = false;
  onScopeDispose(() => {
    isGone = true;
  });
  watch([() => live.connection.value.phase, from], fill, { immediate: true });

  async function fill(): Promise<void> {
    while (!isGone && pages < mostPages && !history.isPaging.value && (live.feed.rows[0]?.atMs ?? 0) > from()) {
      const before = live.feed.rows[0]?.key;
      pages += 1;
      await history.page();
      if (live.feed.rows[0]?.key === before) return;
    }
  }
}

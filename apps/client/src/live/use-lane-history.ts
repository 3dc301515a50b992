import { onScopeDispose, shallowReadonly, shallowRef, watch } from 'vue';
import { useLive } from '../data/use-live.ts';
import { useHistory } from './use-history.ts';

/** Pages of 500 events: beyond this the lanes begin later than the range, and the axis says so. */
const mostPages = 12;

/** Fills the lanes' range with what was before the page was opened; says when it has done so for the first time. */
export function useLaneHistory(from: () => number) {
  const live = useLive();
  const history = useHistory();
  let pages = 0;
  let isGone = false;
  const isFilled = shallowRef(false);
  onScopeDispose(() => {
    isGone = true;
  });
  watch([() => live.connection.value.phase, () => live.feed.rows.length > 0 && live.feedVersion.value, from], fill, {
    immediate: true,
  });
  return shallowReadonly(isFilled);

  async function fill(): Promise<void> {
    if (history.isPaging.value) return;
    await readBack();
    if (live.feed.rows.length > 0 && live.sessionsLoaded.value) isFilled.value = true;
  }

  async function readBack(): Promise<void> {
    while (!isGone && pages < mostPages && !history.isPaging.value && (live.feed.rows[0]?.atMs ?? 0) > from()) {
      const before = live.feed.rows[0]?.key;
      pages += 1;
      await history.page();
      if (live.feed.rows[0]?.key === before) return;
    }
  }
}

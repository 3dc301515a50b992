import { onScopeDispose, watch } from 'vue';
import { useLive } from '../data/use-live.ts';
import { placeWords, titleOf } from '../words/session-words.ts';
import { newcomer } from './newcomers.ts';

const shownMs = 6000;

/** Tells of sessions that begin while the page is open; never of what was there when it was loaded. */
export function useNewcomers(): void {
  const live = useLive();
  let known: Set<string> | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;

  watch([live.sessions, live.sessionsLoaded], ([sessions, isLoaded]) => {
    if (!isLoaded) return;
    const before = known;
    known = new Set(sessions.map((session) => session.id));
    const fresh = before && sessions.find((session) => !before.has(session.id) && session.state === 'working');
    if (!fresh) return;
    newcomer.value = `${placeWords(fresh)} “${titleOf(fresh)}”`;
    clearTimeout(timer);
    timer = setTimeout(() => {
      newcomer.value = undefined;
    }, shownMs);
  });
  onScopeDispose(() => clearTimeout(timer));
}

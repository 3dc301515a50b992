import { shallowRef } from 'vue';

/** Among the open tabs of this page: is this the one that calls, and is one of them in front? */
export function watchTabs() {
  const isCaller = shallowRef(false);
  const isInFront = shallowRef(false);
  const me = Math.random().toString(36).slice(2);
  const inFront = new Set<string>();
  const channel = typeof BroadcastChannel === 'undefined' ? undefined : new BroadcastChannel('telltale-front');

  // Held as long as the tab lives; the next in the queue takes over. Without locks every tab calls.
  if (navigator.locks) {
    const forever = new Promise<never>(() => undefined);
    void navigator.locks.request('telltale-notices', () => {
      isCaller.value = true;
      channel?.postMessage({ ask: true });
      return forever;
    });
  } else isCaller.value = true;

  channel?.addEventListener('message', ({ data }: MessageEvent<{ ask?: true; tab?: string; front?: boolean }>) => {
    if (data.ask) tell();
    else if (data.tab) note(data.tab, data.front === true);
  });
  for (const name of ['focus', 'blur']) addEventListener(name, tell);
  document.addEventListener('visibilitychange', tell);
  addEventListener('pagehide', () => channel?.postMessage({ tab: me, front: false }));
  tell();
  return { isCaller, isInFront };

  function tell(): void {
    const front = document.visibilityState === 'visible' && document.hasFocus();
    note(me, front);
    channel?.postMessage({ tab: me, front });
  }

  function note(tab: string, front: boolean): void {
    if (front) inFront.add(tab);
    else inFront.delete(tab);
    isInFront.value = inFront.size > 0;
  }
}

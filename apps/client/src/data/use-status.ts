import type { FiringAlert, ServiceStatus } from '@telltale/core';
import { useThrottleFn } from '@vueuse/core';
import { computed, shallowReadonly, shallowRef, watch } from 'vue';
import { api } from './api.ts';
import { useLive } from './use-live.ts';

/** A full disk, which no event tells of, must not look like agents at rest for long. */
const everyMs = 10_000;
const costEveryMs = 2000;

const status = shallowRef<ServiceStatus>();
const none: readonly FiringAlert[] = [];
let isStarted = false;

/** Alerts that fire and are about no single session: they count as trouble. */
export const standingAlerts = computed(() => status.value?.alerts ?? none);

/** What the service says of itself, asked for the whole page: at each greeting, with each alert, and from time to time. */
export function useStatus() {
  start();
  return shallowReadonly(status);
}

function start(): void {
  if (isStarted) return;
  isStarted = true;
  const live = useLive();
  watch(live.hello, (hello) => hello && void ask(), { immediate: true });
  live.onEvents((events) => {
    if (events.some(({ source }) => source === 'alert')) void ask();
  });
  // What today cost follows what the sessions cost, at its own pace.
  const askSoon = useThrottleFn(() => void ask(), costEveryMs, true, false);
  watch(
    () => live.sessions.value.reduce((sum, { costUsd = 0 }) => sum + costUsd, 0),
    () => askSoon(),
  );
  setInterval(() => void ask(), everyMs);
}

async function ask(): Promise<void> {
  try {
    status.value = await api.status();
  } catch {
    // The service is away, which the page's head says already; what was true last stays until it is back.
  }
}

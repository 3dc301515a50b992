import { computed, watchEffect } from 'vue';
import { allGroups } from '../live/use-groups.ts';
import { faviconOf, tabTitle } from './tab-sign.ts';

/** NEEDS YOU and TROUBLE in the tab's title and as the favicon's dot. */
export function useTabSign(): void {
  const needs = computed(() => allGroups.value['needs-you'].length);
  const troubles = computed(() => allGroups.value.trouble.length);
  watchEffect(() => {
    document.title = tabTitle(needs.value, troubles.value);
    const link = document.querySelector<HTMLLinkElement>('link[rel="icon"]');
    if (link) link.href = faviconOf(needs.value, troubles.value);
  });
}

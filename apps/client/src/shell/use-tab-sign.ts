import { computed, watchEffect } from 'vue';
import { allGroups, troubleCount } from '../live/use-groups.ts';
import { faviconOf, tabTitle } from './tab-sign.ts';

/** NEEDS YOU and TROUBLE in the tab's title and as the favicon's dot. */
export function useTabSign(): void {
  const needs = computed(() => allGroups.value['needs-you'].length);
  watchEffect(() => {
    document.title = tabTitle(needs.value, troubleCount.value);
    const link = document.querySelector<HTMLLinkElement>('link[rel="icon"]');
    if (link) link.href = faviconOf(needs.value, troubleCount.value);
  });
}

import { shallowRef } from 'vue';

/** Focuses the page's filter box; the `/` key. */
export const filterInput = shallowRef<() => void>();

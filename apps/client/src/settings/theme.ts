import { useMediaQuery } from '@vueuse/core';
import { computed, ref, watch } from 'vue';

export const themes = ['system', 'light', 'dark'] as const;
export type Theme = (typeof themes)[number];

/** Shared with public/theme.js, which applies it before the first paint. */
const storageKey = 'telltale.theme';

export const theme = ref<Theme>(stored());
const prefersDark = useMediaQuery('(prefers-color-scheme: dark)');
const areForced = useMediaQuery('(forced-colors: active)');
/** Changes with the colours on screen: canvases draw anew. */
export const themeVersion = computed(() => `${theme.value} ${prefersDark.value} ${areForced.value}`);

watch(
  theme,
  (chosen) => {
    if (chosen === 'system') delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = chosen;
    try {
      localStorage.setItem(storageKey, chosen);
    } catch {
      // Storage is blocked: the choice lasts as long as the page.
    }
  },
  { flush: 'sync' },
);

function stored(): Theme {
  const chosen = document.documentElement.dataset.theme;
  return themes.find((known) => known === chosen) ?? 'system';
}

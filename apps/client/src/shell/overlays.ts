import { ref, shallowRef, watch } from 'vue';

export type Overlay = 'palette' | 'help' | 'settings';

/** The one dialog that is open, if any. */
export const openOverlay = ref<Overlay>();

/** What was typed into the palette, also before it was there: its part of the page may still be on the way. */
export const paletteWords = shallowRef('');
watch(
  openOverlay,
  () => {
    paletteWords.value = '';
  },
  { flush: 'sync' },
);

/** A key for the palette while its box does not have the focus yet; false for one that types nothing. */
export function typeAhead({ key, ctrlKey, metaKey, altKey }: KeyboardEvent): boolean {
  if (openOverlay.value !== 'palette' || ctrlKey || metaKey || altKey) return false;
  if (key === 'Backspace') paletteWords.value = paletteWords.value.slice(0, -1);
  else if ([...key].length === 1) paletteWords.value += key;
  else return false;
  return true;
}

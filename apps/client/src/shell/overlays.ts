import { ref } from 'vue';

export type Overlay = 'palette' | 'help' | 'settings';

/** The one dialog that is open, if any. */
export const openOverlay = ref<Overlay>();

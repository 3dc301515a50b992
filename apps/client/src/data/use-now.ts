import { readonly, ref } from 'vue';

const now = ref(Date.now());
let ticking = false;

/** The time in ms, moving once a second for the whole page: ages are told from it. */
export function useNow() {
  if (!ticking) {
    ticking = true;
    setInterval(() => {
      now.value = Date.now();
    }, 1000);
  }
  return readonly(now);
}

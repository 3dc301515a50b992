import { ref } from 'vue';

/** A session that began while the page was open, in words, for some seconds. */
export const newcomer = ref<string>();

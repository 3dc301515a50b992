import { ref } from 'vue';

/** Paused: the feed shows what it showed; what comes is counted. */
export const isPaused = ref(false);

import { ref } from 'vue';

/** `seq` up to which this viewer had seen the feed before going away; the line "you were here" stands behind it. */
export const whereLeft = ref<number>();

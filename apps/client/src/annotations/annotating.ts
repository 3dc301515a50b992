import type { AnnotationTarget } from '@telltale/core';
import { shallowRef } from 'vue';

/** What is being labelled or noted on, and how it is called. */
export interface Annotating {
  kind: 'note' | 'label';
  sessionId: string;
  target: AnnotationTarget;
  words: string;
}

export const annotating = shallowRef<Annotating>();

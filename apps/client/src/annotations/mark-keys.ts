import type { AnnotationKind } from '@telltale/core';
import { shallowRef } from 'vue';

/** What `b`, `t` and `m` do on the page that is shown; nothing where no row can be marked. */
export const markKeys = shallowRef<(kind: Exclude<AnnotationKind, 'pin'>) => void>();

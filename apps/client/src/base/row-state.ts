import type { ActionState } from '@telltale/core';

/** How a row is marked; `trouble` is what an ordinary failed tool is not: the turn itself failed. */
export type RowState = ActionState | 'trouble';

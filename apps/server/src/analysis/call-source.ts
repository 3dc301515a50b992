import type { Call } from '@telltale/core/analysis';
import type { Asked } from './asked.ts';

export interface SessionCalls {
  session: number;
  calls: readonly Call[];
}

/** Tool calls that began in a time, session by session; a session may come more than once. */
export type CallSource = (asked: Asked) => Iterable<SessionCalls>;

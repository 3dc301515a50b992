import type { Session } from '../session-view.ts';
import type { Quota } from '../status-line-view.ts';

/** What rules are judged by. Everything is of the time `now`; what nobody asks for need not be gathered. */
export interface AlertFacts {
  now: number;
  /** Sessions with an event in the last day. */
  sessions: readonly Session[];
  /** Today, in the zone that cuts days. */
  today: {
    /** Absent while nothing is known. */
    costUsd?: number;
    byUser: readonly { user: string; costUsd: number }[];
  };
  /** What the 14 days before cost, the newest first. */
  earlierDays: readonly number[];
  /** What sessions cost in the last `rateMinutes`. */
  recentSpend: readonly { sessionId: string; costUsd: number }[];
  unpricedModels: readonly string[];
  /** Machines that sent something in the last week, with the time of the last event. */
  reporters: readonly { name: string; lastAt: number }[];
  /** How much of usage limits is used, as status lines told. */
  quotas: readonly Quota[];
  /** Where the database lies; absent where nobody can say. */
  freeBytes?: number;
}

/** What is gathered only when a rule that is on asks for it. */
export type AlertFactName = Exclude<keyof AlertFacts, 'now'>;

/** Over so long dollars a minute are reckoned: a single request must not look like a fire. */
export const rateMinutes = 5;

import { type AlertMessage, type AlertName, type AlertState, emptyAlertState } from '@telltale/core';
import type { Delivery } from './outbox.ts';

/** What outlives the service: it neither says again what it said nor forgets what it has not said yet. */
export interface AlertMemory {
  state: AlertState;
  /** Not yet among the events. */
  unsaid: AlertMessage[];
  /** Not yet sent. */
  outbox: Delivery[];
  /** When each rule fired last, ISO. */
  lastFired: Partial<Record<AlertName, string>>;
}

export interface MemoDoor {
  get(): string | undefined;
  set(value: string): Promise<void>;
}

export function readMemory(memo: MemoDoor): AlertMemory {
  const empty: AlertMemory = { state: emptyAlertState(), unsaid: [], outbox: [], lastFired: {} };
  try {
    return { ...empty, ...(JSON.parse(memo.get() ?? '{}') as Partial<AlertMemory>) };
  } catch {
    // Nobody writes what is no JSON; a note that cannot be read must not stop the start.
    return empty;
  }
}

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
  const text = memo.get();
  return text === undefined ? empty : { ...empty, ...(JSON.parse(text) as Partial<AlertMemory>) };
}

import { type FiringAlert, firingAlerts, type WordsNow } from '@telltale/core';
import type { Store } from '../store/store.ts';

/** An alert that was not heard to end is over after a week: Grafana may be gone. */
const heardMs = 7 * 24 * 60 * 60_000;

/** The alerts that fire now; left out where none does. */
export function firingNow(store: Store, wordsNow: WordsNow, now: number): { alerts?: FiringAlert[] } {
  const alerts = firingAlerts(store.alerts(now - heardMs), wordsNow);
  return alerts.length === 0 ? {} : { alerts };
}

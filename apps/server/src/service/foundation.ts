import { join } from 'node:path';
import { type Complaints, messageOf } from '../complaints.ts';
import type { Config } from '../config.ts';
import { readPrices } from '../prices.ts';
import { createProcessWatch } from '../process-watch.ts';
import { createSqliteStore } from '../store/sqlite-store.ts';
import type { Store } from '../store/store.ts';
import type { News } from './news.ts';

/** What every part of the service stands on. */
export interface Foundation {
  config: Config;
  version: string;
  now: () => number;
  complaints: Complaints;
  news: News;
  store: Store;
}

export function openStore({ config, now, complaints, news }: Omit<Foundation, 'store'>): Store {
  return createSqliteStore({
    file: join(config.home, 'telltale.db'),
    hookTelemetryDays: config.hookTelemetryDays,
    telemetryDays: config.telemetryDays,
    retention: config.retention,
    now,
    prices: readPrices(config),
    processGone: createProcessWatch(now),
    onSessionChanged: news.changed,
    onProblem: (problem, error) => complaints.raise('store', `${problem}: ${messageOf(error)}`),
  });
}

/** A line of the store that a part keeps over restarts. */
export function memoOf(store: Store, name: string) {
  return {
    get: () => store.memo(name),
    set: (value: string | undefined) => store.setMemo(name, value),
  };
}

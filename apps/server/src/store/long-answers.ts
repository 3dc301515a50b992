import type { Prices } from '@telltale/core';
import type { Database } from 'better-sqlite3';
import { createReadingThread } from '../reading/thread.ts';
import { createReconciliation } from './ledger/reconciliation.ts';
import { createSessionCost } from './ledger/session-cost.ts';
import { createReadingNeeds } from './reading-needs.ts';
import type { Search } from './search/door.ts';
import type { Projection } from './sessions/projection.ts';
import type { WriteBehind } from './sessions/write-behind.ts';
import type { Store } from './store.ts';

export interface LongAnswersDeps {
  file: string;
  prices: Prices;
  projection: Projection;
  behind: WriteBehind;
  search: Search;
  now(): number;
}

type Answers = Pick<
  Store,
  'sessionCost' | 'sessionCostJson' | 'exported' | 'archived' | 'reconcile' | 'search' | 'searchBeside' | 'analyse'
>;

/**
 * What may take long to read: the thread that only reads answers it, and a few rows are read here. What the answer is
 * read from is written before.
 */
export function createLongAnswers(
  database: Database,
  { file, prices, projection, behind, search, now }: LongAnswersDeps,
): { answers: Answers; close(): Promise<void> } {
  const reading = createReadingThread({ file, prices });
  const sessionCost = createSessionCost(database, prices);
  const reconcile = createReconciliation(database);
  const { areManyRequests, areManyWords } = createReadingNeeds(database);

  /** The session as it is told now, with its totals. */
  function toldOf(sessionId: string, at: number) {
    const found = projection.find(sessionId);
    if (found) behind.forTotalsOf(found);
    const session = found && projection.view(found, at);
    return session && { no: found.no, session };
  }

  return {
    answers: {
      sessionCost(sessionId, at) {
        const asked = toldOf(sessionId, at);
        return asked && sessionCost(asked.no, asked.session);
      },
      async sessionCostJson(sessionId, at) {
        const asked = toldOf(sessionId, at);
        if (!asked) return undefined;
        return areManyRequests(asked.no)
          ? reading.ask('sessionCost', asked)
          : Buffer.from(JSON.stringify(sessionCost(asked.no, asked.session)));
      },
      exported(sessionId, { format, facts }) {
        const asked = toldOf(sessionId, now());
        return asked && reading.exported({ ...asked, format, facts });
      },
      async archived(sessionId, { thinking, facts }) {
        const asked = toldOf(sessionId, now());
        return asked && reading.ask('archived', { ...asked, thinking, facts });
      },
      reconcile(query) {
        behind.forReading(undefined, now());
        return areManyRequests() ? reading.ask('reconcile', query) : reconcile(query);
      },
      search: search.answer,
      async searchBeside(query) {
        behind.forReading(query.filter, query.now);
        if (!areManyWords()) return search.answer(query);
        const { isLost, ...found } = await reading.ask('search', query);
        if (isLost) search.rebuild();
        return { ...found, index: search.progress() };
      },
      async analyse(query) {
        await behind.forTotals();
        behind.forReading(query.filter, query.now);
        return reading.ask('analyse', query);
      },
    },
    close: reading.close,
  };
}

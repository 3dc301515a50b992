import { ledgerVersion, type Prices } from '@telltale/core';
import type { Database } from 'better-sqlite3';
import { createBackgroundBuild } from './background-build.ts';
import type { GroupCommit } from './group-commit.ts';
import { type LedgerBuildDeps, ledgerParts } from './ledger/build.ts';
import { fingerprintOf, repriceParts } from './ledger/reprice.ts';
import type { Meta } from './meta.ts';
import { meteredParts } from './sessions/metered.ts';

export interface BuildsDeps extends Omit<LedgerBuildDeps, 'ledger'> {
  ledger: LedgerBuildDeps['ledger'] & { touch(sessionId: string): void };
  meta: Meta;
  commits: GroupCommit;
  prices: Prices;
  /** Nothing is stored yet. */
  isEmpty(): boolean;
  onProblem(error: unknown): void;
}

/** What is made again in the background where a version of it, or the prices, are others than at the last start. */
export function createBuilds(database: Database, deps: BuildsDeps): { start(): void; stop(): void } {
  const { meta, commits, prices, ledger, isEmpty, onProblem } = deps;
  const builds = [
    { name: 'ledger', version: `${ledgerVersion}`, parts: ledgerParts(database, deps) },
    {
      ...{ name: 'prices', version: fingerprintOf(prices) },
      parts: repriceParts(database, prices, { onChanged: ledger.touch }),
    },
    {
      ...{ name: 'metered', version: '1', isEmpty: () => false },
      parts: meteredParts(database, { onFound: ledger.touch }),
    },
  ].map((build) => createBackgroundBuild({ isEmpty, ...build, meta, commits, onProblem }));
  return {
    start() {
      for (const build of builds) build.start();
    },
    stop() {
      for (const build of builds) build.stop();
    },
  };
}

import type { GroupCommit } from './group-commit.ts';
import type { Quotas } from './quotas.ts';
import type { StatusLines } from './status-lines.ts';
import type { Store } from './store.ts';
import type { Tombstones } from './tombstones.ts';

export interface StatusLineDoorDeps {
  commits: GroupCommit;
  statusLines: StatusLines;
  quotas: Quotas;
  tombstones: Tombstones;
}

/** What status lines tell of their session, and of the usage limits of whoever runs it. */
export function createStatusLineDoor({
  commits,
  statusLines,
  quotas,
  tombstones,
}: StatusLineDoorDeps): Pick<Store, 'putStatusLine' | 'quotas' | 'realQuotas' | 'quotaReport'> {
  return {
    putStatusLine: ({ sessionId, status, quotas: told }) =>
      commits.run(() => {
        // What was told before a deletion stays deleted, as everything of that time.
        if (Date.parse(status.at) <= (tombstones.deletedAt(sessionId) ?? 0)) return false;
        for (const quota of told) quotas.put(quota, sessionId);
        return statusLines.put(sessionId, status);
      }),
    quotas: quotas.newest,
    realQuotas: quotas.newestReal,
    quotaReport: quotas.report,
  };
}

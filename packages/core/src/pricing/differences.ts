import type { PriceDifference } from '../cost-view.ts';
import { usdOfNanos } from '../ledger.ts';
import { present } from '../present.ts';

/** A request as the client reckoned it, and as the table does. */
export interface ReckonedRequest {
  clientVersion?: string | undefined;
  model: string;
  costNanos: number;
  /** Absent where the table has no price. */
  tableNanos?: number | undefined;
}

/** All requests of one client version and model that the table has a price for. */
export interface ReckonedGroup {
  clientVersion?: string | undefined;
  model: string;
  requests: number;
  /** How many of them differ; the sums are of those. */
  differing: number;
  costNanos: number;
  tableNanos: number;
  /** Of those that differ: in sessions whose metric tells that an answer broke off. */
  broken?: number;
}

/** A client that tells millionths of a dollar rounds each request by as much. */
export const roundingNanos = 500;
/** And a sum of doubles, as the metric is, errs by as much for each. */
const floatNanos = 10;

/** How far sums of the same requests may be apart without meaning anything. */
export function mayDifferNanos({ requests, rounded }: { requests: number; rounded: number }): number {
  return rounded * roundingNanos + (requests + 1) * floatNanos;
}

/** Where the client and the table reckon the same tokens otherwise, per client version and model, the largest first. */
export function priceDifferences(requests: Iterable<ReckonedRequest>): PriceDifference[] {
  const groups = new Map<string, ReckonedGroup>();
  for (const { clientVersion, model, costNanos, tableNanos } of requests) {
    if (tableNanos === undefined) continue;
    const key = `${model} ${clientVersion ?? ''}`;
    const group = groups.get(key) ?? {
      ...{ clientVersion, model, requests: 0, differing: 0, costNanos: 0, tableNanos: 0 },
    };
    groups.set(key, group);
    group.requests += 1;
    if (Math.abs(costNanos - tableNanos) <= roundingNanos) continue;
    group.differing += 1;
    group.costNanos += costNanos;
    group.tableNanos += tableNanos;
  }
  return differencesOfGroups([...groups.values()]);
}

export function differencesOfGroups(groups: readonly ReckonedGroup[]): PriceDifference[] {
  const size = ({ costUsd, tableUsd }: PriceDifference) => Math.abs(costUsd - tableUsd);
  return groups
    .filter(({ differing }) => differing > 0)
    .map((group) =>
      present({
        clientVersion: group.clientVersion,
        model: group.model,
        requests: group.differing,
        costUsd: usdOfNanos(group.costNanos),
        tableUsd: usdOfNanos(group.tableNanos),
        isolated: isIsolated(group) || undefined,
      }),
    )
    .sort((a, b) => size(b) - size(a));
}

/**
 * A version that reckons with other prices does so with each request. Where it is a few only, their answers broke off
 * and were asked for again: today's client adds what it paid for the broken one to the event of the second.
 */
export function isIsolated(group: Pick<ReckonedGroup, 'requests' | 'differing' | 'broken'>): boolean {
  return (group.differing - (group.broken ?? 0)) * 2 < group.requests;
}
